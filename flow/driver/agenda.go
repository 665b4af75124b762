package driver

import (
	"context"
	"iter"
)

// A Kind is a list of the agenda.
type Kind string

// The lists of the agenda.
const (
	// Outbox holds records of commands whose events may not be published yet.
	Outbox Kind = "outbox"
	// Deadlines holds events that are to be appended when they fall due.
	Deadlines Kind = "deadlines"
	// Retries holds handlings that failed and will be tried again.
	Retries Kind = "retries"
	// Parked holds handlings that were given up.
	Parked Kind = "parked"
	// Paused holds functions that keep failing.
	Paused Kind = "paused"
	// Unanswered holds events whose function has no record of them.
	Unanswered Kind = "unanswered"
	// Notes holds what the engine remembers of its own work.
	Notes Kind = "notes"
)

// Kinds returns all lists of the agenda.
func Kinds() []Kind {
	return []Kind{Outbox, Deadlines, Retries, Parked, Paused, Unanswered, Notes}
}

// An Item is something to be done later.
type Item struct {
	Kind Kind
	// ID is unique within the kind: 1 to 255 bytes of [A-Za-z0-9._~-].
	ID string
	// Due is when.
	Due Time
	// Body is opaque to drivers, stored as it is.
	Body []byte
}

// An Agenda holds what is to be done later. Items also come to it with a
// Commit.
type Agenda interface {
	// Put adds an item, or replaces the one with its kind and ID, durably. It
	// returns ErrTooLarge if the body holds more than MaxBytes.
	Put(ctx context.Context, item Item) error

	// Get returns an item, or ErrNotFound. It sees every write that finished
	// before it was called.
	Get(ctx context.Context, kind Kind, id string) (Item, error)

	// Due returns the items of a kind with Due <= until, ordered by Due and ID,
	// at most limit of them; limit 0 means all.
	Due(ctx context.Context, kind Kind, until Time, limit int) iter.Seq2[Item, error]

	// Remove removes an item; that there is none is no error.
	Remove(ctx context.Context, kind Kind, id string) error
}
