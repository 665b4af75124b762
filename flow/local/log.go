package local

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"

	"github.com/onevent/onevent/flow/driver"
)

// eventLog implements driver.Log.
type eventLog struct{ s *Store }

// Head implements driver.Log.
func (l eventLog) Head(ctx context.Context, stream string) (driver.Head, error) {
	if err := l.s.open(ctx); err != nil {
		return driver.Head{}, err
	}
	if h, ok := l.s.heads.get(stream); ok {
		return h.clone(), nil
	}
	h, err := l.readHead(ctx, stream)
	if err != nil {
		return driver.Head{}, fmt.Errorf("local: head of %s: %w", stream, err)
	}
	return h.clone(), nil
}

// readHead reads a head that is not in memory.
func (l eventLog) readHead(ctx context.Context, stream string) (head, error) {
	h := head{}
	h.Stream = stream
	r := l.s.heads.begin(stream)
	err := l.s.readers.use(ctx, func(c *conn) error {
		return c.query(selectHead, []any{stream}, func(r row) bool {
			h = headOf(stream, r)
			return false
		})
	})
	l.s.heads.end(r, h, err)
	return h, err
}

// Commit implements driver.Log.
func (l eventLog) Commit(ctx context.Context, c driver.Commit) error {
	w, err := newCommit(c)
	if err != nil {
		return err
	}
	committed := func() { l.s.bell.Committed(c.Record.Correlation) }
	return l.s.submit(ctx, &op{apply: w.apply, committed: committed, size: w.size})
}

// A commit is a driver.Commit that was checked.
type commit struct {
	driver.Commit

	id   []byte
	seq  int64
	size int
}

func newCommit(c driver.Commit) (commit, error) {
	w := commit{Commit: c}
	r := c.Record
	what := "local: commit " + r.ID
	id, ok := idOf(r.ID)
	if !ok {
		return w, fmt.Errorf("local: commit %q: the ID is not 32 hexadecimal digits", r.ID)
	}
	if err := driver.CheckRecord(what, r.Body); err != nil {
		return w, err
	}
	if err := driver.CheckItems(what, c.Items); err != nil {
		return w, err
	}
	seq, err := seqOf(what, r.Seq)
	if err != nil {
		return w, err
	}
	w.id, w.seq, w.size = id, seq, len(r.Body)
	if h := c.Head; h != nil {
		if err := checkHead(what, r, h); err != nil {
			return w, err
		}
		w.size += len(h.State)
	}
	for _, item := range c.Items {
		if err := driver.CheckSize(what+": item "+item.ID, item.Body); err != nil {
			return w, err
		}
		w.size += len(item.Body)
	}
	return w, nil
}

func checkHead(what string, r driver.Record, h *driver.Head) error {
	if h.Stream != r.Stream {
		return fmt.Errorf("%s: the record is of %s, the head of %s", what, r.Stream, h.Stream)
	}
	if _, err := seqOf(what, h.Seq); err != nil {
		return err
	}
	return driver.CheckSize(what+": state of "+h.Stream, h.State)
}

// idOf returns the bytes of a record's ID.
func idOf(id string) (b []byte, ok bool) {
	b, err := hex.DecodeString(id)
	return b, err == nil && len(b) == 16 && hex.EncodeToString(b) == id
}

const (
	insertRecord = `INSERT INTO records (id, stream, seq, count, time, flow, hash, body)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
	insertStream = `INSERT INTO streams (n, name, rev, seq, time, hash, correlation, state, shape)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`
	updateStream = `UPDATE streams SET rev = ?, seq = ?, time = ?, hash = ?, correlation = ?, state = ?, shape = ?
		WHERE n = ?`
	insertFlow = "INSERT INTO flows (n, correlation) VALUES (?, ?)"
)

// apply makes the commit. Inserting the record both checks and takes its
// identity, so it comes before all else that is written.
func (w commit) apply(t *tx) error {
	r := &w.Record
	h := t.head(r.Stream)
	if w.Head != nil && w.Head.Version != h.Version {
		return fmt.Errorf("local: commit %s: the head of %s moved: %w", r.ID, r.Stream, driver.ErrConflict)
	}
	known := h.n != 0
	if !known {
		t.next.stream++
		h.n = t.next.stream
	}
	flow, flowKnown := t.flow(r.Correlation)
	if t.exec(insertRecord, w.id, h.n, w.seq, int64(r.Count), int64(r.Time), flow, r.Hash[:], r.Body) == 0 {
		return fmt.Errorf("local: commit %s: the record exists: %w", r.ID, driver.ErrConflict)
	}
	if !flowKnown {
		t.exec(insertFlow, flow, r.Correlation)
	}
	t.flows[r.Correlation] = flow
	if w.Head != nil {
		h = head{Head: *w.Head, n: h.n, rev: h.rev + 1}
		h.State, h.Version = bytes.Clone(h.State), versionOf(h.rev)
	}
	t.putHead(h, known, w.Head != nil)
	for _, item := range w.Items {
		t.putItem(item)
	}
	return nil
}

// putHead writes a stream's row if there is none, or if it changed.
func (t *tx) putHead(h head, known, changed bool) {
	seq := int64(h.Seq) //nolint:gosec // checked by checkHead
	switch {
	case !known:
		t.exec(insertStream, h.n, h.Stream, h.rev, seq, int64(h.Time), h.Hash[:], h.Correlation, h.State, h.Shape)
	case changed:
		t.exec(updateStream, h.rev, seq, int64(h.Time), h.Hash[:], h.Correlation, h.State, h.Shape, h.n)
	}
	t.heads[h.Stream] = h
}

const selectRecord = `SELECT r.id, s.name, r.seq, r.count, r.time, f.correlation, r.hash, r.body
	FROM records r CROSS JOIN streams s ON s.n = r.stream CROSS JOIN flows f ON f.n = r.flow `

// Record implements driver.Log.
func (l eventLog) Record(ctx context.Context, id string) (driver.Record, error) {
	key, ok := idOf(id)
	var found []driver.Record
	if ok {
		err := l.s.read(ctx, func(c *conn) error {
			return c.query(selectRecord+"WHERE r.id = ?", []any{key}, func(r row) bool {
				found = append(found, recordOf(r))
				return false
			})
		})
		if err != nil {
			return driver.Record{}, fmt.Errorf("local: record %s: %w", id, err)
		}
	}
	if len(found) == 0 {
		return driver.Record{}, fmt.Errorf("local: record %s: %w", id, driver.ErrNotFound)
	}
	return found[0], nil
}

// recordOf reads a row of selectRecord.
func recordOf(r row) driver.Record {
	record := driver.Record{
		ID: hex.EncodeToString(r.blob(0)), Stream: r.text(1),
		Seq:   uint64(r.int(2)), //nolint:gosec // it came from a uint64
		Count: int(r.int(3)), Time: driver.Time(r.int(4)), Correlation: r.text(5), Body: r.blob(7),
	}
	copy(record.Hash[:], r.blob(6))
	return record
}
