package drivertest

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/onevent/onevent/flow/driver"
)

func itemClauses() []clause {
	return []clause{
		{"an item is there until it is removed", itemUntilRemoved},
		{"Put replaces the item with its kind and ID", putReplaces},
		{"the kinds are lists of their own", kindsAreSeparate},
		{"an item that does not exist is ErrNotFound", func(b *bench) { b.wantsNoItem(driver.Outbox, b.id+"-none") }},
		{"removing an item that does not exist is no error", removeNothing},
		{"an item's ID is 1 to 255 bytes of its alphabet", itemIDs},
		{"an item's body may be empty", itemWithoutBody},
		{"the bytes of an item are copied in and out", itemCopies},
	}
}

func itemUntilRemoved(b *bench) {
	item := b.item(driver.Deadlines, "1")
	b.put(item)
	b.wantsItem(item)
	if err := b.agenda.Remove(b.Context(), item.Kind, item.ID); err != nil {
		b.Fatalf("Remove: %v", err)
	}
	b.wantsNoItem(item.Kind, item.ID)
	b.wantsDue(item.Kind, driver.Forever)
	b.put(item) // and again
	b.wantsItem(item)
}

func putReplaces(b *bench) {
	item := b.item(driver.Retries, "1")
	b.put(item, item)
	b.wantsDue(driver.Retries, item.Due, item)
	early := item.Due
	item.Due, item.Body = item.Due+60_000_000, []byte("second")
	b.put(item)
	b.wantsItem(item)
	b.wantsDue(driver.Retries, early)
	b.wantsDue(driver.Retries, item.Due, item)
}

func kindsAreSeparate(b *bench) {
	kinds := driver.Kinds()
	items := make([]driver.Item, len(kinds))
	for i, kind := range kinds {
		items[i] = b.item(kind, "same")
		items[i].Body = []byte(kind)
	}
	b.put(items...)
	for i, item := range items {
		b.wantsItem(item)
		b.wantsDue(kinds[i], driver.Forever, item)
	}
	if err := b.agenda.Remove(b.Context(), kinds[0], items[0].ID); err != nil {
		b.Fatalf("Remove: %v", err)
	}
	b.wantsNoItem(kinds[0], items[0].ID)
	for _, item := range items[1:] {
		b.wantsItem(item)
	}
}

func removeNothing(b *bench) {
	for range 2 {
		if err := b.agenda.Remove(b.Context(), driver.Parked, b.id+"-none"); err != nil {
			b.Fatalf("Remove of an item that does not exist: %v", err)
		}
	}
}

func itemIDs(b *bench) {
	var items []driver.Item
	for _, id := range []string{
		"-" + b.id, "." + b.id, "~" + b.id, "__" + b.id + "__", ".." + b.id, b.id + ".", b.id + "-a", b.id + "-A",
		b.id + strings.Repeat("x", 255-len(b.id)), b.id + strings.Repeat("x", 254-len(b.id)) + "y",
	} {
		item := b.item(driver.Parked, "")
		item.ID, item.Body = id, []byte(id)
		items = append(items, item)
	}
	b.put(items...)
	for _, item := range items {
		b.wantsItem(item)
	}
	b.wantsDue(driver.Parked, items[len(items)-1].Due, items...)

	for _, id := range []string{".", "..", "~", "0", "____"} { // not this test's alone
		item := b.item(driver.Parked, "")
		item.ID = id
		b.put(item)
		b.wantsItem(item)
	}
}

func itemWithoutBody(b *bench) {
	item := b.item(driver.Outbox, "1")
	item.Body = nil
	b.put(item)
	b.wantsItem(item)
}

func itemCopies(b *bench) {
	item := b.item(driver.Outbox, "1")
	want := item
	want.Body = slices.Clone(item.Body)
	b.put(item)
	clear(item.Body)
	for range 2 {
		b.wantsItem(want)
		got, err := b.agenda.Get(b.Context(), item.Kind, item.ID)
		if err != nil {
			b.Fatalf("Get: %v", err)
		}
		clear(got.Body)
	}
}

func dueClauses() []clause {
	return []clause{
		{"Due is ordered by Due and ID", dueOrder},
		{"Due returns the items with Due <= until", dueUntil},
		{"Due returns at most limit items, the first ones", dueLimit},
		{"Due with limit 0 returns all", dueAll},
	}
}

// wantsDue fails the test unless Due without a limit comes to return these
// items, among items of other tests.
func (b *bench) wantsDue(kind driver.Kind, until driver.Time, want ...driver.Item) {
	b.Helper()
	eventually(b, "Due", want, sameItem, describeItem, func() []driver.Item {
		return b.mine(all(b, b.agenda.Due(b.Context(), kind, until, 0)))
	})
}

func (b *bench) mine(items []driver.Item) []driver.Item {
	return slices.DeleteFunc(items, func(i driver.Item) bool { return !strings.Contains(i.ID, b.id) })
}

func inDueOrder(a, b driver.Item) int {
	return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.ID, b.ID))
}

func dueOrder(b *bench) {
	var items []driver.Item
	at := b.now() + 1000
	for i, due := range []driver.Time{at + 1, at, at + 5_000_000, at - 1} {
		for _, name := range []string{"b", "a", "B", "10", "9", "a-"} {
			item := b.item(driver.Deadlines, string(rune('9'-i))+name)
			item.Due = due
			items = append(items, item)
		}
	}
	random := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // the same order every time
	random.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
	b.put(items...)
	slices.SortFunc(items, inDueOrder)
	b.wantsDue(driver.Deadlines, driver.Forever, items...)
}

func dueUntil(b *bench) {
	items := []driver.Item{b.item(driver.Deadlines, "c"), b.item(driver.Deadlines, "b"), b.item(driver.Deadlines, "a")}
	b.put(items...)
	b.wantsDue(driver.Deadlines, items[0].Due-1)
	b.wantsDue(driver.Deadlines, items[0].Due, items[0])
	b.wantsDue(driver.Deadlines, items[1].Due, items[:2]...)
	b.wantsDue(driver.Deadlines, items[2].Due-1, items[:2]...)
	b.wantsDue(driver.Deadlines, items[2].Due, items...)
	b.wantsDue(driver.Outbox, driver.Forever)
}

// dueLimit has the first quarter of an hour of 1970 for itself, because a limit
// counts the items of other tests as well. What an earlier run left is removed.
func dueLimit(b *bench) {
	const last = driver.Time(1_000_000_000)
	for _, item := range all(b, b.agenda.Due(b.Context(), driver.Retries, last, 0)) {
		if err := b.agenda.Remove(b.Context(), item.Kind, item.ID); err != nil {
			b.Fatalf("Remove: %v", err)
		}
	}
	var items []driver.Item
	for i := range 7 {
		item := b.item(driver.Retries, string(rune('g'-i)))
		item.Due = driver.Time(1 + i/2)
		items = append(items, item)
	}
	b.put(items...)
	slices.SortFunc(items, inDueOrder)
	b.wantsDue(driver.Retries, last, items...)
	for limit, want := range map[int]int{1: 1, 3: 3, 6: 6, 7: 7, 100: 7, 0: 7} {
		eventually(b, "Due with a limit", items[:want], sameItem, describeItem, func() []driver.Item {
			return all(b, b.agenda.Due(b.Context(), driver.Retries, last, limit))
		})
	}
}

func dueAll(b *bench) {
	items := make([]driver.Item, 300)
	for i := range items {
		items[i] = b.item(driver.Outbox, newID())
	}
	c := b.mark(b.stream("a"))
	c.Items = items[:driver.MaxItems]
	b.commit(c)
	b.put(items[driver.MaxItems:]...)
	b.wantsDue(driver.Outbox, items[299].Due, items...)
}
