package flow

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/onevent/onevent/flow/driver"
)

// A System runs an application on a platform. It starts no goroutine and reads
// no clock but the platform's: whoever receives messages, requests and ticks
// calls Deliver, Execute and Tick.
type System struct {
	app      App
	index    *index
	platform driver.Platform
	handler  Handler

	// What this process remembers. It saves reads; nothing rests on it.
	breaker   *breaker
	redriven  atomic.Bool  // for the version of the application
	nextSweep atomic.Int64 // a Time
}

// New returns a system, or the CheckError of an application that does not hold
// together. Middleware is wrapped around each handling, the first outermost.
func New(app App, platform driver.Platform, middleware ...Middleware) (*System, error) {
	if err := Check(app); err != nil {
		return nil, err
	}
	p := platform
	if p.Log == nil || p.Views == nil || p.Agenda == nil || p.Publisher == nil || p.Clock == nil || p.Random == nil {
		return nil, errors.New("flow: the platform lacks one of Log, Views, Agenda, Publisher, Clock and Random")
	}
	s := &System{app: app, index: newIndex(app), platform: p, breaker: newBreaker()}
	s.handler = wrap(s.handle, middleware)
	return s, nil
}

// App returns the application.
func (s *System) App() App { return s.app }

// Subscriptions returns what a broker must declare: one subscription for each
// function on an event, named like it, and one for each view.
func (s *System) Subscriptions() []driver.Subscription {
	var subs []driver.Subscription
	for _, name := range s.index.names() {
		if f := s.index.functions[name]; f.kind.onEvents() {
			subs = append(subs, driver.Subscription{Name: name, Topics: s.index.topics(f), AckWithin: f.timeout})
		}
	}
	return subs
}

// now returns the platform's time.
func (s *System) now() Time { return driver.TimeOf(s.platform.Clock.Now()) }

// reach tells the platform that a point was reached.
func (s *System) reach(ctx context.Context, point string) error {
	if s.platform.Reach == nil {
		return nil
	}
	return s.platform.Reach(ctx, point)
}

// enter waits for the mailbox of a stream, where the platform has mailboxes.
func (s *System) enter(ctx context.Context, stream string) (leave func(), err error) {
	if s.platform.Mailbox == nil {
		return func() {}, nil
	}
	return s.platform.Mailbox.Enter(ctx, stream)
}

// randomID returns an identity that nothing derives.
func (s *System) randomID() (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(s.platform.Random, b[:]); err != nil {
		return "", fmt.Errorf("flow: random identity: %w", err)
	}
	return hex.EncodeToString(b[:]), nil
}

const (
	maxConflicts = 12                   // then the input goes back to who sent it
	firstPause   = 2 * time.Millisecond // doubled each time
	longestPause = 200 * time.Millisecond
)

// again runs try until it reports something other than a conflict, with pauses
// that grow and differ, and gives up with ErrContended.
func (s *System) again(ctx context.Context, what string, try func() error) error {
	pause := firstPause
	for range maxConflicts {
		err := try()
		if !errors.Is(err, driver.ErrConflict) {
			return err
		}
		var b [8]byte
		if _, err := io.ReadFull(s.platform.Random, b[:]); err != nil {
			return fmt.Errorf("flow: jitter: %w", err)
		}
		jitter := time.Duration(binary.LittleEndian.Uint64(b[:]) % uint64(pause)) //nolint:gosec // pause > 0
		if err := s.platform.Clock.Sleep(ctx, pause/2+jitter); err != nil {
			return err
		}
		pause = min(2*pause, longestPause)
	}
	return fmt.Errorf("flow: %s: %w", what, ErrContended)
}
