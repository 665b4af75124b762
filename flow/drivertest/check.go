package drivertest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/onevent/onevent/flow/driver"
)

// patience is how long a test looks for what a read may show late.
const patience = 10 * time.Second

// wants fails the test unless err is the sentinel.
func (b *bench) wants(err, sentinel error, what string) {
	b.Helper()
	if !errors.Is(err, sentinel) {
		b.Fatalf("%s: error %v, want %v", what, err, sentinel)
	}
}

// wantsRecord fails the test unless the log has the record, found by its ID.
func (b *bench) wantsRecord(want driver.Record) {
	b.Helper()
	got, err := b.log.Record(b.Context(), want.ID)
	if err != nil {
		b.Fatalf("Record of %s: %v", describe(want), err)
	}
	if !sameRecord(got, want) {
		b.Fatalf("Record: got %s, want %s", describe(got), describe(want))
	}
}

// wantsNoRecord fails the test if the log has a record.
func (b *bench) wantsNoRecord(id string) {
	b.Helper()
	r, err := b.log.Record(b.Context(), id)
	b.wants(err, driver.ErrNotFound, "Record of what was not committed, "+describe(r))
}

// wantsHead fails the test unless a stream's head is this one, whatever its
// version.
func (b *bench) wantsHead(want driver.Head) {
	b.Helper()
	if got := b.head(want.Stream); !sameHead(got, want) {
		b.Fatalf("Head: got %s, want %s", describeHead(got), describeHead(want))
	}
}

// wantsStream fails the test unless a stream holds these records, in order.
func (b *bench) wantsStream(stream string, from, to uint64, want ...driver.Record) {
	b.Helper()
	got := all(b, b.log.Stream(b.Context(), stream, from, to))
	if !slices.EqualFunc(got, want, sameRecord) {
		b.Fatalf("Stream from %d to %d: got %s, want %s", from, to, describe(got...), describe(want...))
	}
}

// wantsItem fails the test unless the agenda holds an item.
func (b *bench) wantsItem(want driver.Item) {
	b.Helper()
	got, err := b.agenda.Get(b.Context(), want.Kind, want.ID)
	if err != nil {
		b.Fatalf("Get of item %s %s: %v", want.Kind, want.ID, err)
	}
	if !sameItem(got, want) {
		b.Fatalf("Get of an item: got %s, want %s", describeItem(got), describeItem(want))
	}
}

// wantsNoItem fails the test if the agenda holds an item.
func (b *bench) wantsNoItem(kind driver.Kind, id string) {
	b.Helper()
	_, err := b.agenda.Get(b.Context(), kind, id)
	b.wants(err, driver.ErrNotFound, "Get of an item that is not there")
}

// wantsDocument fails the test unless a document is stored as it was put.
func (b *bench) wantsDocument(want driver.Document) {
	b.Helper()
	if got := b.read(want.View, want.Key); !sameDocument(got, want) {
		b.Fatalf("Get: got %s, want %s", describeDocument(got), describeDocument(want))
	}
}

// eventually reads until the read shows what is wanted. Reads of several things
// may show a write late.
func eventually[T any](b *bench, what string, want []T, same func(a, b T) bool, show func(T) string, read func() []T) {
	b.Helper()
	deadline := time.Now().Add(patience)
	for {
		got := read()
		if slices.EqualFunc(got, want, same) {
			return
		}
		if time.Now().After(deadline) {
			b.Fatalf("%s: got %s\nwant %s", what, list(got, show), list(want, show))
		}
		pause(b.Context(), 20*time.Millisecond)
	}
}

// pause waits for d or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// all returns what a read yields; an error ends the test.
func all[T any](b *bench, seq iter.Seq2[T, error]) []T {
	b.Helper()
	var found []T
	for one, err := range seq {
		if err != nil {
			b.Fatalf("read: %v", err)
		}
		found = append(found, one)
	}
	return found
}

func sameRecord(a, b driver.Record) bool {
	return bytes.Equal(a.Body, b.Body) && a.ID == b.ID && a.Stream == b.Stream && a.Seq == b.Seq && a.Count == b.Count &&
		a.Time == b.Time && a.Correlation == b.Correlation && a.Hash == b.Hash
}

func sameHead(a, b driver.Head) bool {
	return bytes.Equal(a.State, b.State) && a.Stream == b.Stream && a.Seq == b.Seq && a.Time == b.Time &&
		a.Hash == b.Hash && a.Correlation == b.Correlation && a.Shape == b.Shape
}

func sameItem(a, b driver.Item) bool {
	return bytes.Equal(a.Body, b.Body) && a.Kind == b.Kind && a.ID == b.ID && a.Due == b.Due
}

func sameDocument(a, b driver.Document) bool {
	return bytes.Equal(a.Body, b.Body) && bytes.Equal(a.Memory, b.Memory) && a.View == b.View && a.Key == b.Key
}

// describe shows records without their bodies, which may be large.
func describe(records ...driver.Record) string {
	return list(records, func(r driver.Record) string {
		return fmt.Sprintf("{%s %s %d+%d %d %q hash %.4s, %s}",
			r.ID, r.Stream, r.Seq, r.Count, r.Time, r.Correlation, r.Hash, sizeOf(r.Body))
	})
}

func describeHead(h driver.Head) string {
	return fmt.Sprintf("{%s %d %d %q %q version %q hash %.4s, state %s}",
		h.Stream, h.Seq, h.Time, h.Correlation, h.Shape, h.Version, h.Hash, sizeOf(h.State))
}

func describeItem(i driver.Item) string {
	return fmt.Sprintf("{%s %s due %d, %s}", i.Kind, i.ID, i.Due, sizeOf(i.Body))
}

func describeDocument(d driver.Document) string {
	return fmt.Sprintf("{%s/%s version %q, body %s, memory %s}", d.View, d.Key, d.Version, sizeOf(d.Body), sizeOf(d.Memory))
}

// sizeOf shows bytes if they are few, and says how many they are.
func sizeOf(data []byte) string { return fmt.Sprintf("%d bytes %.40q", len(data), data) }

func list[T any](all []T, show func(T) string) string {
	lines := make([]string, len(all))
	for i, one := range all {
		lines[i] = show(one)
	}
	return fmt.Sprintf("%d of them: %s", len(all), strings.Join(lines, "\n\t"))
}
