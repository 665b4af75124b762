package memory

import (
	"bytes"
	"maps"
	"slices"
	"time"

	"github.com/onevent/onevent/flow/driver"
)

// A queue holds the messages of one subscription that wait to be delivered.
// Its broker's lock guards it.
type queue struct {
	settings driver.Subscription
	waiting  []*parcel // by due
	// changed is closed, and replaced, when waiting has grown.
	changed chan struct{}
}

// A parcel is one subscription's copy of a message. It is either in a queue or
// with the one who delivers it.
type parcel struct {
	// message.Subscription is where it was published to, also on a dead letter.
	message  driver.Message
	due      time.Time
	attempts int
}

func newQueue() *queue { return &queue{changed: make(chan struct{})} }

// add lets a parcel wait behind all that are due before it or with it.
func (q *queue) add(p *parcel) {
	i, _ := slices.BinarySearchFunc(q.waiting, p.due, func(w *parcel, due time.Time) int {
		if w.due.After(due) {
			return 1
		}
		return -1
	})
	q.waiting = slices.Insert(q.waiting, i, p)
	close(q.changed)
	q.changed = make(chan struct{})
}

// take returns the first parcel that is due, as its next attempt. If there is
// none it returns how long to wait for one that is known of.
func (q *queue) take(now time.Time) (p *parcel, wait time.Duration) {
	if len(q.waiting) == 0 {
		return nil, time.Hour
	}
	p = q.waiting[0]
	if wait = p.due.Sub(now); wait > 0 {
		return nil, wait
	}
	q.waiting[0] = nil
	q.waiting = q.waiting[1:]
	p.attempts++
	return p, 0
}

// delivery returns what the handler gets.
func (p *parcel) delivery() driver.Message {
	m := cloneMessage(p.message)
	m.Attempt = p.attempts
	return m
}

func cloneMessage(m driver.Message) driver.Message {
	m.Attributes, m.Data = maps.Clone(m.Attributes), bytes.Clone(m.Data)
	return m
}
