package drivertest

import (
	"strconv"

	"github.com/onevent/onevent/flow/driver"
)

func logSizeClauses() []clause {
	return []clause{
		{"a record, a head and an item of 900 kB come back byte by byte", func(b *bench) { commitOfSize(b, 900_000) }},
		{"a record, a head and an item of MaxBytes are stored", func(b *bench) { commitOfSize(b, driver.MaxBytes) }},
		{"a record of MaxRecordBytes is stored, and comes back in every way", largeRecord},
		{"a large record's commit is all or nothing", largeRecordRefused},
		{"a commit above MaxBytes is ErrTooLarge and writes nothing", commitTooLarge},
		{"a commit of MaxItems items is made, and one of more is ErrTooLarge", commitOfManyItems},
	}
}

func commitOfSize(b *bench, size int) {
	c := b.next(b.stream("a"), 1)
	item := b.item(driver.Outbox, "1")
	c.Record.Body, c.Head.State, item.Body = anyBytes(size), anyBytes(size), anyBytes(size)
	c.Items = []driver.Item{item}
	b.commit(c)
	b.wantsCommit(c)
	b.wantsFlow(c.Record.Correlation, c.Record)
}

// largeRecord puts a large record between two small ones.
func largeRecord(b *bench) {
	for _, size := range []int{driver.MaxBytes + 1, 2*driver.MaxBytes + 1, b.maxRecord} {
		stream := b.stream(strconv.Itoa(size))
		b.appends(stream, 1)
		c := b.next(stream, 1)
		c.Record.Body, c.Record.Correlation = anyBytes(size), b.flow(strconv.Itoa(size))
		b.commit(c)
		b.wantsCommit(c)
		b.wantsFlow(c.Record.Correlation, c.Record)
		b.wantsScan(c.Record.Time, c.Record.Time+1, c.Record)
		b.appends(stream, 1)
	}
}

func largeRecordRefused(b *bench) {
	stream := b.stream("a")
	b.appends(stream, 1)
	c := b.next(stream, 1)
	c.Record.Body = anyBytes(2*driver.MaxBytes + 1)
	b.commit(c)
	again := b.next(stream, 1)
	again.Record.ID, again.Record.Body = c.Record.ID, anyBytes(3*driver.MaxBytes)
	b.refused(again, driver.ErrConflict, "of another large record with the same ID")
	b.wantsCommit(c)
}

func commitTooLarge(b *bench) {
	b.appends(b.stream("a"), 1)
	for what, grow := range map[string]func(c *driver.Commit){
		"record": func(c *driver.Commit) { c.Record.Body = anyBytes(driver.MaxRecordBytes + 1) },
		"state":  func(c *driver.Commit) { c.Head.State = anyBytes(driver.MaxBytes + 1) },
		"item":   func(c *driver.Commit) { c.Items[1].Body = anyBytes(driver.MaxBytes + 1) },
	} {
		for _, stream := range []string{b.stream("a"), b.stream("new-" + what)} {
			c := b.next(stream, 1)
			c.Items = []driver.Item{b.item(driver.Outbox, what+"1"), b.item(driver.Outbox, what+"2"), b.item(driver.Outbox, what+"3")}
			grow(&c)
			b.refused(c, driver.ErrTooLarge, "with a "+what+" above the limit")
			b.wantsNoRecord(c.Record.ID)
		}
	}
	m := b.mark(b.stream("b"))
	m.Record.Body = anyBytes(driver.MaxRecordBytes + 1)
	b.refused(m, driver.ErrTooLarge, "of a mark above the limit")
	b.wantsNoRecord(m.Record.ID)
}

func commitOfManyItems(b *bench) {
	c := b.next(b.stream("a"), 1)
	for i := range driver.MaxItems {
		c.Items = append(c.Items, b.item(driver.Deadlines, strconv.Itoa(i)))
	}
	b.commit(c)
	b.wantsCommit(c)
	more := b.next(b.stream("b"), 1)
	for i := range driver.MaxItems + 1 {
		more.Items = append(more.Items, b.item(driver.Deadlines, "more"+strconv.Itoa(i)))
	}
	b.refused(more, driver.ErrTooLarge, "with an item above the limit")
	b.wantsNoRecord(more.Record.ID)
}

func agendaSizeClauses() []clause {
	return []clause{
		{"an item of 900 kB comes back byte by byte", func(b *bench) { itemOfSize(b, 900_000) }},
		{"an item of MaxBytes is stored", func(b *bench) { itemOfSize(b, driver.MaxBytes) }},
		{"an item above MaxBytes is ErrTooLarge and changes nothing", itemTooLarge},
	}
}

func itemOfSize(b *bench, size int) {
	item := b.item(driver.Parked, "1")
	item.Body = anyBytes(size)
	b.put(item)
	b.wantsItem(item)
	b.wantsDue(driver.Parked, item.Due, item)
}

func itemTooLarge(b *bench) {
	item := b.item(driver.Parked, "1")
	b.put(item)
	large := item
	large.Body = anyBytes(driver.MaxBytes + 1)
	b.wants(b.agenda.Put(b.Context(), large), driver.ErrTooLarge, "Put over an item")
	b.wantsItem(item)
	large.ID += "-new"
	b.wants(b.agenda.Put(b.Context(), large), driver.ErrTooLarge, "Put of a new item")
	b.wantsNoItem(large.Kind, large.ID)
}

func viewSizeClauses() []clause {
	return []clause{
		{"a document of 900 kB comes back byte by byte", func(b *bench) { documentOfSize(b, 800_000, 100_000) }},
		{"a document of MaxBytes, body and memory together, is stored", func(b *bench) { documentOfSize(b, 400_000, driver.MaxBytes-400_000) }},
		{"a document above MaxBytes is ErrTooLarge and changes nothing", documentTooLarge},
	}
}

func documentOfSize(b *bench, body, memory int) {
	doc := driver.Document{View: b.view("a"), Key: "k", Body: object(body), Memory: anyBytes(memory)}
	stored := b.write(doc, "m")
	b.wantsDocument(doc)
	b.wantsQuery(doc.View, driver.Query{}, doc)
	doc.Version, doc.Body = stored.Version, []byte(`{}`)
	b.write(doc, "")
	b.wantsDocument(doc)
}

func documentTooLarge(b *bench) {
	view := b.view("a")
	old := b.write(driver.Document{View: view, Key: "k", Body: []byte(`{"a":1}`), Memory: []byte("m")}, "")
	large := old
	large.Body, large.Memory = object(600_000), anyBytes(driver.MaxBytes-600_000+1)
	b.wants(b.views.Put(b.Context(), large, "mark"), driver.ErrTooLarge, "Put over a document")
	b.wantsDocument(old)
	b.wantsMarked(view, "mark", false)
	large.Key, large.Version = "new", ""
	b.wants(b.views.Put(b.Context(), large, "mark"), driver.ErrTooLarge, "Put of a new document")
	_, err := b.views.Get(b.Context(), view, "new")
	b.wants(err, driver.ErrNotFound, "Get of what was too large")
	b.wantsMarked(view, "mark", false)
}
