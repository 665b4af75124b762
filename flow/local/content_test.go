package local_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/local"
)

// The views and kinds that the tests of this package's disks write to.
const (
	workView  = "order-summary"
	workTopic = "order.created"
	workSub   = "reserve-credit"
	workHands = 4
)

// A content is all that a store has.
type content struct {
	things   map[string]string
	messages map[string]bool
	wrong    []string // what does not fit together
}

// contentOf reads all of a store: an error says that it cannot be read.
func contentOf(ctx context.Context, store *local.Store) (c content, err error) {
	c = content{things: map[string]string{}}
	if err := c.readLog(ctx, store.Log()); err != nil {
		return c, err
	}
	for doc, err := range store.Views().Query(ctx, workView, driver.Query{}) {
		if err != nil {
			return c, err
		}
		mark := string(doc.Memory)
		c.things["document "+doc.Key] = printOf(doc.Body, mark)
		if ok, err := store.Views().Marked(ctx, workView, mark); err != nil || !ok {
			c.wrong = append(c.wrong, fmt.Sprintf("document %s without its mark, %v", doc.Key, err))
		}
	}
	for _, kind := range []driver.Kind{driver.Outbox, driver.Deadlines, driver.Retries, driver.Parked} {
		for item, err := range store.Agenda().Due(ctx, kind, driver.Forever, 0) {
			if err != nil {
				return c, err
			}
			c.things["item "+string(kind)+"/"+item.ID] = printOf(item.Due, item.Body)
		}
	}
	c.messages, err = store.Queued(ctx)
	return c, err
}

// readLog reads the records and the heads, and checks that they agree: no gap,
// each hash over the one before it, each head the last record.
func (c *content) readLog(ctx context.Context, log driver.Log) error {
	ends := map[string]driver.Record{}
	for r, err := range log.Scan(ctx, math.MinInt64, driver.Forever) {
		if err != nil {
			return err
		}
		c.things["record "+r.ID] = printOf(r)
		if r.Hash != chained(ends[r.Stream].Hash, r) {
			c.wrong = append(c.wrong, fmt.Sprintf("%s/%d: the hash is not that of the record", r.Stream, r.Seq))
		}
		if r.Count == 0 {
			continue
		}
		if r.Seq != ends[r.Stream].Seq+1 {
			c.wrong = append(c.wrong, fmt.Sprintf("%s: %d follows %d", r.Stream, r.Seq, ends[r.Stream].Seq))
		}
		ends[r.Stream] = r
	}
	for hand := range 2 * workHands {
		stream := streamName(hand)
		head, err := log.Head(ctx, stream)
		if err != nil {
			return err
		}
		end := ends[stream]
		if head.Seq != end.Seq || head.Hash != end.Hash || string(head.State) != stateAfter(end) {
			c.wrong = append(c.wrong, fmt.Sprintf("%s: the head is at %d, the last record %d", stream, head.Seq, end.Seq))
		}
		n := uint64(0)
		for r, err := range log.Stream(ctx, stream, 1, math.MaxUint64) {
			if n++; err != nil || r.Seq != n {
				c.wrong = append(c.wrong, fmt.Sprintf("%s: read as a stream, %d comes as number %d, %v", stream, r.Seq, n, err))
				break
			}
		}
		if n != end.Seq {
			c.wrong = append(c.wrong, fmt.Sprintf("%s has %d records, and %d when it is read as a stream", stream, end.Seq, n))
		}
	}
	return nil
}

// chained is the hash of a record, over all of it and, unless it is a mark, the
// hash before it. The engine's hash covers the same, by way of the body.
func chained(before driver.Hash, r driver.Record) driver.Hash {
	if r.Count == 0 {
		before = driver.Hash{}
	}
	return sha256.Sum256(fmt.Appendf(before[:], "%s %s %d %d %d %s %x", r.ID, r.Stream, r.Seq, r.Count, r.Time, r.Correlation, r.Body))
}

// stateAfter is the state of a stream whose last record is r.
func stateAfter(r driver.Record) string {
	if r.Count == 0 {
		return ""
	}
	return fmt.Sprintf("%d %s", r.Seq, r.Hash)
}
