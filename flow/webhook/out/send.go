package out

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/webhook"
	"github.com/onevent/onevent/flow/webhook/hook"
	"github.com/onevent/onevent/flow/webhook/posting"
)

const (
	// maxAnswer is how much of an answer is read, for the connection to be used again.
	maxAnswer = 4 << 10
	// maxError is how much of an error is kept.
	maxError = 200
	// pingType is the type of test messages.
	pingType = "hook.ping"
)

// A cloudEvent is an event as the outside gets it: CloudEvents 1.0 in JSON, with the
// extensions sequence and correlationid.
type cloudEvent struct {
	SpecVersion string          `json:"specversion"`
	ID          string          `json:"id"`
	Source      string          `json:"source"`
	Type        string          `json:"type"`
	Time        string          `json:"time"`
	ContentType string          `json:"datacontenttype"`
	Schema      string          `json:"dataschema,omitempty"`
	Sequence    string          `json:"sequence,omitempty"`
	Correlation string          `json:"correlationid,omitempty"`
	Data        json.RawMessage `json:"data"`
}

func (s *Service) cloudEvent(e flow.Recorded) ([]byte, error) {
	return json.Marshal(cloudEvent{
		SpecVersion: "1.0", ID: e.ID, Source: s.options.Source + "/streams/" + e.Stream, Type: e.Type, Time: e.Time.String(),
		ContentType: "application/json", Schema: fmt.Sprintf("urn:onevent:%s:%d", e.Type, max(e.Version, 1)),
		Sequence: fmt.Sprintf("%020d", e.Seq), Correlation: e.Correlation, Data: e.Data,
	})
}

func (s *Service) pingEvent(id, key string) ([]byte, error) {
	data, err := json.Marshal(map[string]string{"hook": id})
	if err != nil {
		return nil, err
	}
	return json.Marshal(cloudEvent{
		SpecVersion: "1.0", ID: key, Source: s.options.Source + "/streams/hook/" + id, Type: pingType,
		Time: s.options.Now().UTC().Format(time.RFC3339Nano), ContentType: "application/json", Data: data,
	})
}

// An answer is what became of an attempt.
type answer struct {
	status     int
	retryAfter int    // seconds
	err        string // empty if it was taken
}

// send posts a message. Its error is ours: there is no secret, or we are stopped. All
// that may be wrong outside is in the answer.
func (s *Service) send(ctx context.Context, id string, h hook.Hook, message string, body []byte) (answer, error) {
	secrets, err := s.secrets(id, h)
	if err != nil {
		return answer{}, err
	}
	signed, err := webhook.SignStandard(message, s.options.Now(), body, secrets...)
	if err != nil {
		return answer{}, err
	}
	within, cancel := context.WithTimeout(ctx, s.options.Timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(within, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return answer{err: clip(reasonOf(err).Error())}, nil
	}
	for name, value := range signed {
		request.Header.Set(name, value)
	}
	request.Header.Set("Content-Type", "application/cloudevents+json")
	request.Header.Set("User-Agent", "onevent-webhook")
	// Sent again at once where a connection that was kept turns out to be closed: net/http
	// knows by this header, which it does not send, that it may.
	request.Header["Idempotency-Key"] = []string{}
	response, err := s.client.Do(request)
	switch {
	case err != nil && ctx.Err() != nil:
		return answer{}, ctx.Err() // nothing is known of the hook
	case err != nil:
		return answer{err: clip(reasonOf(err).Error())}, nil
	}
	defer response.Body.Close() //nolint:errcheck // it says nothing that matters
	_, _ = io.CopyN(io.Discard, response.Body, maxAnswer)
	return answerOf(response, s.options.Now()), nil
}

// reasonOf returns an error of the client without the URL, which may hold a token.
func reasonOf(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// answerOf takes 2xx for yes, and everything else, redirects too, for no.
func answerOf(r *http.Response, now time.Time) answer {
	a := answer{status: r.StatusCode}
	if r.StatusCode/100 != 2 {
		a.err = fmt.Sprintf("status %d", r.StatusCode)
		a.retryAfter = retryAfter(r.Header.Get("Retry-After"), now)
	}
	return a
}

// retryAfter reads the header Retry-After: seconds, or a time.
func retryAfter(text string, now time.Time) int {
	most := int(posting.MaxRetryAfter / time.Second)
	if n, err := strconv.Atoi(text); err == nil {
		return min(max(n, 0), most)
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(int(at.Sub(now)/time.Second), 0), most)
	}
	return 0
}

func clip(text string) string {
	return strings.ToValidUTF8(text[:min(len(text), maxError)], "")
}
