// Package driver is what a platform implements so that package flow can run on
// it: a log, read models, an agenda and a broker.
//
// The contracts are written on the interfaces, and package drivertest tests
// them clause by clause. A driver stores and moves bytes; it never retries,
// never decodes and never decides. Everything subtle is written once, in flow.
//
// All methods may be called concurrently, return promptly when their context
// ends, and leave nothing half done: a method either has its whole effect or
// none. An iterator whose context ends yields an error before it has yielded all.
// A method that returns an error other than those of this package may
// have had its effect all the same (the answer was lost); flow is written for
// that.
package driver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// MaxBytes is the most that the variable parts of one stored thing may hold
// together, other than a record's body: a head's state, a document's body and
// memory, an item's body. It is the same on every platform, so that what runs on a laptop
// runs in the cloud: a Firestore document holds 1 MiB (1,048,576 bytes)
// including its field names, see https://cloud.google.com/firestore/quotas.
const MaxBytes = 1_000_000

// MaxRecordBytes is the most that a record's body may hold: a command of 4 MB and
// an event as large. A Firestore commit holds 10 MiB (10,485,760 bytes), in
// documents of 1 MiB.
const MaxRecordBytes = 8_500_000

// MaxItems is the most items that a commit may put on the agenda: a transaction of
// DynamoDB has 100 writes, see
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html.
const MaxItems = 90

var (
	// ErrNotFound says that there is no such record, document or item.
	ErrNotFound = errors.New("not found")
	// ErrConflict says that the condition of a write did not hold; nothing was
	// written.
	ErrConflict = errors.New("conflict")
	// ErrTooLarge says that a thing is larger than MaxBytes, or a record than
	// MaxRecordBytes, or that a commit has more than MaxItems items; nothing was
	// written.
	ErrTooLarge = errors.New("too large")
)

// CheckSize returns an error that wraps ErrTooLarge when the parts of the thing
// called what hold more than MaxBytes together.
func CheckSize(what string, parts ...[]byte) error {
	size := 0
	for _, p := range parts {
		size += len(p)
	}
	return checkSize(what, size, MaxBytes)
}

// CheckRecord returns an error that wraps ErrTooLarge when the body of the record
// called what holds more than MaxRecordBytes.
func CheckRecord(what string, body []byte) error { return checkSize(what, len(body), MaxRecordBytes) }

// CheckItems returns an error that wraps ErrTooLarge when the commit called what has
// more than MaxItems items.
func CheckItems(what string, items []Item) error {
	if len(items) > MaxItems {
		return fmt.Errorf("%s: %d items, the limit is %d: %w", what, len(items), MaxItems, ErrTooLarge)
	}
	return nil
}

func checkSize(what string, size, most int) error {
	if size > most {
		return fmt.Errorf("%s: %d bytes, the limit is %d: %w", what, size, most, ErrTooLarge)
	}
	return nil
}

// A Platform is everything flow needs from the place where it runs. Log, Views,
// Agenda, Publisher, Clock and Random are required; the others may be nil.
type Platform struct {
	Log       Log
	Views     Views
	Agenda    Agenda
	Publisher Publisher
	Clock     Clock
	// Random is read for identities that nothing derives (a command without an
	// idempotency key) and for jitter. crypto/rand.Reader outside of tests.
	Random io.Reader
	// Mailbox, where there is one, lets one handling at a time work on a stream
	// within this process. It saves conflicts; correctness never rests on it.
	Mailbox Mailbox
	// Watcher, where there is one, tells of changes of Log and Views. Without
	// one, whoever waits for a change asks again and again.
	Watcher Watcher
	// Elsewhere, where it is not nil, says whether another process gets the messages
	// of a subscription: then what waits on the agenda for it is not done here, but
	// handed over by a message.
	Elsewhere func(subscription string) bool
	// Reach, where it is not nil, is called at each named point between two
	// steps of the algorithm. An error from it ends the handling there, as a
	// crash would: no step after the point is taken.
	Reach func(ctx context.Context, point string) error
	// Signals, where it is not nil, takes what people should hear of at once, for
	// alarms: see flow.SignalParked.
	Signals *slog.Logger
}

// A Clock tells the time and waits.
type Clock interface {
	// Now returns the present time. It may jump, and go back.
	Now() time.Time
	// Sleep returns nil after d, or the context's error as soon as it ends.
	Sleep(ctx context.Context, d time.Duration) error
}

// A Mailbox serialises work on a stream within one process.
type Mailbox interface {
	// Enter waits until nobody else is in the stream's mailbox and returns the
	// function that leaves it, which must be called exactly once. It returns
	// the context's error when that ends first.
	Enter(ctx context.Context, stream string) (leave func(), err error)
}
