package drivertest

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/onevent/onevent/flow/driver"
)

// A bench is what one test works on: the stores, and names of its own.
type bench struct {
	*testing.T
	log    driver.Log
	views  driver.Views
	agenda driver.Agenda
	// watcher is nil where the platform has none.
	watcher driver.Watcher
	// maxRecord is the largest body of a record.
	maxRecord int
	// id is part of every name that the test uses.
	id string
	// epoch is where the test's own stretch of time begins, somewhere in the
	// years 2001 to 2198; clock counts the microseconds that it used.
	epoch driver.Time
	clock atomic.Int64
}

func newBench(t *testing.T, s Stores) *bench {
	t.Helper()
	const year, first, years = 31_556_952_000_000, 31 * 31_556_952_000_000, 197
	id := newID()
	var seed [8]byte
	copy(seed[:], id)
	return &bench{
		T: t, log: s.Log, views: s.Views, agenda: s.Agenda, watcher: s.Watcher, id: id[:12],
		maxRecord: cmp.Or(s.MaxRecord, driver.MaxRecordBytes),
		epoch:     driver.Time(first + binary.BigEndian.Uint64(seed[:])%(years*year)),
	}
}

// newID returns an identity: 32 hexadecimal digits.
func newID() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // it never fails
	return hex.EncodeToString(id[:])
}

// stream returns the name of a stream of this test.
func (b *bench) stream(name string) string { return "order/" + b.id + "-" + name }

// flow returns the name of a flow of this test.
func (b *bench) flow(name string) string { return "flow-" + b.id + "-" + name }

// now returns the next microsecond of the test's time.
func (b *bench) now() driver.Time { return b.epoch + driver.Time(b.clock.Add(1)) }

// record returns a record of the flow "", with a body of all byte values.
func (b *bench) record(stream string, seq uint64, count int) driver.Record {
	id := newID()
	return driver.Record{
		ID: id, Stream: stream, Seq: seq, Count: count, Time: b.now(), Correlation: b.flow(""),
		Hash: sha256.Sum256([]byte(id)), Body: anyBytes(300),
	}
}

// after returns the commit of count events that follows a head.
func (b *bench) after(head driver.Head, count int) driver.Commit {
	r := b.record(head.Stream, head.Seq+1, count)
	next := driver.Head{
		Stream: head.Stream, Seq: head.Seq + uint64(count), Time: r.Time, Hash: r.Hash, //nolint:gosec // counts are small
		Correlation: b.flow(""), State: anyBytes(280), Shape: "order.State", Version: head.Version,
	}
	return driver.Commit{Record: r, Head: &next}
}

// next returns the commit of count events that follows a stream's present head.
func (b *bench) next(stream string, count int) driver.Commit {
	b.Helper()
	return b.after(b.head(stream), count)
}

// mark returns the commit of a mark.
func (b *bench) mark(stream string) driver.Commit {
	return driver.Commit{Record: b.record(stream, 0, 0)}
}

// commit makes a commit.
func (b *bench) commit(c driver.Commit) driver.Record {
	b.Helper()
	if err := b.log.Commit(b.Context(), c); err != nil {
		b.Fatalf("Commit of %s: %v", describe(c.Record), err)
	}
	b.forget(c.Items...)
	return c.Record
}

// appends adds a record of count events to a stream.
func (b *bench) appends(stream string, count int) driver.Record {
	b.Helper()
	return b.commit(b.next(stream, count))
}

// head returns a stream's head.
func (b *bench) head(stream string) driver.Head {
	b.Helper()
	head, err := b.log.Head(b.Context(), stream)
	if err != nil {
		b.Fatalf("Head of %s: %v", stream, err)
	}
	return head
}

// item returns an item whose ID and body are this test's.
func (b *bench) item(kind driver.Kind, name string) driver.Item {
	return driver.Item{Kind: kind, ID: b.id + "-" + name, Due: b.now(), Body: anyBytes(260)}
}

// put puts items on the agenda.
func (b *bench) put(items ...driver.Item) {
	b.Helper()
	for _, item := range items {
		if err := b.agenda.Put(b.Context(), item); err != nil {
			b.Fatalf("Put of %s %s: %v", item.Kind, item.ID, err)
		}
	}
	b.forget(items...)
}

// forget removes items when the test ends: an agenda has no lower end, so what
// stays on a shared one is in the way of later tests.
func (b *bench) forget(items ...driver.Item) {
	for _, item := range items {
		b.Cleanup(func() {
			if err := b.agenda.Remove(context.Background(), item.Kind, item.ID); err != nil {
				b.Errorf("Remove of %s %s: %v", item.Kind, item.ID, err)
			}
		})
	}
}

// view returns the name of a view of this test, which is dropped when the test
// ends.
func (b *bench) view(name string) string {
	view := "view-" + b.id + "-" + name
	b.Cleanup(func() {
		if err := b.views.Drop(context.Background(), view); err != nil {
			b.Errorf("Drop of %s: %v", view, err)
		}
	})
	return view
}

// write puts a document, with its Version, and returns it as it is stored.
func (b *bench) write(doc driver.Document, mark string) driver.Document {
	b.Helper()
	if err := b.views.Put(b.Context(), doc, mark); err != nil {
		b.Fatalf("Put of %s/%s: %v", doc.View, doc.Key, err)
	}
	return b.read(doc.View, doc.Key)
}

// read returns a document.
func (b *bench) read(view, key string) driver.Document {
	b.Helper()
	doc, err := b.views.Get(b.Context(), view, key)
	if err != nil {
		b.Fatalf("Get of %s/%s: %v", view, key, err)
	}
	return doc
}

// anyBytes returns size bytes of all values, NUL and invalid UTF-8 among them.
func anyBytes(size int) []byte {
	data := make([]byte, size)
	for i := range data {
		data[i] = byte(i*7 + i/256)
	}
	return data
}

// object returns a JSON object of exactly size bytes.
func object(size int) []byte {
	const frame = `{"text":""}`
	text := make([]byte, size-len(frame))
	for i := range text {
		text[i] = 'a' + byte(i%26)
	}
	return fmt.Appendf(nil, `{"text":%q}`, text)
}
