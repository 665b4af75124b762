package local

import (
	"context"
	"iter"
	"math"

	"github.com/onevent/onevent/flow/driver"
)

// agenda implements driver.Agenda.
type agenda struct{ s *Store }

// Put implements driver.Agenda.
func (a agenda) Put(ctx context.Context, item driver.Item) error {
	if err := driver.CheckSize("local: item "+item.ID, item.Body); err != nil {
		return err
	}
	return a.s.write(ctx, len(item.Body), func(t *tx) error {
		t.putItem(item)
		return nil
	})
}

func (t *tx) putItem(item driver.Item) {
	t.exec(`INSERT INTO agenda (kind, id, due, body) VALUES (?, ?, ?, ?)
		ON CONFLICT (kind, id) DO UPDATE SET due = excluded.due, body = excluded.body`,
		string(item.Kind), item.ID, int64(item.Due), item.Body)
}

const selectItem = "SELECT kind, id, due, body FROM agenda WHERE kind = ? "

// itemOf reads a row of selectItem.
func itemOf(r row) (driver.Item, int) {
	item := driver.Item{Kind: driver.Kind(r.text(0)), ID: r.text(1), Due: driver.Time(r.int(2)), Body: r.blob(3)}
	return item, 128 + len(item.Body)
}

// Get implements driver.Agenda.
func (a agenda) Get(ctx context.Context, kind driver.Kind, id string) (driver.Item, error) {
	var item driver.Item
	found := false
	err := a.s.read(ctx, func(c *conn) error {
		return c.query(selectItem+"AND id = ?", []any{string(kind), id}, func(r row) bool {
			item, _ = itemOf(r)
			found = true
			return false
		})
	})
	if err == nil && !found {
		err = driver.ErrNotFound
	}
	return item, wrap("item "+string(kind)+"/"+id, err)
}

// Due implements driver.Agenda.
func (a agenda) Due(ctx context.Context, kind driver.Kind, until driver.Time, limit int) iter.Seq2[driver.Item, error] {
	rows := pageRows
	if limit > 0 {
		rows = min(rows, limit)
	}
	return first(limit, paging[driver.Item]{
		s: a.s, what: "agenda " + string(kind), limit: rows,
		query: selectItem + "AND due <= ? AND (due, id) > (?, ?) ORDER BY due, id LIMIT ?",
		args: func(last *driver.Item) []any {
			if last == nil {
				return []any{string(kind), int64(until), int64(math.MinInt64), "", int64(rows)}
			}
			return []any{string(kind), int64(until), int64(last.Due), last.ID, int64(rows)}
		},
		read: itemOf,
	}.all(ctx))
}

// first returns at most limit results, and all for a limit of 0.
func first[T any](limit int, all iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		found := 0
		for value, err := range all {
			if !yield(value, err) {
				return
			}
			if found++; found == limit {
				return
			}
		}
	}
}

// Remove implements driver.Agenda.
func (a agenda) Remove(ctx context.Context, kind driver.Kind, id string) error {
	return a.s.write(ctx, 0, func(t *tx) error {
		t.exec("DELETE FROM agenda WHERE kind = ? AND id = ?", string(kind), id)
		return nil
	})
}
