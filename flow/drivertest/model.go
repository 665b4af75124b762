package drivertest

import (
	crand "crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/memory"
)

// Model makes random operations on the stores and on those of package memory,
// and compares every answer. It prints its seed; the environment variable
// DRIVERTEST_SEED repeats a run.
func Model(t *testing.T, open func(t *testing.T) Stores) {
	t.Helper()
	run(t, open, []clause{
		{"random operations have the same answers as on the memory model", func(b *bench) {
			newDuel(b, seed(b)).fight(300)
		}},
	})
}

func seed(b *bench) uint64 {
	b.Helper()
	if text := os.Getenv("DRIVERTEST_SEED"); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			b.Fatalf("DRIVERTEST_SEED: %v", err)
		}
		return n
	}
	var n [8]byte
	_, _ = crand.Read(n[:]) // it never fails
	return binary.BigEndian.Uint64(n[:])
}

// A duel is a driver's stores and the model's, and what they answered so far.
type duel struct {
	*bench
	random *rand.Rand
	model  *bench
	view   string
	// heads and docs are what was read of both, present and stale.
	heads [][2]driver.Head
	docs  [][2]driver.Document
	ids   []string
	trace []string
}

func newDuel(b *bench, seed uint64) *duel {
	b.Logf("DRIVERTEST_SEED=%d", seed)
	m := memory.New()
	return &duel{
		bench: b, random: rand.New(rand.NewPCG(seed, 0)), //nolint:gosec // a seed repeats the run
		model: &bench{T: b.T, log: m, views: m.Views(), agenda: m.Agenda(), id: b.id, epoch: b.epoch},
		view:  b.view("a"),
	}
}

func (d *duel) fight(rounds int) {
	moves := []func(){
		d.readHead, d.readHead, d.commit, d.commit, d.commit, d.commit, d.readRecord, d.readStream, d.readFlow,
		d.readDocument, d.readDocument, d.put, d.put, d.put, d.marked, d.query, d.drop,
		d.putItem, d.putItem, d.getItem, d.removeItem, d.due,
	}
	for range rounds {
		moves[d.random.IntN(len(moves))]()
		if d.Failed() {
			d.Fatalf("after:\n%s", list(d.trace[max(0, len(d.trace)-20):], func(s string) string { return s }))
		}
	}
}

// outcome is an error as far as the contracts go.
func outcome(err error) string {
	for _, sentinel := range []error{driver.ErrNotFound, driver.ErrConflict, driver.ErrTooLarge} {
		if errors.Is(err, sentinel) {
			return sentinel.Error()
		}
	}
	if err != nil {
		return "another error: " + err.Error()
	}
	return "ok"
}

// same notes an operation and its outcome, and fails the test where the two
// stores differ.
func (d *duel) same(what string, got, want error) {
	d.Helper()
	d.trace = append(d.trace, what+": "+outcome(want))
	if outcome(got) != outcome(want) {
		d.Errorf("%s: %s, want %s", what, outcome(got), outcome(want))
	}
}

func (d *duel) pick(name string, of int) string { return fmt.Sprintf("%s%d", name, d.random.IntN(of)) }

func (d *duel) bytes() []byte {
	data := make([]byte, d.random.IntN(50))
	for i := range data {
		data[i] = byte(d.random.UintN(256)) //nolint:gosec // below 256
	}
	return data
}

// newID returns an identity, and now and then one that was given before.
func (d *duel) newID() string {
	if len(d.ids) > 0 && d.random.IntN(6) == 0 {
		return d.ids[d.random.IntN(len(d.ids))]
	}
	id := newID()
	d.ids = append(d.ids, id)
	return id
}

func (d *duel) readHead() {
	stream := d.stream(d.pick("s", 4))
	got, gotErr := d.log.Head(d.Context(), stream)
	want, wantErr := d.model.log.Head(d.Context(), stream)
	d.same("Head "+stream, gotErr, wantErr)
	if !sameHead(got, want) || (got.Version == "") != (want.Version == "") {
		d.Errorf("Head: got %s, want %s", describeHead(got), describeHead(want))
	}
	d.heads = append(d.heads, [2]driver.Head{got, want})
}

// commit is mostly made on the latest head that was read, which may be stale.
func (d *duel) commit() {
	if len(d.heads) == 0 {
		d.readHead()
	}
	heads := d.heads[max(0, len(d.heads)-1-d.random.IntN(3))]
	ours, theirs := d.after(heads[0], 1+d.random.IntN(3)), driver.Commit{}
	ours.Record.ID, ours.Record.Body, ours.Head.State = d.newID(), d.bytes(), d.bytes()
	for i := range d.random.IntN(3) {
		item := d.item(driver.Outbox, d.pick("i", 4)+strconv.Itoa(i))
		ours.Items = append(ours.Items, item)
	}
	theirs.Record, theirs.Items = ours.Record, ours.Items
	if d.random.IntN(5) == 0 {
		ours.Head, ours.Record.Seq, ours.Record.Count = nil, 0, 0
		theirs.Record = ours.Record
	} else {
		head := *ours.Head
		head.Version = heads[1].Version
		theirs.Head = &head
	}
	d.forget(ours.Items...)
	what := fmt.Sprintf("Commit %s on version %q", describe(ours.Record), heads[0].Version)
	d.same(what, d.log.Commit(d.Context(), ours), d.model.log.Commit(d.Context(), theirs))
}

func (d *duel) readRecord() {
	id := d.newID()
	got, gotErr := d.log.Record(d.Context(), id)
	want, wantErr := d.model.log.Record(d.Context(), id)
	d.same("Record "+id, gotErr, wantErr)
	if !sameRecord(got, want) {
		d.Errorf("Record: got %s, want %s", describe(got), describe(want))
	}
}

func (d *duel) readStream() {
	stream, from := d.stream(d.pick("s", 4)), d.random.Uint64N(12)
	to := from + d.random.Uint64N(12)
	d.wantsStream(stream, from, to, all(d.model, d.model.log.Stream(d.Context(), stream, from, to))...)
}

func (d *duel) readFlow() {
	d.wantsFlow(d.flow(""), all(d.model, d.model.log.Flow(d.Context(), d.flow("")))...)
	d.wantsScan(d.epoch, d.epoch+100_000, all(d.model, d.model.log.Scan(d.Context(), d.epoch, d.epoch+100_000))...)
}

func (d *duel) readDocument() {
	key := d.pick("k", 6)
	got, gotErr := d.views.Get(d.Context(), d.view, key)
	want, wantErr := d.model.views.Get(d.Context(), d.view, key)
	d.same("Get "+key, gotErr, wantErr)
	if !sameDocument(got, want) {
		d.Errorf("Get: got %s, want %s", describeDocument(got), describeDocument(want))
	}
	got.View, got.Key = d.view, key
	want.View, want.Key = d.view, key
	d.docs = append(d.docs, [2]driver.Document{got, want})
}

// put is mostly made on a document that was read lately, which may be stale.
func (d *duel) put() {
	if len(d.docs) == 0 {
		d.readDocument()
	}
	docs := d.docs[max(0, len(d.docs)-1-d.random.IntN(3))]
	docs[0].Body = fmt.Appendf(nil, `{"n":%d,"odd":%t,"s":"%d"}`, d.random.IntN(3), d.random.IntN(2) == 1, d.random.IntN(2))
	docs[0].Memory = d.bytes()
	docs[1].Body, docs[1].Memory = docs[0].Body, docs[0].Memory
	mark := ""
	if d.random.IntN(2) == 0 {
		mark = d.pick("m", 20)
	}
	what := fmt.Sprintf("Put %s with mark %q", describeDocument(docs[0]), mark)
	d.same(what, d.views.Put(d.Context(), docs[0], mark), d.model.views.Put(d.Context(), docs[1], mark))
}

func (d *duel) marked() {
	mark := d.pick("m", 20)
	got, gotErr := d.views.Marked(d.Context(), d.view, mark)
	want, wantErr := d.model.views.Marked(d.Context(), d.view, mark)
	d.same("Marked "+mark, gotErr, wantErr)
	if got != want {
		d.Errorf("Marked %s: %v, want %v", mark, got, want)
	}
}

func (d *duel) query() {
	q := driver.Query{Limit: d.random.IntN(4), Where: map[string]any{}}
	switch d.random.IntN(5) {
	case 0:
		q.Where["n"] = float64(d.random.IntN(3))
	case 1:
		q.Where["odd"], q.Where["s"] = d.random.IntN(2) == 0, "1"
	case 2:
		q.Where["s"] = "0"
	}
	if d.random.IntN(2) == 0 {
		q.After = d.pick("k", 6)
	}
	d.trace = append(d.trace, fmt.Sprintf("Query %+v", q))
	d.wantsQuery(d.view, q, all(d.model, d.model.views.Query(d.Context(), d.view, q))...)
}

func (d *duel) drop() {
	if d.random.IntN(3) == 0 {
		d.same("Drop", d.views.Drop(d.Context(), d.view), d.model.views.Drop(d.Context(), d.view))
	}
}

func (d *duel) randomItem() driver.Item {
	item := d.item(driver.Outbox, d.pick("i", 4)+strconv.Itoa(d.random.IntN(2)))
	item.Due, item.Body = d.epoch+driver.Time(d.random.IntN(50)), d.bytes()
	return item
}

func (d *duel) putItem() {
	item := d.randomItem()
	d.forget(item)
	d.same("Put item "+item.ID, d.agenda.Put(d.Context(), item), d.model.agenda.Put(d.Context(), item))
}

func (d *duel) getItem() {
	item := d.randomItem()
	got, gotErr := d.agenda.Get(d.Context(), item.Kind, item.ID)
	want, wantErr := d.model.agenda.Get(d.Context(), item.Kind, item.ID)
	d.same("Get item "+item.ID, gotErr, wantErr)
	if !sameItem(got, want) {
		d.Errorf("Get item: got %s, want %s", describeItem(got), describeItem(want))
	}
}

func (d *duel) removeItem() {
	item := d.randomItem()
	remove := func(a driver.Agenda) error { return a.Remove(d.Context(), item.Kind, item.ID) }
	d.same("Remove item "+item.ID, remove(d.agenda), remove(d.model.agenda))
}

func (d *duel) due() {
	until := d.epoch + driver.Time(d.random.IntN(60))
	want := all(d.model, d.model.agenda.Due(d.Context(), driver.Outbox, until, 0))
	d.wantsDue(driver.Outbox, until, want...)
}
