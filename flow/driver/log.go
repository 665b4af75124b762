package driver

import (
	"context"
	"encoding/hex"
	"iter"
)

// A Hash is a SHA-256 sum.
type Hash [32]byte

// String returns the hash in hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// A Record is what one handling added to the log: the events it decided, or,
// with Count 0, the mark that it decided nothing. The log never changes or
// removes a record.
type Record struct {
	// ID is the identity: 32 hexadecimal digits, unique in the log for ever.
	// IDs look random, so ranges of them are equally filled.
	ID string
	// Stream is the stream of the events, as in "order/42": a namespace of
	// [a-z0-9_], a slash, and a key like that of a Document.
	// A mark names the stream it was decided on, but is not in it.
	Stream string
	// Seq is the sequence of the first event, from 1; 0 for a mark.
	Seq uint64
	// Count is how many events there are, which have the sequences Seq to
	// Seq+Count-1; 0 for a mark.
	Count int
	// Time is when, on the log's clock.
	Time Time
	// Correlation is the flow to which the record belongs: at most 64 bytes.
	Correlation string
	// Hash covers Body and the hash of the stream's previous record.
	Hash Hash
	// Body is everything else, opaque to drivers, stored as it is.
	Body []byte
}

// A Head is the end of a stream. The zero Head with only its Stream set is the
// head of a stream that has no events.
type Head struct {
	Stream string
	// Seq is the sequence of the last event.
	Seq uint64
	// Time is the time of the last record.
	Time Time
	// Hash is the hash of the last record.
	Hash Hash
	// Correlation is the flow that began the stream.
	Correlation string
	// State is the aggregate's state after the last event, opaque to drivers.
	State []byte
	// Shape says of which type State is, opaque to drivers: at most 64 bytes.
	Shape string
	// Version is the driver's own: what Commit compares. Empty when the stream
	// has no events.
	Version string
}

// A Commit is one atomic change of the log: a record, the new head of its
// stream, and items for the agenda.
type Commit struct {
	// Record is written if there is none with its ID.
	Record Record
	// Head is nil for a mark. Otherwise it is the stream's head after Record,
	// with the Version of the head that was read before it: the commit is made
	// only if the stream's head is still that one.
	Head *Head
	// Items are put on the agenda with the record, at most MaxItems.
	Items []Item
}

// A Log holds the records of all streams, and the head of each.
type Log interface {
	// Head returns the head of a stream, and the zero Head (with Stream set)
	// for a stream that has no events. It never returns a head older than the
	// last commit that finished before it was called.
	Head(ctx context.Context, stream string) (Head, error)

	// Commit makes the commit, durably, or nothing of it: when it returns nil,
	// the commit survives a crash and a power cut. It returns ErrConflict if a
	// record with the ID exists or the head is not the one that was read, and
	// ErrTooLarge if the record's body holds more than MaxRecordBytes, the head's
	// state or an item's body more than MaxBytes, or there are more than MaxItems
	// items. Of any number of concurrent commits on one head
	// exactly one is made. Any other error leaves it open whether the commit
	// was made.
	Commit(ctx context.Context, c Commit) error

	// Record returns the record with an ID, or ErrNotFound. It sees every
	// commit that finished before it was called.
	Record(ctx context.Context, id string) (Record, error)

	// Stream returns the records of a stream that hold an event with a sequence
	// in [from, to], in the order of their sequences, without marks. It sees
	// every commit that finished before it was called.
	Stream(ctx context.Context, stream string, from, to uint64) iter.Seq2[Record, error]

	// Flow returns all records of a flow, marks too, ordered by Time, Stream,
	// Seq, ID.
	Flow(ctx context.Context, correlation string) iter.Seq2[Record, error]

	// Scan returns all records with from <= Time < to, marks too, ordered by
	// Time, Stream, Seq, ID. Records that are committed while it runs may be
	// missing.
	Scan(ctx context.Context, from, to Time) iter.Seq2[Record, error]
}
