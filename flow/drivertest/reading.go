package drivertest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/onevent/onevent/flow/driver"
)

// some is how many things there are to read where a read is broken off.
const some = 40

func logReadClauses() []clause {
	return []clause{
		{"a read of the log may be broken off, and the log used meanwhile", logReadsBroken},
		{"a read of the log yields once what is there, whatever is committed meanwhile", logReadsGoOn},
		{"a read of the log ends with an error when its context ends", logReadsCancelled},
		{"with an ended context every method of the log returns an error", logCancelled},
	}
}

// logReads are the reads of the log, each returning the same records.
func (b *bench) logReads(ctx context.Context) map[string]iter.Seq2[driver.Record, error] {
	return map[string]iter.Seq2[driver.Record, error]{
		"Stream": b.log.Stream(ctx, b.stream("a"), 1, math.MaxUint64),
		"Flow":   b.log.Flow(ctx, b.flow("")),
		"Scan":   b.log.Scan(ctx, b.epoch, b.epoch+1000),
	}
}

func (b *bench) fillLog() []driver.Record {
	b.Helper()
	rs := make([]driver.Record, some)
	for i := range rs {
		rs[i] = b.appends(b.stream("a"), 1)
	}
	b.wantsFlow(b.flow(""), rs...)
	b.wantsScan(b.epoch, b.epoch+1000, rs...)
	return rs
}

func logReadsBroken(b *bench) {
	b.fillLog()
	for name, read := range b.logReads(b.Context()) {
		breakOff(b, name, read, func() { b.appends(b.stream("b"), 1) })
	}
}

// logReadsGoOn adds records before and behind those that are being read.
func logReadsGoOn(b *bench) {
	records := b.fillLog()
	for name, read := range b.logReads(b.Context()) {
		var got []driver.Record
		for r, err := range read {
			if err != nil {
				b.Fatalf("%s: %v", name, err)
			}
			if slices.ContainsFunc(records, func(known driver.Record) bool { return known.ID == r.ID }) {
				got = append(got, r)
				early := b.mark(b.stream("a"))
				early.Record.Time = b.epoch
				b.commit(early)
				b.appends(b.stream("b"), 1)
			}
		}
		if !slices.EqualFunc(got, records, sameRecord) {
			b.Errorf("%s: got %s, want %s", name, describe(got...), describe(records...))
		}
	}
}

func logReadsCancelled(b *bench) {
	b.fillLog()
	for _, name := range []string{"Stream", "Flow", "Scan"} {
		endsWith(b, name, func(ctx context.Context) iter.Seq2[driver.Record, error] { return b.logReads(ctx)[name] })
	}
}

func logCancelled(b *bench) {
	ctx := ended(b)
	c := b.next(b.stream("a"), 1)
	c.Items = []driver.Item{b.item(driver.Outbox, "1")}
	b.forget(c.Items...)
	b.appends(b.stream("b"), 1)
	_, headErr := b.log.Head(ctx, b.stream("b"))
	_, recordErr := b.log.Record(ctx, newID())
	b.wantsFailures(map[string]error{
		"Head": headErr, "Record": recordErr, "Commit": b.log.Commit(ctx, c),
		"Stream": lastError(b.log.Stream(ctx, b.stream("none"), 1, 1)),
		"Flow":   lastError(b.log.Flow(ctx, b.flow("none"))),
		"Scan":   lastError(b.log.Scan(ctx, b.epoch, b.epoch+1)),
	})
}

func viewReadClauses() []clause {
	return []clause{
		{"a read of a view may be broken off, and the view used meanwhile", viewReadsBroken},
		{"a read of a view yields once what is there, whatever is put meanwhile", viewReadsGoOn},
		{"a read of a view ends with an error when its context ends", viewReadsCancelled},
		{"with an ended context every method of the views returns an error", viewsCancelled},
	}
}

func viewReadsBroken(b *bench) {
	view, other := b.view("a"), b.view("b")
	docs := b.many(view, some)
	b.wantsQuery(view, driver.Query{}, docs...)
	breakOff(b, "Query", b.views.Query(b.Context(), view, driver.Query{}), func() { b.write(keyed(other, newID()), newID()) })
}

// viewReadsGoOn adds documents before and behind those that are being read, and
// changes those that were read.
func viewReadsGoOn(b *bench) {
	view := b.view("a")
	docs := b.many(view, some)
	b.wantsQuery(view, driver.Query{}, docs...)
	var got []driver.Document
	for doc, err := range b.views.Query(b.Context(), view, driver.Query{}) {
		if err != nil {
			b.Fatalf("Query: %v", err)
		}
		if doc.Key[0] != 'k' {
			continue
		}
		got = append(got, doc)
		b.write(keyed(view, "a"+newID()), "")
		b.write(keyed(view, "z"+newID()), "")
		doc.Body = []byte(`{"seen":true}`)
		b.write(doc, "")
	}
	if !slices.EqualFunc(got, docs, sameDocument) {
		b.Errorf("Query: got %s, want %s", list(got, describeDocument), list(docs, describeDocument))
	}
}

func viewReadsCancelled(b *bench) {
	view := b.view("a")
	docs := b.many(view, some)
	b.wantsQuery(view, driver.Query{}, docs...)
	endsWith(b, "Query", func(ctx context.Context) iter.Seq2[driver.Document, error] {
		return b.views.Query(ctx, view, driver.Query{})
	})
}

func viewsCancelled(b *bench) {
	ctx, view := ended(b), b.view("a")
	_, getErr := b.views.Get(ctx, view, "none")
	_, markedErr := b.views.Marked(ctx, view, "none")
	b.wantsFailures(map[string]error{
		"Get": getErr, "Marked": markedErr, "Drop": b.views.Drop(ctx, view),
		"Put":   b.views.Put(ctx, keyed(view, "1"), ""),
		"Query": lastError(b.views.Query(ctx, view, driver.Query{})),
	})
}

func agendaReadClauses() []clause {
	return []clause{
		{"a read of the agenda may be broken off, and the agenda used meanwhile", agendaReadsBroken},
		{"a read of the agenda yields once what is there, whatever is removed and put meanwhile", agendaReadsGoOn},
		{"a read of the agenda ends with an error when its context ends", agendaReadsCancelled},
		{"with an ended context every method of the agenda returns an error", agendaCancelled},
	}
}

func (b *bench) fillAgenda() []driver.Item {
	b.Helper()
	items := make([]driver.Item, some)
	for i := range items {
		items[i] = b.item(driver.Deadlines, newID())
	}
	b.put(items...)
	b.wantsDue(driver.Deadlines, driver.Forever, items...)
	return items
}

func agendaReadsBroken(b *bench) {
	b.fillAgenda()
	breakOff(b, "Due", b.agenda.Due(b.Context(), driver.Deadlines, driver.Forever, 0), func() {
		item := b.item(driver.Deadlines, newID())
		b.put(item)
		if err := b.agenda.Remove(b.Context(), item.Kind, item.ID); err != nil {
			b.Fatalf("Remove: %v", err)
		}
	})
}

// agendaReadsGoOn removes what it reads, as whoever works off an agenda does, and
// puts some of it back for later.
func agendaReadsGoOn(b *bench) {
	items := b.fillAgenda()
	until := items[some-1].Due
	var got []driver.Item
	for item, err := range b.agenda.Due(b.Context(), driver.Deadlines, until, 0) {
		if err != nil {
			b.Fatalf("Due: %v", err)
		}
		if len(b.mine([]driver.Item{item})) == 0 {
			continue
		}
		got = append(got, item)
		if err := b.agenda.Remove(b.Context(), item.Kind, item.ID); err != nil {
			b.Fatalf("Remove: %v", err)
		}
		if item.Due = until + 1; len(got)%2 == 0 {
			b.put(item)
		}
	}
	if !slices.EqualFunc(got, items, sameItem) {
		b.Errorf("Due: got %s, want %s", list(got, describeItem), list(items, describeItem))
	}
}

func agendaReadsCancelled(b *bench) {
	b.fillAgenda()
	endsWith(b, "Due", func(ctx context.Context) iter.Seq2[driver.Item, error] {
		return b.agenda.Due(ctx, driver.Deadlines, driver.Forever, 0)
	})
}

func agendaCancelled(b *bench) {
	ctx, item := ended(b), b.item(driver.Outbox, "1")
	b.forget(item)
	_, getErr := b.agenda.Get(ctx, item.Kind, item.ID)
	b.wantsFailures(map[string]error{
		"Get": getErr, "Put": b.agenda.Put(ctx, item), "Remove": b.agenda.Remove(ctx, item.Kind, item.ID),
		"Due": lastError(b.agenda.Due(ctx, item.Kind, driver.Forever, 1)),
	})
}

// ended returns a context that has ended.
func ended(b *bench) context.Context {
	ctx, cancel := context.WithCancel(b.Context())
	cancel()
	return ctx
}

// wantsFailures fails the test for each method that did not return an error, or
// one that says something about what is stored.
func (b *bench) wantsFailures(errs map[string]error) {
	b.Helper()
	for method, err := range errs {
		if err == nil || saysMore(err) {
			b.Errorf("%s with an ended context: %v", method, err)
		}
	}
}

func saysMore(err error) bool {
	return errors.Is(err, driver.ErrNotFound) || errors.Is(err, driver.ErrConflict) || errors.Is(err, driver.ErrTooLarge)
}

// lastError reads to the end and returns the last error.
func lastError[T any](seq iter.Seq2[T, error]) error {
	var last error
	for _, err := range seq {
		last = err
	}
	return last
}

// breakOff begins a read again and again, breaks it off each time, and uses the
// store in the middle of it. A store that holds a lock or a connection for a
// read runs out of them here.
func breakOff[T any](b *bench, name string, read iter.Seq2[T, error], use func()) {
	b.Helper()
	for range 20 {
		seen := 0
		for _, err := range read {
			if err != nil {
				b.Fatalf("%s: %v", name, err)
			}
			if seen++; seen == 3 {
				use()
				break
			}
		}
		if seen != 3 {
			b.Fatalf("%s yielded %d things, want 3 and more", name, seen)
		}
	}
	use()
}

// endsWith ends a read's context in the middle of it, and before it. The read
// must then end, before it has yielded everything, and say why with one error, its
// last word.
func endsWith[T any](b *bench, name string, read func(context.Context) iter.Seq2[T, error]) {
	b.Helper()
	for _, after := range []int{0, 1, 5} {
		ctx, cancel := context.WithCancel(b.Context())
		seq := read(ctx)
		if after == 0 {
			cancel()
		}
		if err := readUntil(seq, after, cancel); err != nil {
			b.Errorf("%s, whose context ended after %d: %v", name, after, err)
		}
		cancel()
	}
}

// readUntil calls cancel after so many things and reads on.
func readUntil[T any](seq iter.Seq2[T, error], after int, cancel func()) error {
	seen := 0
	var failure error
	for _, err := range seq {
		if failure != nil {
			return fmt.Errorf("it went on after its error %w", failure)
		}
		if err != nil {
			failure = err
			continue
		}
		if seen++; seen == after {
			cancel()
		}
	}
	if failure == nil || saysMore(failure) || seen >= some {
		return fmt.Errorf("it yielded %d things and the error %w", seen, failure)
	}
	return nil
}
