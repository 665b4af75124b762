// Package memory is the platform that others are compared with: everything in
// maps, under one lock, as simple as the contracts allow. It forgets all when the
// process ends.
package memory

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/onevent/onevent/flow/driver"
)

// A Store is a driver.Log, a driver.Views and a driver.Agenda.
type Store struct {
	mu        sync.Mutex
	records   map[string]driver.Record
	heads     map[string]driver.Head
	items     map[itemKey]driver.Item
	documents map[documentKey]driver.Document
	marks     map[documentKey]bool
	writes    int
}

type itemKey struct {
	kind driver.Kind
	id   string
}

type documentKey struct{ view, key string }

// New returns an empty store.
func New() *Store {
	return &Store{
		records: map[string]driver.Record{}, heads: map[string]driver.Head{}, items: map[itemKey]driver.Item{},
		documents: map[documentKey]driver.Document{}, marks: map[documentKey]bool{},
	}
}

// version returns a version that no write had before.
func (s *Store) version() string {
	s.writes++
	return strconv.Itoa(s.writes)
}

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
	if err := checkCommit(ctx, c); err != nil {
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
	record := c.Record
	record.Body = bytes.Clone(record.Body)
	s.records[record.ID] = record
	if c.Head != nil {
		head := *c.Head
		head.State, head.Version = bytes.Clone(head.State), s.version()
		s.heads[head.Stream] = head
	}
	for _, item := range c.Items {
		s.put(item)
	}
	return nil
}

func checkCommit(ctx context.Context, c driver.Commit) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := driver.CheckSize("memory: record "+c.Record.ID, c.Record.Body); err != nil {
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
	r.Body = bytes.Clone(r.Body)
	return r, nil
}

// Stream implements driver.Log.
func (s *Store) Stream(ctx context.Context, stream string, from, to uint64) iter.Seq2[driver.Record, error] {
	return s.where(ctx, func(r driver.Record) bool {
		return r.Stream == stream && r.Count > 0 && r.Seq <= to && r.Seq+uint64(r.Count)-1 >= from
	}, func(a, b driver.Record) int { return cmp.Compare(a.Seq, b.Seq) })
}

// Flow implements driver.Log.
func (s *Store) Flow(ctx context.Context, correlation string) iter.Seq2[driver.Record, error] {
	return s.where(ctx, func(r driver.Record) bool { return r.Correlation == correlation }, inLogOrder)
}

// Scan implements driver.Log.
func (s *Store) Scan(ctx context.Context, from, to driver.Time) iter.Seq2[driver.Record, error] {
	return s.where(ctx, func(r driver.Record) bool { return from <= r.Time && r.Time < to }, inLogOrder)
}

func inLogOrder(a, b driver.Record) int {
	return cmp.Or(cmp.Compare(a.Time, b.Time), strings.Compare(a.Stream, b.Stream), cmp.Compare(a.Seq, b.Seq), strings.Compare(a.ID, b.ID))
}

// where returns the records that match, as they are when the iteration begins.
func (s *Store) where(ctx context.Context, match func(driver.Record) bool, order func(a, b driver.Record) int) iter.Seq2[driver.Record, error] {
	return sequence(ctx, func() []driver.Record {
		var found []driver.Record
		for _, r := range s.records {
			if match(r) {
				r.Body = bytes.Clone(r.Body)
				found = append(found, r)
			}
		}
		slices.SortFunc(found, order)
		return found
	}, &s.mu)
}

// sequence yields what find returns, until ctx ends.
func sequence[T any](ctx context.Context, find func() []T, mu *sync.Mutex) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		mu.Lock()
		found := find()
		mu.Unlock()
		for _, one := range found {
			if ctx.Err() != nil {
				break
			}
			if !yield(one, nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			var none T
			yield(none, err)
		}
	}
}

// Put adds an item or replaces it; with a document it implements driver.Views.
func (s *Store) put(item driver.Item) {
	item.Body = bytes.Clone(item.Body)
	s.items[itemKey{item.Kind, item.ID}] = item
}

// Agenda returns the store's driver.Agenda.
func (s *Store) Agenda() *Agenda { return &Agenda{s} }

// Views returns the store's driver.Views.
func (s *Store) Views() *Views { return &Views{s} }

// An Agenda is the driver.Agenda of a store.
type Agenda struct{ s *Store }

// Put implements driver.Agenda.
func (a *Agenda) Put(ctx context.Context, item driver.Item) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := driver.CheckSize("memory: item "+item.ID, item.Body); err != nil {
		return err
	}
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	a.s.put(item)
	return nil
}

// Get implements driver.Agenda.
func (a *Agenda) Get(ctx context.Context, kind driver.Kind, id string) (driver.Item, error) {
	if err := ctx.Err(); err != nil {
		return driver.Item{}, err
	}
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	item, ok := a.s.items[itemKey{kind, id}]
	if !ok {
		return driver.Item{}, fmt.Errorf("memory: %s %s: %w", kind, id, driver.ErrNotFound)
	}
	item.Body = bytes.Clone(item.Body)
	return item, nil
}

// Due implements driver.Agenda.
func (a *Agenda) Due(ctx context.Context, kind driver.Kind, until driver.Time, limit int) iter.Seq2[driver.Item, error] {
	return sequence(ctx, func() []driver.Item {
		var due []driver.Item
		for _, item := range a.s.items {
			if item.Kind == kind && item.Due <= until {
				item.Body = bytes.Clone(item.Body)
				due = append(due, item)
			}
		}
		slices.SortFunc(due, func(a, b driver.Item) int { return cmp.Or(cmp.Compare(a.Due, b.Due), strings.Compare(a.ID, b.ID)) })
		return first(due, limit)
	}, &a.s.mu)
}

// Remove implements driver.Agenda.
func (a *Agenda) Remove(ctx context.Context, kind driver.Kind, id string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	delete(a.s.items, itemKey{kind, id})
	return nil
}

// A Views is the driver.Views of a store.
type Views struct{ s *Store }

// Get implements driver.Views.
func (v *Views) Get(ctx context.Context, view, key string) (driver.Document, error) {
	if err := ctx.Err(); err != nil {
		return driver.Document{}, err
	}
	v.s.mu.Lock()
	defer v.s.mu.Unlock()
	doc, ok := v.s.documents[documentKey{view, key}]
	if !ok {
		return driver.Document{}, fmt.Errorf("memory: view %s/%s: %w", view, key, driver.ErrNotFound)
	}
	return clone(doc), nil
}

func clone(doc driver.Document) driver.Document {
	doc.Body, doc.Memory = bytes.Clone(doc.Body), bytes.Clone(doc.Memory)
	return doc
}

// Put implements driver.Views.
func (v *Views) Put(ctx context.Context, doc driver.Document, mark string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := driver.CheckSize("memory: view "+doc.View+"/"+doc.Key, doc.Body, doc.Memory); err != nil {
		return err
	}
	v.s.mu.Lock()
	defer v.s.mu.Unlock()
	at := documentKey{doc.View, doc.Key}
	if v.s.documents[at].Version != doc.Version || mark != "" && v.s.marks[documentKey{doc.View, mark}] {
		return fmt.Errorf("memory: view %s/%s: %w", doc.View, doc.Key, driver.ErrConflict)
	}
	doc = clone(doc)
	doc.Version = v.s.version()
	v.s.documents[at] = doc
	if mark != "" {
		v.s.marks[documentKey{doc.View, mark}] = true
	}
	return nil
}

// Marked implements driver.Views.
func (v *Views) Marked(ctx context.Context, view, mark string) (bool, error) {
	v.s.mu.Lock()
	defer v.s.mu.Unlock()
	return v.s.marks[documentKey{view, mark}], ctx.Err()
}

// Query implements driver.Views.
func (v *Views) Query(ctx context.Context, view string, q driver.Query) iter.Seq2[driver.Document, error] {
	return sequence(ctx, func() []driver.Document {
		var found []driver.Document
		for _, doc := range v.s.documents {
			if doc.View == view && doc.Key > q.After && matches(doc.Body, q.Where) {
				found = append(found, clone(doc))
			}
		}
		slices.SortFunc(found, func(a, b driver.Document) int { return strings.Compare(a.Key, b.Key) })
		return first(found, q.Limit)
	}, &v.s.mu)
}

func matches(body []byte, where map[string]any) bool {
	if len(where) == 0 {
		return true
	}
	var fields map[string]any
	if json.Unmarshal(body, &fields) != nil {
		return false
	}
	for name, want := range where {
		if fields[name] != want {
			return false
		}
	}
	return true
}

// Drop implements driver.Views.
func (v *Views) Drop(ctx context.Context, view string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	v.s.mu.Lock()
	defer v.s.mu.Unlock()
	for at := range v.s.documents {
		if at.view == view {
			delete(v.s.documents, at)
		}
	}
	for at := range v.s.marks {
		if at.view == view {
			delete(v.s.marks, at)
		}
	}
	return nil
}

func first[T any](all []T, limit int) []T {
	if limit > 0 && len(all) > limit {
		return all[:limit]
	}
	return all
}
