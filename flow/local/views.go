package local

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/onevent/onevent/flow/driver"
)

// views implements driver.Views.
type views struct{ s *Store }

const selectDocument = "SELECT view, key, body, memory, n, rev FROM documents WHERE view = ? "

// documentOf reads a row of selectDocument.
func documentOf(r row) (driver.Document, int) {
	d := driver.Document{
		View: r.text(0), Key: r.text(1), Body: r.blob(2), Memory: r.blob(3), Version: documentVersion(r.int(4), r.int(5)),
	}
	return d, 128 + len(d.Body) + len(d.Memory)
}

// documentVersion names the row and how often it was written, so that a Put
// finds both without an index. A row's number is not given again while the
// store is open.
func documentVersion(n, rev int64) string {
	return strconv.FormatInt(n, 10) + "." + strconv.FormatInt(rev, 10)
}

func parseDocumentVersion(version string) (n, rev int64, ok bool) {
	row, write, _ := strings.Cut(version, ".")
	n, err := strconv.ParseInt(row, 10, 64)
	rev, revErr := strconv.ParseInt(write, 10, 64)
	return n, rev, err == nil && revErr == nil
}

// Get implements driver.Views.
func (v views) Get(ctx context.Context, view, key string) (driver.Document, error) {
	var doc driver.Document
	found := false
	err := v.s.read(ctx, func(c *conn) error {
		return c.query(selectDocument+"AND key = ?", []any{view, key}, func(r row) bool {
			doc, _ = documentOf(r)
			found = true
			return false
		})
	})
	if err == nil && !found {
		err = driver.ErrNotFound
	}
	return doc, wrap("document "+view+"/"+key, err)
}

// Put implements driver.Views.
func (v views) Put(ctx context.Context, doc driver.Document, mark string) error {
	what := "document " + doc.View + "/" + doc.Key
	if err := driver.CheckSize("local: "+what, doc.Body, doc.Memory); err != nil {
		return err
	}
	apply := func(t *tx) error {
		if mark != "" && t.marked(doc.View, mark) {
			return fmt.Errorf("local: %s: mark %s: %w", what, mark, driver.ErrConflict)
		}
		if !t.putDocument(doc) {
			return fmt.Errorf("local: %s: %w", what, driver.ErrConflict)
		}
		if mark != "" {
			t.exec("INSERT INTO marks (view, mark) VALUES (?, ?)", doc.View, mark)
		}
		return nil
	}
	committed := func() { v.s.bell.Wrote(doc.View, doc.Key) }
	return v.s.submit(ctx, &op{apply: apply, committed: committed, size: len(doc.Body) + len(doc.Memory)})
}

// putDocument writes a document if it has the version that was read.
func (t *tx) putDocument(doc driver.Document) bool {
	if doc.Version == "" {
		t.next.document++
		return t.exec(`INSERT INTO documents (n, view, key, rev, body, memory) VALUES (?, ?, ?, 1, ?, ?) ON CONFLICT DO NOTHING`,
			t.next.document, doc.View, doc.Key, doc.Body, doc.Memory) == 1
	}
	n, rev, ok := parseDocumentVersion(doc.Version)
	return ok && t.exec("UPDATE documents SET rev = rev + 1, body = ?, memory = ? WHERE n = ? AND rev = ? AND view = ? AND key = ?",
		doc.Body, doc.Memory, n, rev, doc.View, doc.Key) == 1
}

const selectMark = "SELECT 1 FROM marks WHERE view = ? AND mark = ?"

func (t *tx) marked(view, mark string) (yes bool) {
	t.query(selectMark, []any{view, mark}, func(row) bool {
		yes = true
		return false
	})
	return yes
}

// Marked implements driver.Views.
func (v views) Marked(ctx context.Context, view, mark string) (yes bool, err error) {
	err = v.s.read(ctx, func(c *conn) error {
		n, err := c.number(selectMark, view, mark)
		yes = n == 1
		return err
	})
	return yes, wrap("mark "+view+"/"+mark, err)
}

// Query implements driver.Views. It reads all documents of the view after
// q.After and keeps those that match.
func (v views) Query(ctx context.Context, view string, q driver.Query) iter.Seq2[driver.Document, error] {
	return func(yield func(driver.Document, error) bool) {
		found := 0
		limit := pageRows
		if q.Limit > 0 && len(q.Where) == 0 {
			limit = min(limit, q.Limit)
		}
		for doc, err := range v.after(ctx, view, q.After, limit) {
			if err == nil && !matches(doc.Body, q.Where) {
				continue
			}
			if !yield(doc, err) || err != nil {
				return
			}
			if found++; found == q.Limit {
				return
			}
		}
	}
}

// after returns the documents of a view whose keys are greater than one, all of
// them, or the first few if limit is less than a page.
func (v views) after(ctx context.Context, view, key string, limit int) iter.Seq2[driver.Document, error] {
	return paging[driver.Document]{
		s: v.s, what: "view " + view, query: selectDocument + "AND key > ? ORDER BY key LIMIT ?", limit: limit,
		args: func(last *driver.Document) []any {
			if last == nil {
				return []any{view, key, int64(limit)}
			}
			return []any{view, last.Key, int64(limit)}
		},
		read: documentOf,
	}.all(ctx)
}

// matches says whether a body's fields have the values.
func matches(body []byte, where map[string]any) bool {
	if len(where) == 0 {
		return true
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil {
		return false
	}
	for name, want := range where {
		var have any
		if raw, ok := fields[name]; !ok || json.Unmarshal(raw, &have) != nil || !same(have, want) {
			return false
		}
	}
	return true
}

// same compares what JSON decodes to with a value of a query.
func same(have, want any) bool {
	switch have.(type) {
	case string, bool, float64:
		return have == want
	default:
		return false
	}
}

// dropRows is how many rows one transaction of a Drop removes, so that others
// need not wait for a large one.
const dropRows = 500

// Drop implements driver.Views.
func (v views) Drop(ctx context.Context, view string) error {
	for _, query := range []string{
		"DELETE FROM documents WHERE n IN (SELECT n FROM documents WHERE view = ?1 LIMIT ?2)",
		"DELETE FROM marks WHERE view = ?1 AND mark IN (SELECT mark FROM marks WHERE view = ?1 LIMIT ?2)",
	} {
		for removed := int64(dropRows); removed == dropRows; {
			apply := func(t *tx) error {
				removed = t.exec(query, view, int64(dropRows))
				return nil
			}
			if err := v.s.submit(ctx, &op{apply: apply, committed: func() { v.s.bell.Dropped(view) }}); err != nil {
				return err
			}
		}
	}
	return nil
}
