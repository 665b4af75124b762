package sim

import (
	"bytes"
	"container/heap"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/onevent/onevent/flow/driver"
)

// A broker delivers each message at least once, in no order, as badly as the
// clouds may.
type broker struct {
	w      *World
	subs   map[string][]driver.Subscription // by topic
	queue  appointments
	copies int // parcels made, to name them
	open   int // parcels that are not done
}

// A parcel is one subscription's copy of a message.
type parcel struct {
	message  driver.Message
	name     string
	hash     uint64 // of the name
	attempts int
	// turn counts when the parcel was given out or taken back, so that an
	// appointment that was made before is known to be void.
	turn   int
	holder *node // nil while it waits
	done   bool
}

// An appointment is when a parcel is to be delivered, or, while somebody has it,
// delivered to somebody else.
type appointment struct {
	due    int64
	parcel *parcel
	turn   int
	number int
}

type appointments []appointment

// Len implements heap.Interface.
func (q appointments) Len() int { return len(q) }

// Less implements heap.Interface.
func (q appointments) Less(i, j int) bool {
	if q[i].due != q[j].due {
		return q[i].due < q[j].due
	}
	return q[i].number < q[j].number
}

// Swap implements heap.Interface.
func (q appointments) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push implements heap.Interface.
func (q *appointments) Push(x any) { *q = append(*q, x.(appointment)) } //nolint:forcetypeassert // the heap holds nothing else

// Pop implements heap.Interface.
func (q *appointments) Pop() any {
	last := len(*q) - 1
	x := (*q)[last]
	*q = (*q)[:last]
	return x
}

const (
	// ackWithin is how long a parcel may be held.
	ackWithin = 30 * time.Second
	// maxTransit is how long a message takes at the most, when nothing is wrong.
	maxTransit = 100 * time.Millisecond
)

func newBroker(w *World, subscriptions []driver.Subscription) *broker {
	b := &broker{w: w, subs: map[string][]driver.Subscription{}}
	for _, s := range subscriptions {
		for _, topic := range s.Topics {
			b.subs[topic] = append(b.subs[topic], s)
		}
	}
	return b
}

// publish makes a parcel of each message for each of its subscriptions.
func (b *broker) publish(messages []driver.Message) error {
	for _, m := range messages {
		if err := b.w.ledger.published(m); err != nil {
			return err
		}
		for _, s := range b.subs[m.Topic] {
			own := m
			own.Subscription, own.Attributes, own.Data = s.Name, maps.Clone(m.Attributes), bytes.Clone(m.Data)
			b.send(own)
		}
	}
	return nil
}

// send brings a message on its way, and sometimes a second copy.
func (b *broker) send(m driver.Message) {
	w := b.w
	p := b.parcel(m)
	at := moment{p.hash, 0}
	wait := within(mix(w.seed, at.who, saltKind), maxTransit)
	if w.strikes(Delay, at) {
		wait = within(w.amount(Delay, at), 10*time.Minute)
	}
	b.appoint(p, wait)
	if w.strikes(Duplicate, at) {
		h := w.amount(Duplicate, at)
		late := within(mix(h, 1), 5*time.Second)
		if unit(h) < 0.1 {
			late = within(mix(h, 2), 72*time.Hour)
		}
		b.appoint(b.parcel(m), wait+late)
	}
}

func (b *broker) parcel(m driver.Message) *parcel {
	b.copies++
	b.open++
	name := fmt.Sprintf("%s on %s %s (copy %d)", m.Subscription, m.Topic, m.ID, b.copies)
	return &parcel{message: m, name: name, hash: hashOf(name)}
}

// appoint has a parcel delivered after a time.
func (b *broker) appoint(p *parcel, wait time.Duration) {
	p.turn++
	p.holder = nil
	b.push(p, wait)
}

func (b *broker) push(p *parcel, wait time.Duration) {
	b.w.numbers++
	heap.Push(&b.queue, appointment{due: b.w.now + wait.Microseconds(), parcel: p, turn: p.turn, number: b.w.numbers})
}

// next returns when the next parcel is to be delivered.
func (b *broker) next() (at int64, ok bool) {
	if len(b.queue) == 0 {
		return 0, false
	}
	if b.queue[0].due <= b.w.now { // nobody has a free hand
		return b.w.now + time.Second.Microseconds(), true
	}
	return b.queue[0].due, true
}

// pump gives out the parcels whose time has come, to those who have a free hand.
func (b *broker) pump() {
	for len(b.queue) > 0 && b.queue[0].due <= b.w.now {
		p := b.queue[0].parcel
		if p.done || p.turn != b.queue[0].turn {
			heap.Pop(&b.queue)
			continue
		}
		n := b.w.nodeFor(moment{p.hash, uint64(p.attempts)}, b.w.workers) //nolint:gosec // attempts are few
		if n == nil {
			return
		}
		heap.Pop(&b.queue)
		b.deliver(p, n)
	}
}

// deliver lets a node handle a parcel. If it takes too long, another one gets it.
func (b *broker) deliver(p *parcel, n *node) {
	w := b.w
	if p.holder != nil {
		w.cover("redelivered while at work")
	}
	p.attempts++
	p.turn++
	p.holder = n
	turn := p.turn
	b.push(p, ackWithin)
	n.hands++
	w.spawn(fmt.Sprintf("%s, attempt %d", p.name, p.attempts), n, 0, func(ctx context.Context) {
		err := b.handle(ctx, p, n)
		n.hands--
		if n.dead {
			return
		}
		if p.done || p.turn != turn {
			w.cover("zombie came to its end")
			return
		}
		b.settle(actorOf(ctx), p, err)
	})
}

func (b *broker) handle(ctx context.Context, p *parcel, n *node) error {
	w, a := b.w, actorOf(ctx)
	if n.dead {
		return errDead
	}
	if w.strikes(Drop, a.moment()) {
		return errFailed
	}
	m := p.message
	m.Attempt = p.attempts
	m.Attributes, m.Data = maps.Clone(m.Attributes), bytes.Clone(m.Data)
	if p.attempts > w.maxAttempts {
		w.cover("dead letter")
		return n.system.Bury(ctx, m)
	}
	return n.system.Deliver(ctx, m)
}

// settle acknowledges a parcel, or takes it back.
func (b *broker) settle(a *actor, p *parcel, err error) {
	w := b.w
	m := moment{p.hash, uint64(p.attempts)} //nolint:gosec // attempts are few
	switch {
	case err != nil:
		w.trace.note(w, a, "nack", err.Error())
		b.appoint(p, min(10*time.Minute, time.Second<<min(p.attempts, 9)))
	case w.strikes(LoseAck, m):
		b.appoint(p, within(w.amount(LoseAck, m), time.Minute))
	default:
		w.trace.note(w, a, "ack", "")
		p.done = true
		b.open--
		w.ledger.acknowledged(p)
	}
}

// lost takes back the parcels that a node had when it died.
func (b *broker) lost(n *node) {
	for _, q := range slices.Clone(b.queue) {
		if q.parcel.holder == n && !q.parcel.done && q.turn == q.parcel.turn {
			b.appoint(q.parcel, within(mix(b.w.seed, q.parcel.hash), ackWithin))
		}
	}
}

// lose drops all parcels of a subscription.
func (b *broker) lose(subscription string) {
	for _, q := range b.queue {
		if p := q.parcel; p.message.Subscription == subscription && !p.done && p.holder == nil {
			p.done = true
			b.open--
		}
	}
}

// holds says whether an event is on its way to a subscription, or with somebody.
func (b *broker) holds(subscription, event string) bool {
	return slices.ContainsFunc(b.queue, func(q appointment) bool {
		p := q.parcel
		return !p.done && q.turn == p.turn && p.message.Subscription == subscription && p.message.ID == event
	})
}

// waitingFor returns one of the subscriptions that have messages on their way.
func (b *broker) waitingFor(which uint64) (subscription string, ok bool) {
	var names []string
	for _, q := range b.queue {
		if p := q.parcel; !p.done && p.holder == nil {
			names = append(names, p.message.Subscription)
		}
	}
	if len(names) == 0 {
		return "", false
	}
	slices.Sort(names)
	return names[which%uint64(len(names))], true
}
