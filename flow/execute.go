package flow

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/onevent/onevent/flow/driver"
)

// A Request asks for a command to be executed.
type Request struct {
	// Command is the wire name, as in "order.place".
	Command string
	// Body is the command's JSON.
	Body []byte
	// IdempotencyKey makes the command count once, for ever, however often it
	// is sent: 1 to 255 printable ASCII characters. Without one, each sending
	// counts.
	IdempotencyKey string
	// Actor is who asks, for the audit trail: at most 128 bytes; empty means
	// "anonymous".
	Actor string
}

// A Receipt says what a command did. Sending the command again with its
// idempotency key gives the same receipt, but for Repeated.
type Receipt struct {
	// ID is the identity of the record.
	ID string `json:"id"`
	// Stream is where the command was decided.
	Stream string `json:"stream"`
	// Correlation is the flow to which it belongs.
	Correlation string `json:"correlation"`
	// Events are what it recorded; empty when it changed nothing.
	Events []Recorded `json:"events"`
	// Repeated is set when it was executed before.
	Repeated bool `json:"-"`
}

// MaxCommandBytes is the most that a command's body, or a webhook's request, may
// hold: it is stored with the events that it causes, which may be as large.
const MaxCommandBytes = 4_000_000

const (
	maxIdempotencyKey = 255
	maxActor          = 128
	anonymous         = "anonymous"
)

// Execute executes a command: when it returns a receipt, what the command did is
// recorded and will be handled. It returns ErrUnknown for a command that does
// not exist, an InvalidError for a bad input, a Refusal where the domain says
// no, ErrKeyReused, driver.ErrTooLarge, and ErrFailed where the function failed;
// after these nothing was recorded. After any other error it is open whether it
// was: send it again with the same idempotency key.
func (s *System) Execute(ctx context.Context, r Request) (Receipt, error) {
	f, ok := s.index.commands[r.Command]
	if !ok || f.kind != KindCommand {
		return Receipt{}, fmt.Errorf("flow: command %q: %w", r.Command, ErrUnknown)
	}
	if err := checkRequest(&r); err != nil {
		return Receipt{}, err
	}
	h := &Handling{
		Function: f.name, Kind: f.kind, key: r.IdempotencyKey,
		Event: Recorded{Type: r.Command, Data: r.Body, Actor: r.Actor},
	}
	return s.receipt(ctx, h)
}

// receipt executes what came from outside.
func (s *System) receipt(ctx context.Context, h *Handling) (Receipt, error) {
	if err := s.handler(ctx, h); err != nil {
		return Receipt{}, refusalOf(err)
	}
	return Receipt{
		ID: h.Event.ID, Stream: h.Event.Stream, Correlation: h.Event.Correlation,
		Events: h.Emitted, Repeated: h.Repeated,
	}, nil
}

func checkRequest(r *Request) error {
	if r.Actor == "" {
		r.Actor = anonymous
	}
	if len(r.Actor) > maxActor || !utf8.ValidString(r.Actor) {
		return Invalid("", "the actor is longer than %d bytes or not UTF-8", maxActor)
	}
	if len(r.Body) > MaxCommandBytes {
		return fmt.Errorf("flow: command %s: %d bytes, the limit is %d: %w", r.Command, len(r.Body), MaxCommandBytes, driver.ErrTooLarge)
	}
	if len(r.IdempotencyKey) > maxIdempotencyKey {
		return Invalid("", "the idempotency key is longer than %d characters", maxIdempotencyKey)
	}
	for _, c := range []byte(r.IdempotencyKey) {
		if c < 0x20 || c > 0x7e {
			return Invalid("", "the idempotency key holds a character that is not printable ASCII")
		}
	}
	return nil
}

// refusalOf returns what a command's sender is told: the domain's own error, not
// the engine's words around it.
func refusalOf(err error) error {
	if refusal, ok := errors.AsType[*Refusal](err); ok {
		return refusal
	}
	if invalid, ok := errors.AsType[*InvalidError](err); ok {
		return invalid
	}
	return err
}

// command is the innermost handler for commands. It leaves the identity, stream
// and correlation of the record in h.Event.
func (s *System) command(ctx context.Context, f *Function, h *Handling) error {
	d, err := s.decisionOf(f, h)
	if err != nil {
		return err
	}
	b, repeated, err := s.commandOnce(ctx, h.key, d)
	if err != nil {
		return err
	}
	if repeated && !sameCommand(b, d) {
		return fmt.Errorf("flow: %s: %w", h.Event.Type, ErrKeyReused)
	}
	h.Event.ID, h.Event.Stream, h.Event.Correlation = b.ID, b.Stream, b.Correlation
	h.Emitted, h.Repeated = b.recorded(), repeated
	return s.clearOutbox(ctx, b)
}

func (s *System) decisionOf(f *Function, h *Handling) (decision, error) {
	if f.kind == KindWebhook {
		return decisionOfWebhook(f, h.Event.Data)
	}
	in, err := f.parse(h.Event.Data)
	if err != nil {
		return decision{}, err
	}
	// Written again, so that the same command in other words is the same command.
	data, err := json.Marshal(in)
	if err != nil {
		return decision{}, fmt.Errorf("flow: command %s: %w", h.Event.Type, err)
	}
	id, err := s.commandID(h)
	return decision{
		id: id, function: f, stream: f.namespace() + "/" + in.Key(), actor: h.Event.Actor,
		command: &storedCommand{Type: h.Event.Type, Data: data},
		decide:  func(state any) ([]Event, error) { return f.decide(state, in) },
	}, err
}

func (s *System) commandID(h *Handling) (string, error) {
	if h.key == "" {
		return s.randomID()
	}
	return identityOf("command", h.Event.Type, h.key), nil
}

// commandOnce settles a command unless its key was used before. The look at the
// log comes first because the state that the first sending made would refuse the
// second.
func (s *System) commandOnce(ctx context.Context, key string, d decision) (body, bool, error) {
	if key != "" {
		if b, found, err := s.lookup(ctx, d.id); err != nil || found {
			return b, found, err
		}
	}
	return s.settle(ctx, d)
}

func sameCommand(b body, d decision) bool {
	if b.Command == nil || b.Command.Type != d.command.Type {
		return false
	}
	if d.function.kind == KindWebhook {
		return sameRequest(b.Command.Data, d.command.Data)
	}
	return bytes.Equal(b.Command.Data, d.command.Data)
}

// clearOutbox publishes a command's events and removes its outbox entry. The
// command is accepted whatever happens here: the tick does what this can't.
func (s *System) clearOutbox(ctx context.Context, b body) error {
	if len(b.Events) == 0 {
		return nil
	}
	if err := s.publish(ctx, b.recorded()); err != nil {
		return nil //nolint:nilerr // the outbox still has it
	}
	if err := s.reach(ctx, PointOutboxKept); err != nil {
		return err
	}
	if err := s.platform.Agenda.Remove(ctx, driver.Outbox, b.ID); err != nil {
		return nil //nolint:nilerr // publishing once more does no harm
	}
	return s.reach(ctx, PointOutboxGone)
}
