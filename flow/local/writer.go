package local

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// What one transaction takes at most, and how long a change that nobody waits
// for may wait for company.
const (
	maxOps     = 512
	maxBytes   = 8 << 20
	maxShadows = 4096
	linger     = 20 * time.Millisecond
	afterError = 250 * time.Millisecond
)

// A writer makes all changes to the database, on one goroutine.
type writer struct {
	c       *conn
	next    numbers
	heads   *heads
	flows   *lru[string, int64]
	in      chan *op
	lazy    chan shadow
	leaving chan struct{} // closed when there will be an end: no time to try again
	closing chan struct{} // closed to begin the end
	done    chan struct{} // closed at the end
	lost    error         // why shadows were given up at the end
	stopped error         // why nothing is written any more
	full    int64         // pages of the write-ahead log after which they are copied to the file

	ops     []*op
	bytes   int
	shadows []shadow
	// hold is when shadows are written though no operation came.
	hold *time.Timer
}

// An op is a change that somebody waits for.
type op struct {
	// apply makes the change, or returns an error and has changed nothing.
	apply func(*tx) error
	// committed, which may be nil, is called after the COMMIT, on the writer's
	// goroutine.
	committed func()
	size      int
	taken     atomic.Bool // by the writer, or by a caller that no longer waits
	refused   error
	answer    chan error
}

func newWriter(c *conn, h *heads, checkpoint int) (*writer, error) {
	next, err := readNumbers(c)
	if err != nil {
		return nil, err
	}
	w := &writer{
		c: c, next: next, heads: h, full: int64(checkpoint), flows: newLRU[string, int64](1 << 16),
		in: make(chan *op, maxOps), lazy: make(chan shadow, maxShadows),
		leaving: make(chan struct{}), closing: make(chan struct{}), done: make(chan struct{}), hold: time.NewTimer(linger),
	}
	go w.run()
	return w, nil
}

// do waits until an operation is on the disk, or was refused, or failed. A
// context that ends takes back what the writer did not begin; what it began is
// waited for, since it reads the caller's memory.
func (w *writer) do(ctx context.Context, o *op) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	o.answer = make(chan error, 1)
	select {
	case w.in <- o:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.closing:
		return fmt.Errorf("local: %w", ErrClosed)
	}
	select {
	case err := <-o.answer:
		return err
	case <-ctx.Done():
		if o.taken.CompareAndSwap(false, true) {
			return ctx.Err()
		}
	case <-w.done:
		if o.taken.CompareAndSwap(false, true) {
			return fmt.Errorf("local: %w", ErrClosed)
		}
	}
	return <-o.answer
}

// later has a change written soon, with others. It waits while too many wait,
// as when the disk is full.
func (w *writer) later(s shadow) {
	select {
	case w.lazy <- s:
	case <-w.done:
	}
}

// end writes what waits and ends the writer, but leaves its connection open.
func (w *writer) end() error {
	close(w.closing)
	<-w.done
	return w.lost
}

func (w *writer) run() {
	defer close(w.done)
	for {
		open := w.gather()
		if len(w.ops)+len(w.shadows) > 0 {
			w.write()
			w.checkpoint()
		}
		if !open && len(w.in)+len(w.lazy)+len(w.shadows) == 0 {
			return
		}
	}
}

// gather waits for something to write, then takes all that is there. It returns
// false when the writer is closing.
func (w *writer) gather() bool {
	due := false
	for len(w.ops) == 0 && !due {
		lazy, hold := w.lazy, w.hold.C
		if len(w.shadows) == 0 {
			hold = nil
		}
		if len(w.shadows) >= maxShadows {
			lazy = nil
		}
		select {
		case o := <-w.in:
			w.take(o)
		case s := <-lazy:
			if len(w.shadows) == 0 {
				w.hold.Reset(linger)
			}
			w.shadows = append(w.shadows, s)
		case <-hold:
			due = true
		case <-w.closing:
			w.drain()
			return false
		}
	}
	w.drain()
	return true
}

// drain takes what is there, up to what one transaction takes.
func (w *writer) drain() {
	for more := true; more && len(w.ops) < maxOps && w.bytes < maxBytes; {
		select {
		case o := <-w.in:
			w.take(o)
		default:
			more = false
		}
	}
	for more := true; more && len(w.shadows) < maxShadows; {
		select {
		case s := <-w.lazy:
			w.shadows = append(w.shadows, s)
		default:
			more = false
		}
	}
}

func (w *writer) take(o *op) {
	if o.taken.CompareAndSwap(false, true) {
		w.ops = append(w.ops, o)
		w.bytes += o.size
	}
}

// write makes the transaction and answers those who wait for it.
func (w *writer) write() {
	err := w.stopped
	if err == nil {
		err = w.transact()
	}
	switch {
	case err == nil:
		w.shadows = w.shadows[:0]
	case w.stopped != nil:
	case isSyncError(err):
		w.stopped = stop(err)
		err = w.stopped
	default:
		err = fmt.Errorf("local: %w", explain(err))
	}
	if err != nil {
		w.keepShadows(err)
	}
	for i, o := range w.ops {
		if err == nil && o.refused == nil && o.committed != nil {
			o.committed()
		}
		if err == nil {
			o.answer <- o.refused
		} else {
			o.answer <- err
		}
		w.ops[i] = nil
	}
	w.ops, w.bytes = w.ops[:0], 0
}

// keepShadows has the shadows of a transaction that failed written later, unless
// the store is being closed: handlers that wait to leave theirs would keep it
// open for as long as the disk is full. A writer that stopped has no later.
func (w *writer) keepShadows(err error) {
	leaving := w.stopped != nil
	select {
	case <-w.leaving:
		leaving = true
	default:
	}
	if !leaving {
		w.hold.Reset(afterError)
		return
	}
	if len(w.shadows) > 0 {
		w.shadows, w.lost = w.shadows[:0], err
	}
}

// checkpoint copies the write-ahead log to the file once it is long enough.
// SQLite can do that at a commit, but then tells nobody that a sync failed; here
// it keeps nobody waiting either. Other errors, and readers that hold it up, only
// put it off.
func (w *writer) checkpoint() {
	if w.stopped != nil {
		return
	}
	pages := int64(0)
	err := w.c.query("PRAGMA wal_checkpoint(NOOP)", nil, func(r row) bool {
		pages = r.int(1)
		return false
	})
	if err == nil && pages >= w.full {
		_, err = w.c.number("PRAGMA wal_checkpoint(PASSIVE)")
	}
	if isSyncError(err) {
		w.stopped = stop(err)
	}
}

// transact applies everything in one transaction.
func (w *writer) transact() error {
	if err := w.begin(); err != nil {
		return err
	}
	t := &tx{
		c: w.c, next: &w.next, heads: map[string]head{}, flows: map[string]int64{},
		cachedHeads: w.heads, cachedFlows: w.flows,
	}
	for _, s := range w.shadows {
		s.apply(t)
	}
	for _, o := range w.ops {
		o.refused = o.apply(t)
	}
	if t.err == nil {
		_, t.err = w.c.exec("COMMIT")
	}
	if t.err != nil {
		_, _ = w.c.exec("ROLLBACK") // an error says that SQLite did it already
		return t.err
	}
	t.committed()
	return nil
}

// begin begins a transaction. One that an error of the disk left open is ended
// first.
func (w *writer) begin() error {
	_, err := w.c.exec("BEGIN IMMEDIATE")
	if err == nil {
		return nil
	}
	if _, rollbackErr := w.c.exec("ROLLBACK"); rollbackErr != nil {
		return err
	}
	_, err = w.c.exec("BEGIN IMMEDIATE")
	return err
}
