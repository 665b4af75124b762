package gcp

import (
	"cmp"
	"context"
	"fmt"
	"iter"

	pb "cloud.google.com/go/firestore/apiv1/firestorepb"

	"github.com/onevent/onevent/flow/driver"
)

const fieldDue = "due"

// agendaSlots is over how many slots a list is spread: it bears 2,000 items a
// second. An idle tick costs one read for each slot of a list.
const agendaSlots = 4

type agenda struct{ *Store }

func (s *Store) itemWrite(i driver.Item) *pb.Write {
	return update(s.name(string(i.Kind), keyID(i.ID)), fields{
		fieldDue: number(i.Due), fieldSlot: number(slotOf(i.ID, agendaSlots)), fieldBody: raw(i.Body),
	}, nil)
}

func itemOf(kind driver.Kind, d *pb.Document) driver.Item {
	f := d.GetFields()
	return driver.Item{
		Kind: kind, ID: keyOf(lastPart(d.GetName())),
		Due: driver.Time(f[fieldDue].GetIntegerValue()), Body: bytesOf(f[fieldBody]),
	}
}

// Put writes one document.
func (a agenda) Put(ctx context.Context, item driver.Item) error {
	what := fmt.Sprintf("put %s/%s", item.Kind, item.ID)
	if err := driver.CheckSize("item", item.Body); err != nil {
		return fmt.Errorf("gcp: %s: %w", what, err)
	}
	return a.commit(ctx, what, a.itemWrite(item))
}

// Get reads one document.
func (a agenda) Get(ctx context.Context, kind driver.Kind, id string) (driver.Item, error) {
	what := fmt.Sprintf("get %s/%s", kind, id)
	d, err := a.get(ctx, what, a.name(string(kind), keyID(id)))
	if err != nil {
		return driver.Item{}, err
	}
	if d == nil {
		return driver.Item{}, fmt.Errorf("gcp: %s: %w", what, driver.ErrNotFound)
	}
	return itemOf(kind, d), nil
}

// Due reads one document for each item, and up to a page more of each slot.
func (a agenda) Due(ctx context.Context, kind driver.Kind, until driver.Time, limit int) iter.Seq2[driver.Item, error] {
	queries := make([]query, agendaSlots)
	for slot := range queries {
		queries[slot] = query{
			collection: string(kind),
			where: []*pb.StructuredQuery_Filter{
				where(fieldSlot, equal, number(slot)), where(fieldDue, atMost, number(until)),
			},
			orderBy: fieldDue,
			limit:   limit,
		}
	}
	items := timeline[driver.Item]{
		decode: func(d *pb.Document) (driver.Item, error) { return itemOf(kind, d), nil },
		time:   func(i driver.Item) driver.Time { return i.Due },
		compare: func(a, b driver.Item) int {
			return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.ID, b.ID))
		},
	}
	return func(yield func(driver.Item, error) bool) {
		n := 0
		for item, err := range items.merge(ctx, a.Store, fmt.Sprintf("%s due %s", kind, until), queries) {
			if n++; !yield(item, err) || err != nil || n == limit {
				return
			}
		}
	}
}

// Remove deletes one document.
func (a agenda) Remove(ctx context.Context, kind driver.Kind, id string) error {
	return a.commit(ctx, fmt.Sprintf("remove %s/%s", kind, id), remove(a.name(string(kind), keyID(id))))
}
