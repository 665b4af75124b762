package memory

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/onevent/onevent/flow/driver"
)

// Head implements driver.Log.
func (s *Store) Head(ctx context.Context, stream string) (driver.Head, error) {
	if err := ctx.Err(); err != nil {
		return driver.Head{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	head, ok := s.heads[stream]
	if !ok {
		return driver.Head{Stream: stream}, nil
	}
	head.State = bytes.Clone(head.State)
	return head, nil
}

// Commit implements driver.Log.
func (s *Store) Commit(ctx context.Context, c driver.Commit) error {
	if err := cmp.Or(ctx.Err(), checkSizes(c)); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.records[c.Record.ID]; ok {
		return fmt.Errorf("memory: record %s: %w", c.Record.ID, driver.ErrConflict)
	}
	if c.Head != nil && s.heads[c.Head.Stream].Version != c.Head.Version {
		return fmt.Errorf("memory: head of %s: %w", c.Head.Stream, driver.ErrConflict)
	}
	s.add(c.Record)
	if c.Head != nil {
		head := *c.Head
		head.State, head.Version = bytes.Clone(head.State), s.version()
		s.heads[head.Stream] = head
	}
	for _, item := range c.Items {
		s.put(item)
	}
	s.bell.Committed(c.Record.Correlation)
	return nil
}

func checkSizes(c driver.Commit) error {
	if err := driver.CheckRecord("memory: record "+c.Record.ID, c.Record.Body); err != nil {
		return err
	}
	if err := driver.CheckItems("memory: record "+c.Record.ID, c.Items); err != nil {
		return err
	}
	if c.Head != nil {
		if err := driver.CheckSize("memory: state of "+c.Head.Stream, c.Head.State); err != nil {
			return err
		}
	}
	for _, item := range c.Items {
		if err := driver.CheckSize("memory: item "+item.ID, item.Body); err != nil {
			return err
		}
	}
	return nil
}

// add puts a record where it is found.
func (s *Store) add(record driver.Record) {
	r := cloneRecord(record)
	s.records[r.ID] = r
	s.log = insert(s.log, r, inLogOrder)
	s.flows[r.Correlation] = insert(s.flows[r.Correlation], r, inLogOrder)
	if r.Count > 0 {
		s.streams[r.Stream] = insert(s.streams[r.Stream], r, bySeq)
	}
}

func insert(sorted []driver.Record, r driver.Record, order func(a, b driver.Record) int) []driver.Record {
	i, _ := slices.BinarySearchFunc(sorted, r, order)
	return slices.Insert(sorted, i, r)
}

func inLogOrder(a, b driver.Record) int {
	return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Stream, b.Stream), cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.ID, b.ID))
}

func bySeq(a, b driver.Record) int { return cmp.Compare(a.Seq, b.Seq) }

// Record implements driver.Log.
func (s *Store) Record(ctx context.Context, id string) (driver.Record, error) {
	if err := ctx.Err(); err != nil {
		return driver.Record{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.records[id]
	if !ok {
		return driver.Record{}, fmt.Errorf("memory: record %s: %w", id, driver.ErrNotFound)
	}
	return cloneRecord(r), nil
}

// Stream implements driver.Log.
func (s *Store) Stream(ctx context.Context, stream string, from, to uint64) iter.Seq2[driver.Record, error] {
	last := func(r driver.Record) uint64 { return r.Seq + uint64(r.Count) - 1 } //nolint:gosec // counts are not negative
	return s.read(ctx, func() []driver.Record {
		all := s.streams[stream]
		begin, _ := slices.BinarySearchFunc(all, from, func(r driver.Record, from uint64) int { return cmp.Compare(last(r), from) })
		end := begin
		for end < len(all) && all[end].Seq <= to {
			end++
		}
		return all[begin:end]
	})
}

// Flow implements driver.Log.
func (s *Store) Flow(ctx context.Context, correlation string) iter.Seq2[driver.Record, error] {
	return s.read(ctx, func() []driver.Record { return s.flows[correlation] })
}

// Scan implements driver.Log.
func (s *Store) Scan(ctx context.Context, from, to driver.Time) iter.Seq2[driver.Record, error] {
	return s.read(ctx, func() []driver.Record {
		begin, end := s.since(from), s.since(to)
		return s.log[begin:max(begin, end)]
	})
}

// since returns where in the log the records with a Time of t and later begin.
func (s *Store) since(t driver.Time) int {
	i, _ := slices.BinarySearchFunc(s.log, t, func(r driver.Record, t driver.Time) int { return cmp.Compare(r.Time, t) })
	return i
}

// read yields the part of the log that find selects.
func (s *Store) read(ctx context.Context, find func() []driver.Record) iter.Seq2[driver.Record, error] {
	return sequence(ctx, func() []driver.Record {
		s.mu.Lock()
		defer s.mu.Unlock()
		return slices.Clone(find())
	}, cloneRecord)
}

func cloneRecord(r driver.Record) driver.Record {
	r.Body = bytes.Clone(r.Body)
	return r
}
