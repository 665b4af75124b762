package sim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/onevent/onevent/flow"
)

// A Scenario is what is simulated: an application, those who use it, and what must
// hold.
type Scenario struct {
	// App returns the application of a process. Version is 1 or 2: profiles
	// with two versions run both at once. What the application calls outside
	// goes through World.Call.
	App func(w *World, version int) flow.App
	// Clients returns who uses it; size says how much is to happen, as a
	// number of orders.
	Clients func(w *World, size int) []Client
	// Invariants returns what must hold besides what the engine promises; nil
	// means nothing.
	Invariants func(w *World) []Invariant
}

// A Client is somebody who uses the application.
type Client struct {
	// Name is its own.
	Name string
	// Begin is when it begins.
	Begin time.Duration
	// Do is what it does.
	Do func(c *Caller)
}

// An Invariant is something that must hold at all times.
type Invariant interface {
	// Event is called with each event when it is recorded, causes before
	// effects. An error is a violation.
	Event(e flow.Recorded) error
	// End is called when everything has come to rest.
	End() error
}

// A Caller is a client at work.
type Caller struct {
	// Rand is the client's own chance.
	Rand *rand.Rand
	w    *World
	ctx  context.Context //nolint:containedctx // it is the actor
	sent uint64
}

// Sleep waits, in virtual time.
func (c *Caller) Sleep(d time.Duration) { c.w.stop(actorOf(c.ctx), d) }

// Send sends a command, again and again until it is answered, and returns the
// answer, or the application's refusal. Without an idempotency key, it is sent once,
// and any error may be returned.
func (c *Caller) Send(r flow.Request) (flow.Receipt, error) {
	w, a := c.w, actorOf(c.ctx)
	w.ledger.sending(r)
	for try := 1; ; try++ {
		c.sent++
		n := w.nodeFor(moment{a.hash, c.sent}, math.MaxInt)
		if w.over {
			return flow.Receipt{}, errDead
		}
		if n == nil {
			w.stop(a, time.Second)
			continue
		}
		receipt, err := n.system.Execute(c.ctx, r)
		if n.dead {
			err = errDead
		}
		if err == nil && w.strikes(LoseAck, a.moment()) {
			err = errUnknown
		}
		switch {
		case err == nil:
			w.ledger.answered(r, receipt)
			return receipt, nil
		case isAnswer(err):
			return flow.Receipt{}, err
		case r.IdempotencyKey == "" || w.violation != nil:
			return flow.Receipt{}, err
		}
		w.cover("command without an answer")
		w.stop(a, min(time.Minute, time.Second<<min(try, 6)))
	}
}

// isAnswer says whether an error tells that the command was not executed.
func isAnswer(err error) bool {
	_, refused := errors.AsType[*flow.Refusal](err)
	_, invalid := errors.AsType[*flow.InvalidError](err)
	return refused || invalid || errors.Is(err, flow.ErrKeyReused) || errors.Is(err, flow.ErrUnknown) || errors.Is(err, flow.ErrFailed)
}

// sending notes that a command will be sent, however often until it is answered.
func (l *ledger) sending(r flow.Request) {
	for _, f := range l.functions {
		if f.Kind() != flow.KindCommand || f.Input().Type() != r.Command {
			continue
		}
		in, err := f.Parse(r.Body)
		if err != nil {
			return // it will be refused
		}
		data, err := json.Marshal(in)
		if err != nil {
			return
		}
		key := r.Command + string(data)
		if r.IdempotencyKey != "" {
			if l.keys[r.Command+" "+r.IdempotencyKey] {
				return
			}
			l.keys[r.Command+" "+r.IdempotencyKey] = true
		}
		l.sent[key]++
	}
}

// Command is a request with a body of fields, for Send.
func Command(name, key string, fields map[string]any) flow.Request {
	body, err := json.Marshal(fields)
	if err != nil {
		panic(fmt.Sprintf("sim: command %s: %v", name, err)) // fields are the scenario's own
	}
	return flow.Request{Command: name, IdempotencyKey: key, Body: body}
}

// Call is a call of the outside, by an effect: it may fail before do is called, or
// after, as the network does.
func (w *World) Call(ctx context.Context, name string, do func()) error {
	a := actorOf(ctx)
	if a == nil || w.looking {
		w.violate("P6", "", "%s was called by somebody who only looks", name)
		return errFailed
	}
	w.calls++
	if w.failsFor(name) {
		w.cover("call in an outage")
		return fmt.Errorf("sim: %s does not answer", name)
	}
	w.stop(a, within(mix(w.seed, a.hash, a.steps, saltKind), time.Second))
	if w.strikes(Fail, a.moment()) {
		return fmt.Errorf("sim: %s can't be reached", name)
	}
	do()
	if w.strikes(Unknown, a.moment()) {
		return fmt.Errorf("sim: %s did not answer in time", name)
	}
	return nil
}

// Rand returns random numbers that follow from the seed and a name.
func (w *World) Rand(name string) *rand.Rand { return newRand(w.seed, hashOf(name)) }
