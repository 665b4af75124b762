package local

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/onevent/onevent/flow/driver"
)

// placeBits is how many bits of a message's key are its place in its queue; the
// bits above are the subscription's number. So the messages of one subscription
// lie together, in order, and need no index.
const placeBits = 40

// queues are the queues of all subscriptions that were ever declared in the
// folder.
type queues struct {
	mu      sync.RWMutex
	byName  map[string]*queue
	byTopic map[string][]*queue
	dead    *queue
	brokers []*Broker
	// doubtful says that the process before this one died, so that what was in
	// the queues then may be what it died of.
	doubtful bool
}

// loadQueues reads the subscriptions, but none of their messages.
func loadQueues(s *Store, c *conn) (*queues, error) {
	qs := &queues{byName: map[string]*queue{}, byTopic: map[string][]*queue{}}
	byNumber := map[int64]*queue{}
	clean, err := c.number("SELECT value FROM state WHERE name = 'clean'")
	if err != nil {
		return nil, err
	}
	qs.doubtful = clean == 0
	err = c.query(`SELECT n, name, ack_within, min_backoff, max_backoff, max_attempts, concurrency,
		(SELECT max(k) FROM queue WHERE k > n << ?1 AND k < (n + 1) << ?1),
		(SELECT count(*) FROM queue WHERE k > n << ?1 AND k < (n + 1) << ?1) FROM subscriptions`,
		[]any{int64(placeBits)}, func(r row) bool {
			q := newQueue(s, r.int(0), settingsOf(r), r.int(7), int(r.int(8)))
			if qs.doubtful {
				q.boot = q.last
			}
			byNumber[q.n], qs.byName[q.name] = q, q
			return true
		})
	if err != nil {
		return nil, err
	}
	qs.dead = qs.byName[driver.DeadLetters]
	err = c.query("SELECT topic, subscription FROM topics", nil, func(r row) bool {
		qs.addTopic(byNumber[r.int(1)], r.text(0))
		return true
	})
	return qs, err
}

func settingsOf(r row) driver.Subscription {
	return driver.Subscription{
		Name: r.text(1), AckWithin: time.Duration(r.int(2)), MinBackoff: time.Duration(r.int(3)),
		MaxBackoff: time.Duration(r.int(4)), MaxAttempts: int(r.int(5)), Concurrency: int(r.int(6)),
	}
}

func (qs *queues) addTopic(q *queue, topic string) {
	if q == nil {
		return
	}
	if have := qs.byTopic[topic]; !slices.Contains(have, q) {
		qs.byTopic[topic] = append(slices.Clip(have), q) // publishers read the old one
	}
}

// named returns the queue of a subscription, or nil.
func (qs *queues) named(name string) *queue {
	qs.mu.RLock()
	defer qs.mu.RUnlock()
	return qs.byName[name]
}

// of returns the queues that get the messages of a topic.
func (qs *queues) of(topic string) []*queue {
	qs.mu.RLock()
	defer qs.mu.RUnlock()
	return qs.byTopic[topic]
}

// pending returns how many messages are not done, of the queues that somebody
// receives: those of a function that is gone pile up for ever.
func (qs *queues) pending() (n int) {
	qs.mu.RLock()
	defer qs.mu.RUnlock()
	for _, q := range qs.byName {
		q.mu.Lock()
		if q.wanted {
			n += q.pending
		}
		q.mu.Unlock()
	}
	return n
}

// nameOf returns the name of the subscription with a number.
func (qs *queues) nameOf(n int64) string {
	qs.mu.RLock()
	defer qs.mu.RUnlock()
	for name, q := range qs.byName {
		if q.n == n {
			return name
		}
	}
	return ""
}

const upsertSubscription = `INSERT INTO subscriptions (name, ack_within, min_backoff, max_backoff, max_attempts, concurrency)
	VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET ack_within = excluded.ack_within,
	min_backoff = excluded.min_backoff, max_backoff = excluded.max_backoff, max_attempts = excluded.max_attempts,
	concurrency = excluded.concurrency RETURNING n`

// declare writes subscriptions, then queues for them.
func (qs *queues) declare(ctx context.Context, s *Store, subs []driver.Subscription) error {
	numbers := make([]int64, len(subs))
	return s.submit(ctx, &op{
		apply: func(t *tx) error {
			for i, sub := range subs {
				numbers[i] = t.declare(sub)
			}
			return nil
		},
		committed: func() {
			qs.mu.Lock()
			defer qs.mu.Unlock()
			for i, sub := range subs {
				qs.declared(s, numbers[i], sub)
			}
		},
	})
}

func (t *tx) declare(sub driver.Subscription) (n int64) {
	t.query(upsertSubscription, []any{
		sub.Name, int64(sub.AckWithin), int64(sub.MinBackoff), int64(sub.MaxBackoff),
		int64(sub.MaxAttempts), int64(sub.Concurrency),
	}, func(r row) bool {
		n = r.int(0)
		return true
	})
	for _, topic := range sub.Topics {
		t.exec("INSERT INTO topics (topic, subscription) VALUES (?, ?) ON CONFLICT DO NOTHING", topic, n)
	}
	return n
}

func (qs *queues) declared(s *Store, n int64, sub driver.Subscription) {
	q := qs.byName[sub.Name]
	if q == nil {
		q = newQueue(s, n, sub, 0, 0)
		qs.byName[sub.Name] = q
	}
	q.configure(sub)
	for _, topic := range sub.Topics {
		qs.addTopic(q, topic)
	}
}

// begin writes down that a process is at work.
func (*queues) begin(ctx context.Context, s *Store) error {
	return s.write(ctx, 0, func(t *tx) error {
		t.exec("UPDATE state SET value = 0 WHERE name = 'clean'")
		return nil
	})
}

// close closes all brokers, and writes down that no message is in doubt, if that
// is so.
func (qs *queues) close(s *Store) error {
	qs.mu.RLock()
	brokers := slices.Clone(qs.brokers)
	qs.mu.RUnlock()
	for _, b := range brokers {
		_ = b.Close() // it has no errors
	}
	if s.writer == nil {
		return nil
	}
	return s.write(context.Background(), 0, func(t *tx) error {
		if !qs.doubtful || !t.anyOf(qs.byName) {
			t.exec("UPDATE state SET value = 1 WHERE name = 'clean'")
		}
		return nil
	})
}

// forget removes a broker that was closed.
func (qs *queues) forget(b *Broker) {
	qs.mu.Lock()
	defer qs.mu.Unlock()
	qs.brokers = slices.DeleteFunc(qs.brokers, func(have *Broker) bool { return have == b })
}

// anyOf says whether one of the messages is left that were there when the store
// was opened.
func (t *tx) anyOf(queues map[string]*queue) (found bool) {
	for _, q := range queues {
		t.query("SELECT 1 FROM queue WHERE k > ? AND k <= ? LIMIT 1", []any{q.n << placeBits, q.boot}, func(row) bool {
			found = true
			return false
		})
	}
	return found
}
