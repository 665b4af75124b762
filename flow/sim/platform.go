package sim

import (
	"context"
	"iter"
	"math/rand/v2"
	"time"

	"github.com/onevent/onevent/flow/driver"
)

// simLog is a node's way to the log.
type simLog struct{ n *node }

// Head implements driver.Log. A stale head is that of the moment of the call, which
// is as old as the contract lets it be: what was committed while the call took its
// time may be missing.
func (l simLog) Head(ctx context.Context, stream string) (driver.Head, error) {
	w := l.n.w
	called, err := w.base.Log.Head(ctx, stream)
	if err != nil {
		return driver.Head{}, err
	}
	a, err := l.n.read(ctx, "head")
	if err != nil {
		return driver.Head{}, err
	}
	now, err := w.base.Log.Head(ctx, stream)
	if err == nil && now.Version != called.Version && w.strikes(Stale, a.moment()) {
		w.trace.note(w, a, "head", "of "+stream+" is stale")
		return called, nil
	}
	return now, err
}

// Commit implements driver.Log.
func (l simLog) Commit(ctx context.Context, c driver.Commit) error {
	w, a := l.n.w, actorOf(ctx)
	return l.n.write(ctx, "commit", func() error {
		if w.strikes(Conflict, a.moment()) {
			w.trace.note(w, a, "commit", "meets a conflict that is none")
			return driver.ErrConflict
		}
		if err := w.base.Log.Commit(ctx, c); err != nil {
			w.cover("conflict of two")
			w.trace.about(w, a, "commit", c.Record.Correlation, "on "+c.Record.Stream+" is refused: "+err.Error())
			return err
		}
		w.ledger.committed(l.n, a, c)
		return nil
	})
}

// Record implements driver.Log.
func (l simLog) Record(ctx context.Context, id string) (driver.Record, error) {
	if _, err := l.n.read(ctx, "record"); err != nil {
		return driver.Record{}, err
	}
	return l.n.w.base.Log.Record(ctx, id)
}

// Stream implements driver.Log.
func (l simLog) Stream(ctx context.Context, stream string, from, to uint64) iter.Seq2[driver.Record, error] {
	return reading(ctx, l.n, "stream", func(base context.Context) iter.Seq2[driver.Record, error] {
		return l.n.w.base.Log.Stream(base, stream, from, to)
	})
}

// Flow implements driver.Log.
func (l simLog) Flow(ctx context.Context, correlation string) iter.Seq2[driver.Record, error] {
	return reading(ctx, l.n, "flow", func(base context.Context) iter.Seq2[driver.Record, error] {
		return l.n.w.base.Log.Flow(base, correlation)
	})
}

// Scan implements driver.Log.
func (l simLog) Scan(ctx context.Context, from, to driver.Time) iter.Seq2[driver.Record, error] {
	return reading(ctx, l.n, "scan", func(base context.Context) iter.Seq2[driver.Record, error] {
		return l.n.w.base.Log.Scan(base, from, to)
	})
}

// reading reads all at once, and then yields it.
func reading[T any](ctx context.Context, n *node, op string, open func(context.Context) iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		if _, err := n.read(ctx, op); err != nil {
			yield(none, err)
			return
		}
		n.w.cover(op)
		var all []T
		for v, err := range open(ctx) {
			if err != nil {
				yield(none, err)
				return
			}
			all = append(all, v)
		}
		for _, v := range all {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// simViews is a node's way to the views.
type simViews struct{ n *node }

// Get implements driver.Views.
func (v simViews) Get(ctx context.Context, view, key string) (driver.Document, error) {
	a, err := v.n.read(ctx, "view.get")
	if err != nil {
		return driver.Document{}, err
	}
	w := v.n.w
	if before, ok := w.ledger.documents[view+"/"+key]; ok && w.strikes(Stale, a.moment()) {
		w.trace.note(w, a, "view", view+"/"+key+" is stale")
		return before, nil
	}
	return w.base.Views.Get(ctx, view, key)
}

// Put implements driver.Views.
func (v simViews) Put(ctx context.Context, doc driver.Document, mark string) error {
	w, a := v.n.w, actorOf(ctx)
	return v.n.write(ctx, "view.put", func() error {
		if w.strikes(Conflict, a.moment()) {
			return driver.ErrConflict
		}
		before, err := w.base.Views.Get(ctx, doc.View, doc.Key)
		if err := w.base.Views.Put(ctx, doc, mark); err != nil {
			return err
		}
		if err == nil {
			w.ledger.documents[doc.View+"/"+doc.Key] = before
		}
		w.trace.note(w, a, "view", doc.View+"/"+doc.Key+" is written")
		return nil
	})
}

// Marked implements driver.Views.
func (v simViews) Marked(ctx context.Context, view, mark string) (bool, error) {
	if _, err := v.n.read(ctx, "view.marked"); err != nil {
		return false, err
	}
	return v.n.w.base.Views.Marked(ctx, view, mark)
}

// Query implements driver.Views.
func (v simViews) Query(ctx context.Context, view string, q driver.Query) iter.Seq2[driver.Document, error] {
	return reading(ctx, v.n, "query", func(base context.Context) iter.Seq2[driver.Document, error] {
		return v.n.w.base.Views.Query(base, view, q)
	})
}

// Drop implements driver.Views.
func (v simViews) Drop(ctx context.Context, view string) error {
	return v.n.write(ctx, "view.drop", func() error { return v.n.w.base.Views.Drop(ctx, view) })
}

// simAgenda is a node's way to the agenda.
type simAgenda struct{ n *node }

// Put implements driver.Agenda.
func (g simAgenda) Put(ctx context.Context, item driver.Item) error {
	return g.n.write(ctx, "agenda.put", func() error {
		g.n.w.cover("put on " + string(item.Kind))
		return g.n.w.base.Agenda.Put(ctx, item)
	})
}

// Get implements driver.Agenda.
func (g simAgenda) Get(ctx context.Context, kind driver.Kind, id string) (driver.Item, error) {
	if _, err := g.n.read(ctx, "agenda.get"); err != nil {
		return driver.Item{}, err
	}
	return g.n.w.base.Agenda.Get(ctx, kind, id)
}

// Due implements driver.Agenda.
func (g simAgenda) Due(ctx context.Context, kind driver.Kind, until driver.Time, limit int) iter.Seq2[driver.Item, error] {
	return reading(ctx, g.n, "due", func(base context.Context) iter.Seq2[driver.Item, error] {
		return g.n.w.base.Agenda.Due(base, kind, until, limit)
	})
}

// Remove implements driver.Agenda.
func (g simAgenda) Remove(ctx context.Context, kind driver.Kind, id string) error {
	return g.n.write(ctx, "agenda.remove", func() error { return g.n.w.base.Agenda.Remove(ctx, kind, id) })
}

// publisher is a node's way to the broker.
type publisher struct{ n *node }

// Publish implements driver.Publisher.
func (p publisher) Publish(ctx context.Context, messages ...driver.Message) error {
	return p.n.write(ctx, "publish", func() error { return p.n.w.broker.publish(messages) })
}

// nodeClock is a node's clock.
type nodeClock struct{ n *node }

// Now implements driver.Clock.
func (c nodeClock) Now() time.Time { return c.n.w.Now().Add(c.n.skew) }

// Sleep implements driver.Clock.
func (c nodeClock) Sleep(ctx context.Context, d time.Duration) error {
	c.n.w.stop(actorOf(ctx), d)
	if c.n.dead {
		return errDead
	}
	return nil
}

// bytesOf is random bytes of a seed.
type bytesOf struct{ source *rand.Rand }

// Read implements io.Reader.
func (b *bytesOf) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(b.source.IntN(256)) //nolint:gosec // it fits
	}
	return len(p), nil
}

// mailbox lets one handling at a time work on a stream.
type mailbox struct{ n *node }

type box struct {
	taken   bool
	waiting []*actor
}

// Enter implements driver.Mailbox.
func (m mailbox) Enter(ctx context.Context, stream string) (leave func(), err error) {
	n, a := m.n, actorOf(ctx)
	b, ok := n.boxes[stream]
	if !ok {
		b = &box{}
		n.boxes[stream] = b
	}
	for b.taken && !n.dead && !n.w.over {
		n.w.cover("waited in a mailbox")
		b.waiting = append(b.waiting, a)
		a.yield(struct{}{}) // nobody's turn until it is woken
	}
	if n.dead {
		return nil, errDead
	}
	b.taken = true
	return func() {
		b.taken = false
		b.wakeAll(n.w)
	}, nil
}

func (b *box) wakeAll(w *World) {
	for _, a := range b.waiting {
		w.park(a, 0)
	}
	b.waiting = nil
}
