package local

import (
	"cmp"
	"container/heap"
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/onevent/onevent/flow/driver"
)

// How much of one queue is kept in memory. What is beyond stays on the disk
// until it is its turn.
const (
	keptMessages = 100_000
	keptBytes    = 16 << 20
	queuePage    = 1000
)

// A queue holds the messages of one subscription. The rows on the disk are the
// truth; what is in memory is their beginning, and saves reading them again.
type queue struct {
	s      *Store
	n      int64
	name   string
	issued int64 // the last key that was given; for the writer's goroutine only
	boot   int64 // messages with keys up to this are in doubt
	wake   chan struct{}
	paging sync.Mutex // held to read from the disk

	mu       sync.Mutex
	settings driver.Subscription
	wanted   bool // somebody receives, or did: worth the memory
	ready    []*entry
	suspects []*entry // ready too, but tried one at a time
	trial    bool     // one of them is
	delayed  delayed
	bytes    int   // of the messages in memory
	loaded   int64 // rows with keys up to this are in memory, or done
	last     int64 // the last key that was committed
	pending  int   // messages that are not done, in memory or not
}

// An entry is a message in a queue.
type entry struct {
	key      int64
	attempts int // deliveries that began
	due      time.Time
	message  *driver.Message // nil: on the disk
	// doubtful entries come from an earlier process, which may have died of
	// them: an attempt is written down before it begins.
	doubtful bool
}

// suspect says whether an entry may have ended a process. To find out which
// one did, suspects are tried one at a time: of those that are tried together,
// all would bear the blame, and become dead letters together.
func (e *entry) suspect() bool { return e.doubtful && e.attempts > 0 }

func (e *entry) size() int {
	if e.message == nil {
		return 0
	}
	return 512 + len(e.message.Data)
}

func newQueue(s *Store, n int64, settings driver.Subscription, last int64, pending int) *queue {
	last = max(last, n<<placeBits)
	return &queue{
		s: s, n: n, name: settings.Name, settings: settings, wake: make(chan struct{}, 1),
		issued: last, boot: n << placeBits, last: last, loaded: n << placeBits, pending: pending,
	}
}

func (q *queue) configure(settings driver.Subscription) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.settings = settings
}

func (q *queue) configured() driver.Subscription {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.settings
}

// add tells the queue of a message that was committed. Keys come in order.
func (q *queue) add(key int64, m *driver.Message) {
	q.mu.Lock()
	defer q.mu.Unlock()
	whole := q.loaded == q.last
	q.last = key
	q.pending++
	e := &entry{key: key, message: m}
	if q.wanted && whole && key > q.loaded && len(q.ready) < keptMessages && q.bytes+e.size() <= keptBytes {
		q.loaded = key
		q.bytes += e.size()
		q.ready = append(q.ready, e)
	}
	q.signal()
}

// signal wakes one who waits in next.
func (q *queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// next waits for a message whose time has come.
func (q *queue) next(ctx context.Context) (*entry, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		e, wait, behind := q.pick()
		if e != nil {
			return e, nil
		}
		if behind {
			if err := q.page(ctx); err != nil {
				return nil, err
			}
			continue
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-q.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// pick takes the first message that is ready. If there is none, it says how long
// until there will be, as far as it knows, and whether there are more on the
// disk.
func (q *queue) pick() (e *entry, wait time.Duration, behind bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.wanted = true
	now := time.Now()
	for len(q.delayed) > 0 && !q.delayed[0].due.After(now) {
		q.enqueue(heap.Pop(&q.delayed).(*entry)) //nolint:forcetypeassert // the heap holds nothing else
	}
	switch {
	case len(q.suspects) > 0 && !q.trial:
		q.trial = true
		e = shift(&q.suspects)
	case len(q.ready) > 0:
		e = shift(&q.ready)
	default:
		wait = time.Hour
		if len(q.delayed) > 0 {
			wait = q.delayed[0].due.Sub(now)
		}
		return nil, wait, q.loaded < q.last && len(q.delayed)+len(q.suspects) < 10*keptMessages
	}
	if len(q.ready) > 0 {
		q.signal() // another Receive may wait too
	}
	return e, 0, false
}

func shift(entries *[]*entry) *entry {
	first := (*entries)[0]
	(*entries)[0] = nil // for the garbage collector
	*entries = (*entries)[1:]
	return first
}

// enqueue adds a message whose time has come. The queue is locked.
func (q *queue) enqueue(e *entry) {
	if e.suspect() {
		q.suspects = append(q.suspects, e)
		return
	}
	q.ready = append(q.ready, e)
}

// acquit ends the trial of a suspect: the process has survived it.
func (q *queue) acquit() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.trial = false
	q.signal()
}

// delay puts a message back until its pause is over.
func (q *queue) delay(e *entry, pause time.Duration) {
	e.due = time.Now().Add(pause)
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.bytes > keptBytes/2 {
		q.forget(e)
	}
	heap.Push(&q.delayed, e)
	q.signal()
}

// forget leaves a message to the disk. The queue is locked.
func (q *queue) forget(e *entry) {
	q.bytes -= e.size()
	e.message = nil
}

// done removes a message. Should the process die before that is on the disk, the
// message is delivered again.
func (q *queue) done(e *entry) {
	q.leave(e)
	q.s.writer.later(shadow{key: e.key, done: true})
}

// leave forgets a message for ever.
func (q *queue) leave(e *entry) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.forget(e)
	q.pending--
}

const selectMessages = "SELECT k, attempts, due, origin, id, topic, attributes, data FROM queue "

// page reads messages from the disk, after those that are in memory.
func (q *queue) page(ctx context.Context) error {
	q.paging.Lock()
	defer q.paging.Unlock()
	q.mu.Lock()
	from, to, empty := q.loaded, q.last, len(q.ready) == 0
	q.mu.Unlock()
	if from >= to || !empty {
		return nil // another Receive was faster
	}
	var page []*entry
	bytes, upTo := 0, to
	err := q.s.read(ctx, func(c *conn) error {
		return c.query(selectMessages+"WHERE k > ? AND k <= ? ORDER BY k LIMIT ?", []any{from, to, int64(queuePage)}, func(r row) bool {
			e := q.entryOf(r)
			page = append(page, e)
			bytes += e.size()
			if len(page) == queuePage || bytes >= keptBytes/8 {
				upTo = e.key
				return false
			}
			return true
		})
	})
	if err != nil {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.loaded = upTo
	q.bytes += bytes
	now := time.Now()
	for _, e := range page {
		if e.due.After(now) {
			heap.Push(&q.delayed, e)
		} else {
			q.enqueue(e)
		}
	}
	return nil
}

// entryOf reads a row of selectMessages.
func (q *queue) entryOf(r row) *entry {
	e := &entry{key: r.int(0), attempts: int(r.int(1)), message: messageOf(r), doubtful: r.int(0) <= q.boot}
	if due := r.int(2); due != 0 {
		e.due = time.UnixMicro(due)
	}
	if origin := r.int(3); origin != 0 {
		e.message.Subscription = q.s.queues.nameOf(origin)
	}
	return e
}

// load returns a message that may be on the disk only; nil if it is gone.
func (q *queue) load(ctx context.Context, e *entry) (m *driver.Message, err error) {
	if e.message != nil {
		return e.message, nil
	}
	err = q.s.read(ctx, func(c *conn) error {
		return c.query(selectMessages+"WHERE k = ?", []any{e.key}, func(r row) bool {
			m = q.entryOf(r).message
			return false
		})
	})
	return m, err
}

// messageOf reads the message in a row of selectMessages.
func messageOf(r row) *driver.Message {
	m := &driver.Message{ID: r.text(4), Topic: r.text(5), Data: r.blob(7)}
	if text := r.text(6); text != "" {
		_ = json.Unmarshal([]byte(text), &m.Attributes) // this package wrote it
	}
	return m
}

// delayed is a heap of entries; the first is due first.
type delayed []*entry

func (d delayed) Len() int { return len(d) }
func (d delayed) Less(i, j int) bool {
	return cmp.Or(d[i].due.Compare(d[j].due), cmp.Compare(d[i].key, d[j].key)) < 0
}
func (d delayed) Swap(i, j int) { d[i], d[j] = d[j], d[i] }

// Push implements heap.Interface.
func (d *delayed) Push(x any) { *d = append(*d, x.(*entry)) } //nolint:forcetypeassert // the queue pushes nothing else

// Pop implements heap.Interface.
func (d *delayed) Pop() any {
	last := len(*d) - 1
	e := (*d)[last]
	(*d)[last] = nil
	*d = (*d)[:last]
	return e
}
