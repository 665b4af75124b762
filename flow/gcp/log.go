package gcp

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"

	pb "cloud.google.com/go/firestore/apiv1/firestorepb"

	"github.com/onevent/onevent/flow/driver"
)

// The collections of the log.
const (
	events  = "events"
	streams = "streams"
)

// The fields of the log's documents.
const (
	fieldStream      = "stream"
	fieldSeq         = "seq"
	fieldCount       = "count"
	fieldLast        = "last" // the sequence of the last event; not on marks, which are not in the stream
	fieldTime        = "time"
	fieldSlot        = "slot"
	fieldCorrelation = "correlation"
	fieldHash        = "hash"
	fieldBody        = "body"
	fieldRecord      = "record"
	fieldState       = "state"
	fieldShape       = "shape"
)

// eventSlots is over how many slots the log is spread: it bears 8,000 commits a
// second.
const eventSlots = 16

type eventLog struct{ *Store }

// Head reads one document.
func (l eventLog) Head(ctx context.Context, stream string) (driver.Head, error) {
	d, err := l.get(ctx, "head of "+stream, l.name(streams, escape(stream)))
	if err != nil {
		return driver.Head{}, err
	}
	if d == nil {
		return driver.Head{Stream: stream}, nil
	}
	f := d.GetFields()
	h := driver.Head{
		Stream: stream, Seq: unsigned(f[fieldSeq]), Time: driver.Time(f[fieldTime].GetIntegerValue()),
		Correlation: f[fieldCorrelation].GetStringValue(), Shape: f[fieldShape].GetStringValue(),
		State: bytesOf(f[fieldState]), Version: versionOf(d),
	}
	copy(h.Hash[:], f[fieldHash].GetBytesValue())
	return h, nil
}

// Commit writes the record, the head and the items in one call: two documents,
// one for each item, and one for each MaxBytes that the record is larger.
func (l eventLog) Commit(ctx context.Context, c driver.Commit) error {
	what := "commit " + c.Record.Stream
	if err := driver.CheckRecord("record", c.Record.Body); err != nil {
		return fmt.Errorf("gcp: %s: %w", what, err)
	}
	if err := driver.CheckItems("record", c.Items); err != nil {
		return fmt.Errorf("gcp: %s: %w", what, err)
	}
	first, more := l.splitBody(c.Record)
	record := recordFields(c.Record)
	if record[fieldBody] = raw(first); len(more) > 0 {
		record[fieldParts] = number(len(more))
	}
	writes := append([]*pb.Write{update(l.name(events, keyID(c.Record.ID)), record, condition(""))}, more...)
	if c.Head != nil {
		if err := driver.CheckSize("state", c.Head.State); err != nil {
			return fmt.Errorf("gcp: %s: %w", what, err)
		}
		unchanged := condition(c.Head.Version)
		if unchanged == nil {
			return fmt.Errorf("gcp: %s: %w", what, driver.ErrConflict)
		}
		name := l.name(streams, escape(c.Head.Stream))
		writes = append(writes, update(name, headFields(*c.Head, c.Record.ID), unchanged))
	}
	for _, item := range c.Items {
		if err := driver.CheckSize("item "+item.ID, item.Body); err != nil {
			return fmt.Errorf("gcp: %s: %w", what, err)
		}
		writes = append(writes, l.itemWrite(item))
	}
	return l.commit(ctx, what, writes...)
}

func recordFields(r driver.Record) fields {
	f := fields{
		fieldStream: text(r.Stream), fieldSeq: number(r.Seq), fieldCount: number(r.Count),
		fieldTime: number(r.Time), fieldSlot: number(slotOf(r.ID, eventSlots)),
		fieldCorrelation: text(r.Correlation), fieldHash: raw(r.Hash[:]), fieldBody: raw(r.Body),
	}
	if r.Count > 0 {
		f[fieldLast] = number(r.Seq + uint64(r.Count) - 1)
	}
	return f
}

// headFields hold the record's id too, so that no two heads of a stream are the
// same: Firestore does not count a write that changes nothing as a change.
func headFields(h driver.Head, record string) fields {
	return fields{
		fieldStream: text(h.Stream), fieldSeq: number(h.Seq), fieldTime: number(h.Time),
		fieldHash: raw(h.Hash[:]), fieldCorrelation: text(h.Correlation),
		fieldState: raw(h.State), fieldShape: text(h.Shape), fieldRecord: text(record),
	}
}

func recordOf(d *pb.Document) driver.Record {
	f := d.GetFields()
	r := driver.Record{
		ID: keyOf(lastPart(d.GetName())), Stream: f[fieldStream].GetStringValue(),
		Seq: unsigned(f[fieldSeq]), Count: int(f[fieldCount].GetIntegerValue()),
		Time: driver.Time(f[fieldTime].GetIntegerValue()), Correlation: f[fieldCorrelation].GetStringValue(),
		Body: bytesOf(f[fieldBody]),
	}
	copy(r.Hash[:], f[fieldHash].GetBytesValue())
	return r
}

func lastPart(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// Record reads one document.
func (l eventLog) Record(ctx context.Context, id string) (driver.Record, error) {
	d, err := l.get(ctx, "record "+id, l.name(events, keyID(id)))
	if err != nil {
		return driver.Record{}, err
	}
	if d == nil {
		return driver.Record{}, fmt.Errorf("gcp: record %s: %w", id, driver.ErrNotFound)
	}
	return l.whole(ctx, storedOf(d))
}

// Stream reads one document for each record, and at the most one more.
func (l eventLog) Stream(ctx context.Context, stream string, from, to uint64) iter.Seq2[driver.Record, error] {
	from, to = max(from, 1), min(to, math.MaxInt64)
	q := query{
		collection: events,
		where:      []*pb.StructuredQuery_Filter{where(fieldStream, equal, text(stream)), where(fieldLast, atLeast, number(from))},
		orderBy:    fieldLast,
	}
	if to >= from && to-from < pageSize {
		q.limit = int(to-from) + 1 //nolint:gosec // at most pageSize
	}
	return func(yield func(driver.Record, error) bool) {
		if from > to {
			return
		}
		for d, err := range l.documents(ctx, "stream "+stream, q) {
			if err != nil {
				yield(driver.Record{}, err)
				return
			}
			r, err := l.whole(ctx, storedOf(d))
			if err == nil && r.Seq > to || !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// Flow reads one document for each record, and sorts them here: a flow is what
// one command or webhook set off.
func (l eventLog) Flow(ctx context.Context, correlation string) iter.Seq2[driver.Record, error] {
	what := "flow " + correlation
	q := query{collection: events, where: []*pb.StructuredQuery_Filter{where(fieldCorrelation, equal, text(correlation))}}
	return l.wholes(ctx, untilEnd(ctx, what, func(yield func(stored, error) bool) {
		var records []stored
		for d, err := range l.documents(ctx, what, q) {
			if err != nil {
				yield(stored{}, err)
				return
			}
			records = append(records, storedOf(d))
		}
		slices.SortFunc(records, compareRecords)
		for _, r := range records {
			if !yield(r, nil) {
				return
			}
		}
	}))
}

// Scan reads one document for each record, in as many queries at once as the log
// has slots.
func (l eventLog) Scan(ctx context.Context, from, to driver.Time) iter.Seq2[driver.Record, error] {
	queries := make([]query, eventSlots)
	for slot := range queries {
		queries[slot] = query{
			collection: events,
			where: []*pb.StructuredQuery_Filter{
				where(fieldSlot, equal, number(slot)),
				where(fieldTime, atLeast, number(from)), where(fieldTime, less, number(to)),
			},
			orderBy: fieldTime,
		}
	}
	records := timeline[stored]{
		decode:  func(d *pb.Document) (stored, error) { return storedOf(d), nil },
		time:    func(r stored) driver.Time { return r.Time },
		compare: compareRecords,
	}
	return l.wholes(ctx, records.merge(ctx, l.Store, fmt.Sprintf("scan %s to %s", from, to), queries))
}

func compareRecords(a, b stored) int {
	return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Stream, b.Stream),
		cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.ID, b.ID))
}
