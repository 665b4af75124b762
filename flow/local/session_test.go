package local_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/local"
	"github.com/onevent/onevent/flow/local/internal/faultvfs"
)

// A session is one who uses a store as an application does, and notes in a ledger
// what was confirmed. What it does follows from a seed, so it runs in a bubble of
// package synctest, where a timer fires only when nobody is at work.
type session struct {
	random      *rand.Rand
	disk        *faultvfs.Disk
	dir         string
	synchronous string
	ledger      *ledger
	// failed hears of every error.
	failed func(what string, err error)
	// live says that the disk's moments are not told apart.
	live bool

	store    *local.Store
	broker   *local.Broker
	declared bool
	items    []driver.Item // to be removed some time
}

// now is the present moment of the disk, once the store has nothing more to do.
func (s *session) now() int {
	if s.live {
		return 0
	}
	synctest.Wait()
	return s.disk.Len()
}

// settled is the moment after which something was confirmed: the last bytes were
// written to the write-ahead log, and synced where a commit waits for that. What
// the store did since then, as copying the log to the file, came later.
func (s *session) settled() int {
	if s.live {
		return 0
	}
	ops := s.disk.Recording()
	const log = databaseName + "-wal"
	for i := len(ops) - 1; i >= 0; i-- {
		if writes, _ := ops[i].Writes(log); !writes {
			continue
		}
		if i+1 < len(ops) && s.synchronous == "" {
			if _, syncs := ops[i+1].Writes(log); syncs {
				i++
			}
		}
		return i + 1
	}
	return len(ops)
}

// open opens the store, and says whether that was possible.
func (s *session) open(ctx context.Context) bool {
	store, err := local.Open(ctx, s.dir, local.On(s.disk, s.synchronous))
	if err != nil {
		s.failed("open", err)
		return false
	}
	s.store, s.broker, s.declared = store, store.Broker(nil), false
	s.declare(ctx)
	return true
}

// declare says whether there is a subscription, without which messages are
// dropped.
func (s *session) declare(ctx context.Context) bool {
	if s.declared {
		return true
	}
	err := s.broker.Declare(ctx, driver.Subscription{Name: workSub, Topics: []string{workTopic}, Concurrency: 1})
	if err != nil {
		s.failed("declare", err)
	}
	s.declared = err == nil
	return s.declared
}

func (s *session) close() {
	if err := s.store.Close(); err != nil {
		s.failed("close", err)
	}
}

// run makes some steps.
func (s *session) run(ctx context.Context, steps int) {
	for range steps {
		s.step(ctx)
	}
}

func (s *session) step(ctx context.Context) {
	switch n := s.random.IntN(100); {
	case n < 35:
		s.commit(ctx, s.random.IntN(workHands))
	case n < 40:
		s.markNothing(ctx)
	case n < 50:
		s.commitTogether(ctx)
	case n < 65:
		s.put(ctx)
	case n < 72:
		s.remember(ctx)
	case n < 78:
		s.forget(ctx)
	case n < 90:
		s.publish(ctx)
	case n < 96:
		s.receive(ctx)
	default:
		time.Sleep(50 * time.Millisecond) // what nobody waits for is written
	}
}

// try does something, and notes it in the ledger.
func (s *session) try(what string, values map[string]string, do func() error) {
	confirm := s.ledger.begin(s.now(), values)
	if err := do(); err != nil {
		s.failed(what, err)
		return
	}
	confirm(s.settled())
}

func (s *session) bytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(s.random.Uint32())
	}
	return b
}

func (s *session) id() string { return hex.EncodeToString(s.bytes(16)) }

// body returns mostly little, and now and then what takes pages of its own.
func (s *session) body() []byte {
	if s.random.IntN(12) == 0 {
		return s.bytes(5000 + s.random.IntN(20000))
	}
	return s.bytes(20 + s.random.IntN(900))
}

// next returns a commit after a head, and what it writes.
func (s *session) next(head driver.Head) (driver.Commit, map[string]string) {
	r := driver.Record{
		ID: s.id(), Stream: head.Stream, Seq: head.Seq + 1, Count: 1, Time: head.Time + 1 + driver.Time(s.random.IntN(50)),
		Correlation: fmt.Sprintf("flow-%d", s.random.IntN(20)), Body: s.body(),
	}
	r.Hash = chained(head.Hash, r)
	c := driver.Commit{Record: r, Head: &driver.Head{
		Stream: r.Stream, Seq: r.Seq, Time: r.Time, Hash: r.Hash, Correlation: r.Correlation,
		State: []byte(stateAfter(r)), Shape: "Account:1", Version: head.Version,
	}}
	values := map[string]string{"record " + r.ID: printOf(r)}
	for _, kind := range []driver.Kind{driver.Outbox, driver.Deadlines}[:s.random.IntN(3)] {
		item := driver.Item{Kind: kind, ID: r.ID, Due: r.Time, Body: s.bytes(40)}
		c.Items = append(c.Items, item)
		s.items = append(s.items, item)
		values["item "+string(kind)+"/"+item.ID] = printOf(item.Due, item.Body)
	}
	return c, values
}

func (s *session) commit(ctx context.Context, hand int) {
	head, err := s.store.Log().Head(ctx, streamName(hand))
	if err != nil {
		s.failed("head", err)
		return
	}
	c, values := s.next(head)
	s.try("commit", values, func() error { return s.store.Log().Commit(ctx, c) })
}

// markNothing commits that nothing was decided.
func (s *session) markNothing(ctx context.Context) {
	r := driver.Record{ID: s.id(), Stream: streamName(s.random.IntN(workHands)), Time: driver.Time(s.random.IntN(1000)), Body: s.bytes(50)}
	r.Hash = chained(driver.Hash{}, r)
	values := map[string]string{"record " + r.ID: printOf(r)}
	s.try("mark", values, func() error { return s.store.Log().Commit(ctx, driver.Commit{Record: r}) })
}

// commitTogether has several commits written in one transaction.
func (s *session) commitTogether(ctx context.Context) {
	var done []func()
	resume := s.store.Stall(ctx)
	for hand := range 2 + s.random.IntN(workHands) {
		head, err := s.store.Log().Head(ctx, streamName(workHands+hand%workHands))
		if err != nil || hand >= workHands {
			break
		}
		c, values := s.next(head)
		confirm := s.ledger.begin(s.now(), values)
		answer := make(chan error, 1)
		go func() { answer <- s.store.Log().Commit(ctx, c) }()
		synctest.Wait() // it waits in line
		done = append(done, func() {
			if err := <-answer; err != nil {
				s.failed("commit with others", err)
				return
			}
			confirm(s.settled())
		})
	}
	resume()
	for _, wait := range done {
		wait()
	}
}

func (s *session) put(ctx context.Context) {
	key := fmt.Sprintf("order-%d", s.random.IntN(6))
	doc, err := s.store.Views().Get(ctx, workView, key)
	if err != nil && !errors.Is(err, driver.ErrNotFound) {
		s.failed("get", err)
		return
	}
	mark := s.id()
	doc.View, doc.Key, doc.Body, doc.Memory = workView, key, s.body(), []byte(mark)
	values := map[string]string{"document " + key: printOf(doc.Body, mark)}
	s.try("put", values, func() error { return s.store.Views().Put(ctx, doc, mark) })
}

func (s *session) remember(ctx context.Context) {
	item := driver.Item{Kind: driver.Parked, ID: fmt.Sprint(s.random.IntN(10)), Due: driver.Time(s.random.IntN(1000)), Body: s.body()}
	s.items = append(s.items, item)
	values := map[string]string{"item parked/" + item.ID: printOf(item.Due, item.Body)}
	s.try("remember", values, func() error { return s.store.Agenda().Put(ctx, item) })
}

func (s *session) forget(ctx context.Context) {
	if len(s.items) == 0 {
		return
	}
	i := s.random.IntN(len(s.items))
	item := s.items[i]
	s.items = append(s.items[:i:i], s.items[i+1:]...)
	values := map[string]string{"item " + string(item.Kind) + "/" + item.ID: ""}
	s.try("forget", values, func() error { return s.store.Agenda().Remove(ctx, item.Kind, item.ID) })
}

func nameOf(m driver.Message) string { return fmt.Sprintf("%s %s %x", m.ID, m.Topic, m.Data) }

func (s *session) publish(ctx context.Context) {
	if !s.declare(ctx) {
		return
	}
	var messages []driver.Message
	var names []string
	for range 1 + s.random.IntN(3) {
		m := driver.Message{ID: s.id(), Topic: workTopic, Data: s.bytes(30 + s.random.IntN(200)), Attributes: map[string]string{"source": "/test"}}
		messages, names = append(messages, m), append(names, nameOf(m))
	}
	confirm := s.ledger.publish(s.now(), names...)
	if err := s.broker.Publish(ctx, messages...); err != nil {
		s.failed("publish", err)
		return
	}
	confirm(s.settled())
}

// receive receives a few messages, and is done with most of them.
func (s *session) receive(ctx context.Context) {
	if !s.declare(ctx) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	n := 1 + s.random.IntN(5)
	err := s.broker.Receive(ctx, workSub, func(_ context.Context, m driver.Message) error {
		if n--; n <= 0 {
			cancel()
		}
		if s.random.IntN(3) == 0 {
			return errors.New("not now")
		}
		s.ledger.done(s.now(), nameOf(m))
		return nil
	})
	if err != nil {
		s.failed("receive", err)
	}
}

// onDisk returns a disk for a folder, which is taken away when the test ends.
func onDisk(t testing.TB, dir string) *faultvfs.Disk {
	t.Helper()
	d, err := faultvfs.New(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}
