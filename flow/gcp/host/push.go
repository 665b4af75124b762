package host

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/gcp/internal/wire"
)

// The headers that Pub/Sub adds to a push with metadata; the last is an attribute
// of dead letters.
const (
	headerMessage      = "X-Goog-Pubsub-Message-Id"
	headerSubscription = "X-Goog-Pubsub-Subscription-Name"
	headerSource       = wire.DeadLetterSource
)

// push returns the handler of a function's pushes.
func (h Host) push(name string, handle func(context.Context, driver.Message) error) http.Handler {
	if handle == nil {
		return nil
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "a message is posted", http.StatusMethodNotAllowed)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, wire.MaxData))
		if err != nil {
			refuseBody(w, err)
			return
		}
		m := messageOf(name, r.Header, body)
		if m.ID == "" {
			http.Error(w, "neither a CloudEvent nor a push with metadata", http.StatusBadRequest)
			return
		}
		if err := handle(r.Context(), m); err != nil {
			h.fail(w, r, m, err)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
}

func refuseBody(w http.ResponseWriter, err error) {
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		http.Error(w, "the message is too large", http.StatusRequestEntityTooLarge)
		return
	}
	http.Error(w, "the message is cut off", http.StatusBadRequest)
}

// fail gives the message back. Why is for the log, not for the answer.
func (h Host) fail(w http.ResponseWriter, r *http.Request, m driver.Message, err error) {
	if h.Log != nil {
		h.Log.ErrorContext(r.Context(), "handling failed",
			"function", m.Subscription, "event", m.ID, "type", m.Topic, "error", err)
	}
	status := http.StatusInternalServerError
	var later interface{ After() time.Duration }
	if errors.As(err, &later) {
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(max(0, later.After().Seconds())))))
	}
	http.Error(w, "not done", status)
}

// messageOf returns the message in a request. What is no CloudEvent is a message
// all the same, so that the function can say so and it can be parked.
func messageOf(function string, header http.Header, body []byte) driver.Message {
	attributes := make(map[string]string, len(header))
	for name := range header {
		attributes[name] = header.Get(name)
	}
	m := wire.Decode(attributes, body)
	name, topic := wire.SplitSubscription(header.Get(headerSubscription))
	m.Subscription = function
	if source := header.Get(headerSource); source != "" && function == driver.DeadLetters {
		prefix, _ := strings.CutSuffix(name, function)
		m.Subscription, topic = wire.SplitSubscription(source)
		m.Subscription = strings.TrimPrefix(m.Subscription, prefix)
	}
	if m.ID == "" {
		m.ID = header.Get(headerMessage)
	}
	if m.Topic == "" {
		m.Topic = topic
	}
	return m
}
