package outside

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/onevent/onevent/flow/clock"
)

// A Commander sends commands to the system, as anybody outside would: over HTTP.
type Commander struct {
	// URL is where the system serves, without a slash at the end.
	URL string
	// Client sends; nil means http.DefaultClient.
	Client *http.Client
	// Actor is who sends.
	Actor string
}

const (
	sendTries   = 60
	sendPause   = 250 * time.Millisecond
	sendTimeout = 30 * time.Second
)

// Send sends a command with an idempotency key until the system answers with
// anything but a fault of its own: so it counts once, however often that takes. It
// returns the status, and an error if the system did not answer at all.
func (c Commander) Send(ctx context.Context, command, key string, fields map[string]any) (status int, err error) {
	body, err := json.Marshal(fields)
	if err != nil {
		return 0, fmt.Errorf("outside: %s: %w", command, err)
	}
	return untilAnswered(ctx, command, func(ctx context.Context) (int, error) {
		return post(ctx, c.Client, c.URL+"/commands/"+command, body, map[string]string{"Idempotency-Key": key, "Onevent-Actor": c.Actor})
	})
}

// untilAnswered sends until the system answers with anything but a fault of its
// own.
func untilAnswered(ctx context.Context, what string, send func(context.Context) (int, error)) (status int, err error) {
	for range sendTries {
		status, err = send(ctx)
		if err == nil && status < http.StatusInternalServerError && status != http.StatusTooManyRequests {
			return status, nil
		}
		if clock.Sleep(ctx, sendPause) != nil {
			break
		}
	}
	if err == nil {
		err = fmt.Errorf("the system answers %d", status)
	}
	return status, fmt.Errorf("outside: %s: %w", what, err)
}

// post posts JSON once, and returns the status of the answer.
func post(ctx context.Context, client *http.Client, url string, body []byte, headers map[string]string) (status int, err error) {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/json")
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	if client == nil {
		client = http.DefaultClient
	}
	response, err := client.Do(r)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close() //nolint:errcheck // nothing was written to it
	_, err = io.Copy(io.Discard, io.LimitReader(response.Body, maxBody))
	return response.StatusCode, err
}
