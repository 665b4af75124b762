package aws

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/onevent/onevent/flow/driver"
)

// The indexes of the log.
const (
	byStream = "stream"
	byFlow   = "flow"
	byTime   = "time"
)

// The fields of the log's items.
const (
	fieldID     = "id"
	fieldStream = "stream"
	fieldSeq    = "seq"
	fieldCount  = "count"
	fieldLast   = "last" // the sequence of the last event; not on marks, which are not in the stream
	fieldTime   = "time"
	fieldSlot   = "slot"
	fieldFlow   = "flow"
	fieldHash   = "hash"
	fieldBefore = "before" // the id of the stream's record before this one
	fieldRecord = "record" // of a head: the id of the stream's last record
	fieldShape  = "shape"
)

const (
	// eventSlots is over how many slots the order of time is spread: it bears
	// 16,000 records a second.
	eventSlots = 16
	// noFlow stands for the empty correlation: a key is never empty.
	noFlow = "\x00"
)

type eventLog struct{ *Store }

// A version of a head is the id of its record and, after a dash, the name of the
// parts of its state, if it has any.
const versionMark = "-"

func versionOf(head item) string {
	version := textOf(head[fieldRecord])
	if blob := textOf(head[fieldBlob]); blob != "" {
		version += versionMark + blob
	}
	return version
}

func splitVersion(version string) (record, blob string) {
	record, blob, _ = strings.Cut(version, versionMark)
	return record, blob
}

// retold is how often a thing is read that is replaced while its parts are read.
const retold = 5

// whole reads an item and its data. What is replaced meanwhile is read again: its
// parts are gone.
func (s *Store) whole(ctx context.Context, what string, t Table, key item) (item, []byte, error) {
	for n := 1; ; n++ {
		i, err := s.get(ctx, what, t, key)
		if err != nil || i == nil {
			return nil, nil, err
		}
		data, err := s.dataOf(ctx, what, i)
		if err == nil || n == retold || !errors.Is(err, errGone) {
			return i, data, err
		}
	}
}

// Head reads one item, and the parts of a state that is larger than one.
func (l eventLog) Head(ctx context.Context, stream string) (driver.Head, error) {
	i, state, err := l.whole(ctx, "head of "+stream, l.heads, item{fieldStream: text(stream)})
	if err != nil || i == nil {
		return driver.Head{Stream: stream}, err
	}
	h := driver.Head{
		Stream: stream, Seq: unsigned(i[fieldSeq]), Time: timeOf(i[fieldTime]), Correlation: textOf(i[fieldFlow]),
		Shape: textOf(i[fieldShape]), State: state, Version: versionOf(i),
	}
	copy(h.Hash[:], bytesOf(i[fieldHash]))
	return h, nil
}

// Commit writes the record, the head and the items in one transaction: two items,
// and one for each item of the agenda. What is larger than an item is written
// before that. A mark without items is one write and no transaction.
func (l eventLog) Commit(ctx context.Context, c driver.Commit) error {
	what := "commit " + c.Record.Stream
	if err := checkCommit(c); err != nil {
		return fmt.Errorf("aws: %s: %w", what, err)
	}
	puts, blobs, err := l.puts(ctx, c)
	if err != nil {
		l.dropParts(ctx, blobs...)
		return failed(ctx, what, err)
	}
	err = l.write(ctx, what, puts...)
	switch {
	case errors.Is(err, driver.ErrConflict):
		l.dropParts(ctx, blobs...)
	case err == nil && c.Head != nil:
		if _, replaced := splitVersion(c.Head.Version); replaced != "" {
			l.dropParts(ctx, replaced)
		}
	}
	return err
}

func checkCommit(c driver.Commit) error {
	if err := driver.CheckRecord("record", c.Record.Body); err != nil {
		return err
	}
	if c.Head != nil {
		if err := driver.CheckSize("state", c.Head.State); err != nil {
			return err
		}
	}
	for _, i := range c.Items {
		if err := driver.CheckSize("item "+i.ID, i.Body); err != nil {
			return err
		}
	}
	return driver.CheckItems("record "+c.Record.ID, c.Items)
}

// puts returns the writes of a commit, and the names of the parts that it wrote.
func (l eventLog) puts(ctx context.Context, c driver.Commit) (puts []put, blobs []string, err error) {
	add := func(p put, data []byte, inline int) {
		if err != nil {
			return
		}
		var blob string
		if blob, err = l.hold(ctx, p.table, p.item, data, inline); blob != "" {
			blobs = append(blobs, blob)
		}
		puts = append(puts, p)
	}
	add(put{l.log, recordItem(c), absent(l.log)}, c.Record.Body, maxInline)
	if c.Head != nil {
		unchanged := absent(l.heads)
		if record, _ := splitVersion(c.Head.Version); record != "" {
			unchanged = equal(fieldRecord, text(record))
		}
		add(put{l.heads, headItem(*c.Head, c.Record.ID), unchanged}, c.Head.State, maxInline)
	}
	for n, i := range c.Items {
		if !replacedBy(i, c.Items[n+1:]) {
			add(put{table: l.agenda, item: taskItem(i)}, i.Body, maxInlineTask)
		}
	}
	return puts, blobs, err
}

// replacedBy says whether a later one of the items has the same kind and ID: a
// transaction writes each item once.
func replacedBy(i driver.Item, later []driver.Item) bool {
	for _, other := range later {
		if other.Kind == i.Kind && other.ID == i.ID {
			return true
		}
	}
	return false
}

func recordItem(c driver.Commit) item {
	r := c.Record
	i := item{
		fieldID: text(r.ID), fieldStream: text(r.Stream), fieldSeq: number(r.Seq), fieldCount: number(r.Count),
		fieldTime: number(r.Time), fieldSlot: number(slotOf(r.ID, eventSlots)), fieldFlow: text(flowKey(r.Correlation)),
		fieldHash: raw(r.Hash[:]),
	}
	if r.Count > 0 {
		i[fieldLast] = number(r.Seq + uint64(r.Count) - 1)
	}
	if c.Head != nil && c.Head.Version != "" {
		before, _ := splitVersion(c.Head.Version)
		i[fieldBefore] = text(before)
	}
	return i
}

func flowKey(correlation string) string {
	if correlation == "" {
		return noFlow
	}
	return correlation
}

func headItem(h driver.Head, record string) item {
	return item{
		fieldStream: text(h.Stream), fieldSeq: number(h.Seq), fieldTime: number(h.Time), fieldHash: raw(h.Hash[:]),
		fieldFlow: text(h.Correlation), fieldShape: text(h.Shape), fieldRecord: text(record),
	}
}

// Record reads one item, and the parts of a body that is larger than one.
func (l eventLog) Record(ctx context.Context, id string) (driver.Record, error) {
	i, err := l.get(ctx, "record "+id, l.log, item{fieldID: text(id)})
	if err != nil {
		return driver.Record{}, err
	}
	if i == nil {
		return driver.Record{}, fmt.Errorf("aws: record %s: %w", id, driver.ErrNotFound)
	}
	return l.recordOf(ctx, i)
}

// recordOf returns the record in an item, with its whole body.
func (l eventLog) recordOf(ctx context.Context, i item) (driver.Record, error) {
	r := placeOf(i)
	var err error
	r.Body, err = l.dataOf(ctx, "record "+r.ID, i)
	return r, err
}

// placeOf returns the record in an item without its body.
func placeOf(i item) driver.Record {
	r := driver.Record{
		ID: textOf(i[fieldID]), Stream: textOf(i[fieldStream]), Seq: unsigned(i[fieldSeq]), Count: int(integer(i[fieldCount])),
		Time: timeOf(i[fieldTime]), Correlation: strings.TrimPrefix(textOf(i[fieldFlow]), noFlow),
	}
	copy(r.Hash[:], bytesOf(i[fieldHash]))
	return r
}
