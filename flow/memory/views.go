package memory

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"

	"github.com/onevent/onevent/flow/driver"
)

// A Views is the driver.Views of a Store.
type Views struct{ s *Store }

// Views returns the store's views.
func (s *Store) Views() *Views { return &Views{s} }

type view struct {
	documents map[string]driver.Document
	keys      []string // of the documents, in order
	marks     map[string]bool
}

// Get implements driver.Views.
func (v *Views) Get(ctx context.Context, view, key string) (driver.Document, error) {
	if err := ctx.Err(); err != nil {
		return driver.Document{}, err
	}
	v.s.mu.Lock()
	defer v.s.mu.Unlock()
	doc, ok := v.s.views[view].documents[key]
	if !ok {
		return driver.Document{}, fmt.Errorf("memory: view %s/%s: %w", view, key, driver.ErrNotFound)
	}
	return cloneDocument(doc), nil
}

// Put implements driver.Views.
func (v *Views) Put(ctx context.Context, doc driver.Document, mark string) error {
	name := "memory: view " + doc.View + "/" + doc.Key
	if err := cmp.Or(ctx.Err(), driver.CheckSize(name, doc.Body, doc.Memory)); err != nil {
		return err
	}
	v.s.mu.Lock()
	defer v.s.mu.Unlock()
	view, ok := v.s.views[doc.View]
	if !ok {
		view.documents, view.marks = map[string]driver.Document{}, map[string]bool{}
	}
	if view.documents[doc.Key].Version != doc.Version {
		return fmt.Errorf("%s: version: %w", name, driver.ErrConflict)
	}
	if view.marks[mark] {
		return fmt.Errorf("%s: mark %s: %w", name, mark, driver.ErrConflict)
	}
	doc = cloneDocument(doc)
	doc.Version = v.s.version()
	if at, found := slices.BinarySearch(view.keys, doc.Key); !found {
		view.keys = slices.Insert(view.keys, at, doc.Key)
	}
	v.s.views[doc.View] = view
	view.documents[doc.Key] = doc
	if mark != "" {
		view.marks[mark] = true
	}
	v.s.bell.Wrote(doc.View, doc.Key)
	return nil
}

// Marked implements driver.Views.
func (v *Views) Marked(ctx context.Context, view, mark string) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	v.s.mu.Lock()
	defer v.s.mu.Unlock()
	return v.s.views[view].marks[mark], nil
}

// Query implements driver.Views.
func (v *Views) Query(ctx context.Context, view string, q driver.Query) iter.Seq2[driver.Document, error] {
	return sequence(ctx, func() []driver.Document {
		v.s.mu.Lock()
		defer v.s.mu.Unlock()
		view := v.s.views[view]
		begin, exact := slices.BinarySearch(view.keys, q.After)
		if exact {
			begin++
		}
		var found []driver.Document
		for _, key := range view.keys[begin:] {
			if doc := view.documents[key]; matches(doc.Body, q.Where) {
				found = append(found, doc)
			}
			if q.Limit > 0 && len(found) == q.Limit {
				break
			}
		}
		return found
	}, cloneDocument)
}

// matches says whether a JSON object has the fields that where wants.
func matches(body []byte, where map[string]any) bool {
	if len(where) == 0 {
		return true
	}
	var fields map[string]any
	if json.Unmarshal(body, &fields) != nil {
		return false
	}
	for name, want := range where {
		if got, ok := fields[name]; !ok || got != want {
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
	delete(v.s.views, view)
	v.s.bell.Dropped(view)
	return nil
}

func cloneDocument(doc driver.Document) driver.Document {
	doc.Body, doc.Memory = bytes.Clone(doc.Body), bytes.Clone(doc.Memory)
	return doc
}
