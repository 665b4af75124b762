package aws

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/onevent/onevent/flow/driver"
)

// The index of the agenda, and the fields of its items.
const (
	byDue = "due"

	fieldList = "list"
	fieldDue  = "due"
	fieldKind = "kind"
	fieldName = "name"
)

// agendaSlots is over how many slots a list is spread: it bears 4,000 items a
// second. An idle tick costs half a read unit for each slot of a list.
const agendaSlots = 4

type agenda struct{ *Store }

func taskItem(i driver.Item) item {
	return item{
		fieldID: text(taskID(i.Kind, i.ID)), fieldKind: text(string(i.Kind)), fieldName: text(i.ID),
		fieldDue: number(i.Due), fieldList: text(listOf(i.Kind, slotOf(i.ID, agendaSlots))),
	}
}

func taskID(kind driver.Kind, id string) string { return string(kind) + "/" + id }

func listOf(kind driver.Kind, slot int) string { return string(kind) + "/" + strconv.Itoa(slot) }

func taskOf(i item, body []byte) driver.Item {
	return driver.Item{Kind: driver.Kind(textOf(i[fieldKind])), ID: textOf(i[fieldName]), Due: timeOf(i[fieldDue]), Body: body}
}

// Put writes one item, and the parts of a body that is larger than that.
func (a agenda) Put(ctx context.Context, i driver.Item) error {
	what := fmt.Sprintf("put %s/%s", i.Kind, i.ID)
	if err := driver.CheckSize("item", i.Body); err != nil {
		return fmt.Errorf("aws: %s: %w", what, err)
	}
	p := put{table: a.agenda, item: taskItem(i)}
	if _, err := a.hold(ctx, p.table, p.item, i.Body, maxInlineTask); err != nil {
		return failed(ctx, what, err)
	}
	old, err := a.putOne(ctx, p, types.ReturnValueAllOld)
	if err != nil {
		return failed(ctx, what, err)
	}
	a.dropParts(ctx, textOf(old[fieldBlob]))
	return nil
}

// Get reads one item, and the parts of a body that is larger than that.
func (a agenda) Get(ctx context.Context, kind driver.Kind, id string) (driver.Item, error) {
	what := fmt.Sprintf("get %s/%s", kind, id)
	i, body, err := a.whole(ctx, what, a.agenda, item{fieldID: text(taskID(kind, id))})
	if err != nil {
		return driver.Item{}, err
	}
	if i == nil {
		return driver.Item{}, fmt.Errorf("aws: %s: %w", what, driver.ErrNotFound)
	}
	return taskOf(i, body), nil
}

// Remove deletes one item, and its parts.
func (a agenda) Remove(ctx context.Context, kind driver.Kind, id string) error {
	old, err := a.remove(ctx, fmt.Sprintf("remove %s/%s", kind, id), a.agenda, item{fieldID: text(taskID(kind, id))})
	if err == nil {
		a.dropParts(ctx, textOf(old[fieldBlob]))
	}
	return err
}

// Due reads one item for each that it returns, and their entries in the index. An
// entry that is behind its item, which was removed or put elsewhere, counts for
// nothing.
func (a agenda) Due(ctx context.Context, kind driver.Kind, until driver.Time, limit int) iter.Seq2[driver.Item, error] {
	what := fmt.Sprintf("%s due %s", kind, until)
	queries := make([]query, agendaSlots)
	for slot := range queries {
		queries[slot] = query{table: a.agenda, index: byDue, hash: text(listOf(kind, slot)), to: number(until), limit: min(cmp.Or(limit, entriesAtOnce), entriesAtOnce)}
	}
	return untilEnd(ctx, what, func(yield func(driver.Item, error) bool) {
		n := 0
		for entries, err := range a.merge(ctx, what, fieldDue, queries) {
			var tasks []driver.Item
			if err == nil {
				tasks, err = a.current(ctx, what, entries)
			}
			if err != nil {
				yield(driver.Item{}, err)
				return
			}
			for _, task := range tasks {
				if n++; !yield(task, nil) || n == limit {
					return
				}
			}
		}
	})
}

// current returns the items of entries that are where the entries say, in order. An
// item that moves meanwhile may have two entries.
func (a agenda) current(ctx context.Context, what string, entries []item) ([]driver.Item, error) {
	due := map[string][]driver.Time{}
	var keys []item
	for _, entry := range entries {
		id := textOf(entry[fieldID])
		if due[id] == nil {
			keys = append(keys, a.agenda.keyOf(entry))
		}
		due[id] = append(due[id], timeOf(entry[fieldDue]))
	}
	var tasks []driver.Item
	for page := range slices.Chunk(keys, maxGet) {
		items, err := a.getAll(ctx, what, a.agenda, page)
		if err != nil {
			return nil, err
		}
		for _, i := range items {
			if !slices.Contains(due[textOf(i[fieldID])], timeOf(i[fieldDue])) {
				continue
			}
			body, err := a.dataOf(ctx, what, i)
			if errors.Is(err, errGone) {
				continue // replaced or removed just now
			}
			if err != nil {
				return nil, err
			}
			tasks = append(tasks, taskOf(i, body))
		}
	}
	slices.SortFunc(tasks, func(x, y driver.Item) int { return cmp.Or(cmp.Compare(x.Due, y.Due), cmp.Compare(x.ID, y.ID)) })
	return tasks, nil
}
