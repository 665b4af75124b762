// Package post sends JSON to the services that effects call, and sorts their
// answers into yes, no, later and never.
package post

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/onevent/onevent/flow"
)

const (
	// Timeout is how long one call may take, the client's own limit aside.
	Timeout = 10 * time.Second
	// MaxAnswer is how many bytes of an answer are read; a longer one is an
	// error.
	MaxAnswer = 64 << 10
	// MaxReason is how many bytes are kept of the reason of a refusal.
	MaxReason = 500
)

// JSON posts in to base/path with the effect's idempotency key, and reads the
// answer into out, unless out is nil. A nil client means http.DefaultClient.
//
//   - 2xx is yes.
//   - 402 and 409 are no: the refusal is the answer's "reason".
//   - 5xx, 408, 425, 429, an answer that can't be read and no answer at all are
//     errors: later. What was asked may have been done; whoever asks again with
//     the same key learns it.
//   - Any other status is an error made by flow.Reject: never.
func JSON(ctx context.Context, client *http.Client, base, path string, in, out any) (refusal string, err error) {
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	status, answer, err := send(ctx, client, strings.TrimSuffix(base, "/")+path, in)
	if err != nil {
		return "", fmt.Errorf("post %s: %w", path, err)
	}
	switch {
	case status/100 == 2 && out == nil:
		return "", nil
	case status/100 == 2:
		if err := json.Unmarshal(answer, out); err != nil {
			return "", fmt.Errorf("post %s: answer: %w", path, err)
		}
		return "", nil
	case status == http.StatusPaymentRequired || status == http.StatusConflict:
		return reasonOf(status, answer), nil
	case isPassing(status):
		return "", fmt.Errorf("post %s: status %d", path, status)
	}
	return "", flow.Reject(fmt.Errorf("post %s: status %d", path, status))
}

// isPassing says whether a status may be another one later.
func isPassing(status int) bool {
	return status/100 == 5 || slices.Contains([]int{
		http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests,
	}, status)
}

func send(ctx context.Context, client *http.Client, url string, in any) (status int, answer []byte, err error) {
	body, err := json.Marshal(in)
	if err != nil {
		return 0, nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", flow.IdempotencyKey(ctx))
	if client == nil {
		client = http.DefaultClient
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = response.Body.Close() }() // all of it that matters was read
	answer, err = io.ReadAll(io.LimitReader(response.Body, MaxAnswer+1))
	if err == nil && len(answer) > MaxAnswer {
		err = fmt.Errorf("answer is longer than %d bytes", MaxAnswer)
	}
	return response.StatusCode, answer, err
}

func reasonOf(status int, answer []byte) string {
	var refused struct {
		Reason string `json:"reason"`
	}
	if err := json.Unmarshal(answer, &refused); err != nil || refused.Reason == "" {
		return fmt.Sprintf("status %d without a reason", status)
	}
	return strings.ToValidUTF8(refused.Reason[:min(len(refused.Reason), MaxReason)], "")
}
