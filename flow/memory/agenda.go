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

// An Agenda is the driver.Agenda of a Store.
type Agenda struct{ s *Store }

// Agenda returns the store's agenda.
func (s *Store) Agenda() *Agenda { return &Agenda{s} }

// put adds an item or replaces it.
func (s *Store) put(item driver.Item) {
	if s.items[item.Kind] == nil {
		s.items[item.Kind] = map[string]driver.Item{}
	}
	s.items[item.Kind][item.ID] = cloneItem(item)
}

// Put implements driver.Agenda.
func (a *Agenda) Put(ctx context.Context, item driver.Item) error {
	if err := cmp.Or(ctx.Err(), driver.CheckSize("memory: item "+item.ID, item.Body)); err != nil {
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
	item, ok := a.s.items[kind][id]
	if !ok {
		return driver.Item{}, fmt.Errorf("memory: %s %s: %w", kind, id, driver.ErrNotFound)
	}
	return cloneItem(item), nil
}

// Due implements driver.Agenda.
func (a *Agenda) Due(ctx context.Context, kind driver.Kind, until driver.Time, limit int) iter.Seq2[driver.Item, error] {
	return sequence(ctx, func() []driver.Item {
		a.s.mu.Lock()
		defer a.s.mu.Unlock()
		var due []driver.Item
		for _, item := range a.s.items[kind] {
			if item.Due <= until {
				due = append(due, item)
			}
		}
		slices.SortFunc(due, func(a, b driver.Item) int {
			return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.ID, b.ID))
		})
		return first(due, limit)
	}, cloneItem)
}

// Remove implements driver.Agenda.
func (a *Agenda) Remove(ctx context.Context, kind driver.Kind, id string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	delete(a.s.items[kind], id)
	return nil
}

func cloneItem(item driver.Item) driver.Item {
	item.Body = bytes.Clone(item.Body)
	return item
}
