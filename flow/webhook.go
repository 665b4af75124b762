package flow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/onevent/onevent/flow/driver"
)

// An Incoming is a request of somebody outside who tells what happened there.
type Incoming struct {
	// Header holds the request's headers, in the canonical form of net/http.
	Header map[string][]string `json:"header,omitempty"`
	// Body is as it came, byte by byte: signatures cover it.
	Body []byte `json:"body"`
}

// A Verifier finds out whether an Incoming is authentic. Package flow/webhook has
// those of the usual schemes.
type Verifier interface {
	// Verify returns the sender's own identity of what it tells, which is the
	// same each time that it is sent: 1 to 255 bytes. Any error means that
	// nothing in the request may be believed. It is called with the time of
	// arrival, and reads no other clock.
	Verify(r Incoming, now time.Time) (id string, err error)
}

// ErrForged says that a webhook's request is not authentic.
var ErrForged = errors.New("the request is not authentic")

// ErrIgnore is what a webhook's receive returns for a request that means nothing
// to the application. It is remembered, and answered like any other.
var ErrIgnore = errors.New("the request means nothing here")

// Webhook binds a source of requests from outside, at POST /webhooks/SOURCE, to one
// event: receive turns an authentic body into the event, which is recorded on its
// stream, once for ever for each identity that the verifier found. Receive is pure,
// like a decision; an InvalidError of it is the answer to the sender, ErrIgnore
// says that there is no event. The request is kept with the event.
//
// The function's name is webhook-SOURCE; a source is lower-case letters, digits and
// underscores.
func Webhook[Out Event](source string, verify Verifier, receive func(id string, body []byte) (Out, error)) Function {
	f := newFunction("webhook-"+strings.ReplaceAll(source, "_", "-"), KindWebhook, callerPlace(), arrived{source})
	f.verify = verify
	f.receive = func(id string, body []byte) (Event, error) { return receive(id, body) }
	return f
}

// An arrived stands for what a webhook takes: no event, but named like one.
type arrived struct{ source string }

func (a arrived) Type() string { return "webhook." + a.source }
func (arrived) Key() string    { return "" }

// webhookDomain keeps identities of webhooks apart from those of functions.
const webhookDomain = "webhook"

// A storedRequest is what is kept of a webhook's request.
type storedRequest struct {
	ID     string              `json:"id"`
	Header map[string][]string `json:"header,omitempty"`
	// Body is the body if it is UTF-8, Bytes if it is not.
	Body  string `json:"body,omitempty"`
	Bytes []byte `json:"bytes,omitempty"`
}

func (r storedRequest) body() []byte {
	if len(r.Bytes) > 0 {
		return r.Bytes
	}
	return []byte(r.Body)
}

const (
	// maxHeaderBytes is how much is kept of a request's headers.
	maxHeaderBytes = 8 << 10
	maxSenderID    = 255
)

// Receive takes a request for a webhook: when it returns a receipt, the event is
// recorded and will be handled. It returns ErrUnknown for a source that does not
// exist, ErrForged for a request that is not authentic, an InvalidError for a
// body that means no event, ErrKeyReused for another body under an identity that
// came before, and driver.ErrTooLarge; after these nothing was recorded. After any
// other error it is open whether it was, and the sender sends it again.
func (s *System) Receive(ctx context.Context, source string, r Incoming) (Receipt, error) {
	f, ok := s.index.commands[arrived{source}.Type()]
	if !ok || f.kind != KindWebhook {
		return Receipt{}, fmt.Errorf("flow: webhook %q: %w", source, ErrUnknown)
	}
	id, err := f.verify.Verify(r, s.platform.Clock.Now())
	if err != nil {
		return Receipt{}, fmt.Errorf("flow: webhook %s: %w: %w", source, ErrForged, err)
	}
	if id == "" || len(id) > maxSenderID || !utf8.ValidString(id) {
		return Receipt{}, fmt.Errorf("flow: webhook %s: %w: its identity is empty, longer than %d bytes or not UTF-8", source, ErrForged, maxSenderID)
	}
	if len(r.Body) > MaxCommandBytes {
		return Receipt{}, fmt.Errorf("flow: webhook %s: %d bytes, the limit is %d: %w", source, len(r.Body), MaxCommandBytes, driver.ErrTooLarge)
	}
	data, err := json.Marshal(storedOf(id, r))
	if err != nil {
		return Receipt{}, fmt.Errorf("flow: webhook %s: %w", source, err)
	}
	return s.receipt(ctx, &Handling{
		Function: f.name, Kind: f.kind, key: id,
		Event: Recorded{Type: f.inputs[0].Type(), Data: data, Actor: f.inputs[0].Type()},
	})
}

// storedOf returns what is kept of a request. What authorises a sender stays out.
func storedOf(id string, r Incoming) storedRequest {
	kept := storedRequest{ID: id, Header: map[string][]string{}}
	size := 0
	for name, values := range r.Header {
		switch strings.ToLower(name) {
		case "authorization", "proxy-authorization", "cookie":
			continue
		}
		for _, v := range values {
			if size += len(name) + len(v); size <= maxHeaderBytes {
				kept.Header[name] = append(kept.Header[name], strings.ToValidUTF8(v, "?"))
			}
		}
	}
	if utf8.Valid(r.Body) {
		kept.Body = string(r.Body)
	} else {
		kept.Bytes = r.Body
	}
	return kept
}

// decisionOfWebhook returns what a kept request makes of the stream that its event
// names.
func decisionOfWebhook(f *Function, data []byte) (decision, error) {
	var r storedRequest
	if err := json.Unmarshal(data, &r); err != nil {
		return decision{}, fmt.Errorf("flow: %s: %w", f.name, err)
	}
	d := decision{
		id: identityOf(webhookDomain, f.inputs[0].Type(), r.ID), function: f, actor: f.inputs[0].Type(),
		command: &storedCommand{Type: f.inputs[0].Type(), Data: data},
		stream:  f.namespace() + "/" + identityOf(r.ID),
		decide:  func(any) ([]Event, error) { return nil, nil },
	}
	e, err := receiveSafely(f, r)
	switch {
	case errors.Is(err, ErrIgnore):
		return d, nil
	case err != nil:
		return d, err
	}
	d.stream = StreamOf(e)
	if err := checkStream(d.stream); err != nil {
		return d, Invalid("", "%v", err)
	}
	d.decide = func(any) ([]Event, error) { return []Event{e}, nil }
	return d, nil
}

// receiveSafely turns a panic of the user's function into a fault.
func receiveSafely(f *Function, r storedRequest) (e Event, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &functionError{function: f.name, err: fmt.Errorf("panicked: %v", p)}
		}
	}()
	if e, err = f.receive(r.ID, r.body()); err != nil {
		if _, invalid := errors.AsType[*InvalidError](err); !invalid && !errors.Is(err, ErrIgnore) {
			err = &functionError{function: f.name, err: err}
		}
	}
	return e, err
}

// A Kept is a request that a webhook took, as it is kept with its event.
type Kept struct {
	// Record is the identity of its record, a Receipt's ID.
	Record string `json:"record"`
	// Source is the webhook's, ID the sender's identity of what it told.
	Source string `json:"source"`
	ID     string `json:"id"`
	// Time is when it was recorded, and Stream where.
	Time    Time     `json:"time"`
	Stream  string   `json:"stream"`
	Request Incoming `json:"request"`
}

// Incomings returns the requests that webhooks took with from <= Time < to, those
// that meant nothing too, in the order of the log. An empty source means all.
func (s *System) Incomings(ctx context.Context, source string, from, to Time) iter.Seq2[Kept, error] {
	return func(yield func(Kept, error) bool) {
		for r, err := range s.platform.Log.Scan(ctx, from, to) {
			var kept Kept
			found := err == nil
			if err == nil {
				kept, found, err = keptIn(r, source)
			}
			if err != nil {
				yield(Kept{}, fmt.Errorf("flow: incomings: %w", err))
				return
			}
			if found && !yield(kept, nil) {
				return
			}
		}
	}
}

// keptIn returns the request in a record, if it is one of a source.
func keptIn(record driver.Record, source string) (kept Kept, found bool, err error) {
	b, err := readBody(record)
	if err != nil || b.Command == nil {
		return kept, false, err
	}
	name, ok := strings.CutPrefix(b.Command.Type, webhookDomain+".")
	if !ok || source != "" && name != source {
		return kept, false, nil
	}
	var r storedRequest
	if err := json.Unmarshal(b.Command.Data, &r); err != nil {
		return kept, false, fmt.Errorf("record %s: %w", b.ID, err)
	}
	return Kept{
		Record: b.ID, Source: name, ID: r.ID, Time: b.Time, Stream: b.Stream, Request: Incoming{Header: r.Header, Body: r.body()},
	}, true, nil
}

// sameRequest says whether two kept requests tell the same. A sender signs anew
// each time, so the headers differ.
func sameRequest(a, b []byte) bool {
	var x, y storedRequest
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && string(x.body()) == string(y.body())
}
