package drivertest

import (
	"math"

	"github.com/onevent/onevent/flow/driver"
)

func commitClauses() []clause {
	return []clause{
		{"a commit writes the record, the head and the items", commitWritesAll},
		{"a commit whose identity exists writes nothing", commitOfKnownIdentity},
		{"a commit whose head moved writes nothing", commitOnMovedHead},
		{"a commit that begins a stream which has begun writes nothing", commitBeginsTwice},
		{"a commit on the head of a stream that has not begun writes nothing", commitOnForeignVersion},
		{"a commit whose identity exists on a stream that did not move writes nothing", commitAgainOnNewHead},
		{"a commit replaces an item as Put does", commitReplacesItem},
		{"a commit puts many items of all kinds", commitPutsManyItems},
		{"a record that does not exist is ErrNotFound", func(b *bench) { b.wantsNoRecord(newID()) }},
		{"the bytes of a commit are copied in and out", commitCopies},
	}
}

func commitWritesAll(b *bench) {
	c := b.next(b.stream("a"), 2)
	c.Items = []driver.Item{b.item(driver.Outbox, "1"), b.item(driver.Deadlines, "1")}
	b.commit(c)
	b.wantsCommit(c)

	c = b.next(b.stream("a"), 1)
	c.Items = []driver.Item{b.item(driver.Retries, "2")}
	b.commit(c)
	b.wantsCommit(c)
}

// wantsCommit fails the test unless all of a commit is there.
func (b *bench) wantsCommit(c driver.Commit) {
	b.Helper()
	b.wantsRecord(c.Record)
	b.wantsHead(*c.Head)
	b.wantsStream(c.Record.Stream, c.Record.Seq, math.MaxUint64, c.Record)
	for _, item := range c.Items {
		b.wantsItem(item)
	}
}

// refused makes a commit that must end in a sentinel, and fails the test if
// anything of it was written. The head is compared with what it was before.
func (b *bench) refused(c driver.Commit, sentinel error, why string) {
	b.Helper()
	stream := c.Record.Stream
	before, records := b.head(stream), all(b, b.log.Stream(b.Context(), stream, 0, math.MaxUint64))
	b.forget(c.Items...)
	b.wants(b.log.Commit(b.Context(), c), sentinel, "Commit "+why)
	after := b.head(stream)
	if !sameHead(before, after) || before.Version != after.Version {
		b.Errorf("Commit %s: the head was %s, is %s", why, describeHead(before), describeHead(after))
	}
	b.wantsStream(stream, 0, math.MaxUint64, records...)
	for _, item := range c.Items {
		b.wantsNoItem(item.Kind, item.ID)
	}
}

func commitOfKnownIdentity(b *bench) {
	first := b.appends(b.stream("a"), 1)

	c := b.next(b.stream("b"), 1)
	c.Record.ID = first.ID
	c.Items = []driver.Item{b.item(driver.Outbox, "1"), b.item(driver.Parked, "1")}
	b.refused(c, driver.ErrConflict, "of an identity that another stream has")

	m := b.mark(b.stream("c"))
	m.Record.ID = first.ID
	m.Items = []driver.Item{b.item(driver.Outbox, "2")}
	b.refused(m, driver.ErrConflict, "of a mark with an identity that exists")
	b.wantsRecord(first)
}

func commitOnMovedHead(b *bench) {
	stream := b.stream("a")
	b.appends(stream, 1)
	stale := b.next(stream, 1)
	stale.Items = []driver.Item{b.item(driver.Outbox, "1"), b.item(driver.Deadlines, "1")}
	b.appends(stream, 1)
	b.refused(stale, driver.ErrConflict, "on a head that moved")
	b.wantsNoRecord(stale.Record.ID)
}

func commitBeginsTwice(b *bench) {
	stream := b.stream("a")
	stale := b.next(stream, 1)
	stale.Items = []driver.Item{b.item(driver.Outbox, "1")}
	b.appends(stream, 3)
	b.refused(stale, driver.ErrConflict, "with the empty version on a stream that has begun")
	b.wantsNoRecord(stale.Record.ID)
}

func commitOnForeignVersion(b *bench) {
	b.appends(b.stream("a"), 1)
	c := b.next(b.stream("b"), 1)
	c.Head.Version = b.head(b.stream("a")).Version
	c.Items = []driver.Item{b.item(driver.Outbox, "1")}
	b.refused(c, driver.ErrConflict, "with a version on a stream that has no events")
	b.wantsNoRecord(c.Record.ID)
}

func commitAgainOnNewHead(b *bench) {
	stream := b.stream("a")
	first := b.appends(stream, 1)
	again := b.next(stream, 1)
	again.Record.ID = first.ID
	again.Items = []driver.Item{b.item(driver.Outbox, "1")}
	b.refused(again, driver.ErrConflict, "of an identity that the stream itself has")
	b.wantsRecord(first)
}

func commitReplacesItem(b *bench) {
	item := b.item(driver.Retries, "1")
	b.put(item)
	item.Due, item.Body = item.Due+1_000_000, []byte("later")
	c := b.mark(b.stream("a"))
	c.Items = []driver.Item{item}
	b.commit(c)
	b.wantsItem(item)
}

func commitPutsManyItems(b *bench) {
	c := b.next(b.stream("a"), 1)
	for _, kind := range driver.Kinds() {
		for _, name := range []string{"1", "2", "3", "4", "5"} {
			c.Items = append(c.Items, b.item(kind, name))
		}
	}
	b.commit(c)
	b.wantsCommit(c)
}

func commitCopies(b *bench) {
	c := b.next(b.stream("a"), 1)
	c.Items = []driver.Item{b.item(driver.Outbox, "1")}
	b.commit(c)
	want := []driver.Commit{{Record: c.Record, Items: []driver.Item{c.Items[0]}}}[0]
	want.Record.Body, want.Items[0].Body = anyBytes(len(c.Record.Body)), anyBytes(len(c.Items[0].Body))
	state := anyBytes(len(c.Head.State))
	clear(c.Record.Body)
	clear(c.Head.State)
	clear(c.Items[0].Body)
	for range 2 {
		b.wantsRecord(want.Record)
		b.wantsItem(want.Items[0])
		head := b.head(c.Record.Stream)
		if string(head.State) != string(state) {
			b.Fatalf("the head's state changed with the caller's bytes: %s", sizeOf(head.State))
		}
		for _, r := range all(b, b.log.Stream(b.Context(), c.Record.Stream, 1, 1)) {
			clear(r.Body)
		}
		clear(head.State)
	}
}
