package aws

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/onevent/onevent/flow/driver"
)

// The fields of a view's documents and marks.
const (
	fieldView    = "view"
	fieldKey     = "key"
	fieldBody    = "body" // how many bytes of the data are the body; the others are the memory
	fieldVersion = "version"
)

// documentsAtOnce is how many documents are read at once, at most 1 MB of them.
const documentsAtOnce = 100

type views struct{ *Store }

// marksOf returns the partition of a view's marks; that of its documents has the
// view's own name, which has no slash.
func marksOf(view string) string { return view + "/marks" }

func documentKey(partition, key string) item {
	return item{fieldView: text(partition), fieldKey: text(key)}
}

// documentOf returns the document in an item. Its version changes with each write,
// and names the parts that it has.
func documentOf(i item, data []byte) driver.Document {
	body := min(int(integer(i[fieldBody])), len(data))
	d := driver.Document{View: textOf(i[fieldView]), Key: textOf(i[fieldKey]), Version: textOf(i[fieldVersion])}
	if body > 0 {
		d.Body = data[:body:body]
	}
	if body < len(data) {
		d.Memory = data[body:]
	}
	if blob := textOf(i[fieldBlob]); blob != "" {
		d.Version += versionMark + blob
	}
	return d
}

// Get reads one item, and the parts of a document that is larger than that.
func (v views) Get(ctx context.Context, view, key string) (driver.Document, error) {
	what := "get " + view + "/" + key
	i, data, err := v.whole(ctx, what, v.views, documentKey(view, key))
	if err != nil {
		return driver.Document{}, err
	}
	if i == nil {
		return driver.Document{}, fmt.Errorf("aws: %s: %w", what, driver.ErrNotFound)
	}
	return documentOf(i, data), nil
}

// Put writes one item, and with a mark two in a transaction.
func (v views) Put(ctx context.Context, doc driver.Document, mark string) error {
	what := "put " + doc.View + "/" + doc.Key
	if err := driver.CheckSize("document", doc.Body, doc.Memory); err != nil {
		return fmt.Errorf("aws: %s: %w", what, err)
	}
	unchanged := absent(v.views)
	version, replaced := splitVersion(doc.Version)
	if version != "" {
		unchanged = equal(fieldVersion, text(version))
	}
	i := documentKey(doc.View, doc.Key)
	i[fieldVersion], i[fieldBody] = text(nonce()), number(len(doc.Body))
	data := make([]byte, 0, len(doc.Body)+len(doc.Memory))
	data = append(append(data, doc.Body...), doc.Memory...)
	blob, err := v.hold(ctx, v.views, i, data, maxInline)
	if err != nil {
		return failed(ctx, what, err)
	}
	puts := []put{{v.views, i, unchanged}}
	if mark != "" {
		puts = append(puts, put{v.views, documentKey(marksOf(doc.View), mark), absent(v.views)})
	}
	err = v.write(ctx, what, puts...)
	switch {
	case err == nil && replaced != "":
		v.dropParts(ctx, replaced)
	case errors.Is(err, driver.ErrConflict):
		v.dropParts(ctx, blob)
	}
	return err
}

// Marked reads one item.
func (v views) Marked(ctx context.Context, view, mark string) (bool, error) {
	i, err := v.get(ctx, "mark "+mark+" of "+view, v.views, documentKey(marksOf(view), mark))
	return i != nil, err
}

// Query reads the view from the key on until it has what is wanted: DynamoDB has no
// index for fields that it does not know. A query for a few of many documents is
// better a view of its own.
func (v views) Query(ctx context.Context, view string, q driver.Query) iter.Seq2[driver.Document, error] {
	what := "query " + view
	request := query{table: v.views, hash: text(view), limit: documentsAtOnce}
	if q.After != "" {
		request.after = text(q.After)
	}
	if len(q.Where) == 0 && q.Limit > 0 {
		request.limit = min(q.Limit, documentsAtOnce)
	}
	return untilEnd(ctx, what, func(yield func(driver.Document, error) bool) {
		selects, err := selectBy(q.Where)
		if err != nil {
			yield(driver.Document{}, fmt.Errorf("aws: %s: %w", what, err))
			return
		}
		n := 0
		for doc, err := range v.documents(ctx, what, request) {
			if err == nil && !selects(doc.Body) {
				continue
			}
			if n++; !yield(doc, err) || err != nil || n == q.Limit {
				return
			}
		}
	})
}

// documents returns the documents that a query selects.
func (v views) documents(ctx context.Context, what string, q query) iter.Seq2[driver.Document, error] {
	return func(yield func(driver.Document, error) bool) {
		for page, err := range v.pages(ctx, what, q) {
			if err != nil {
				yield(driver.Document{}, err)
				return
			}
			for _, i := range page {
				doc, found, err := v.present(ctx, what, i)
				if found && !yield(doc, err) || err != nil {
					return
				}
			}
		}
	}
}

// present returns the document in an item. One that is replaced while its parts are
// read is read again, and not found if it was dropped; one with an error is.
func (v views) present(ctx context.Context, what string, i item) (doc driver.Document, found bool, err error) {
	data, err := v.dataOf(ctx, what, i)
	if errors.Is(err, errGone) {
		i, data, err = v.whole(ctx, what, v.views, v.views.keyOf(i))
	}
	if err != nil {
		return doc, true, err
	}
	if i == nil {
		return doc, false, nil
	}
	return documentOf(i, data), true, nil
}

// Drop reads all documents and marks, since what is read is billed by its size, and
// deletes them.
func (v views) Drop(ctx context.Context, view string) error {
	what := "drop " + view
	for _, partition := range []string{view, marksOf(view)} {
		q := query{table: v.views, hash: text(partition), limit: documentsAtOnce, only: []string{fieldView, fieldKey, fieldBlob}}
		for page, err := range v.pages(ctx, what, q) {
			if err != nil {
				return err
			}
			if err := v.drop(ctx, page); err != nil {
				return failed(ctx, what, err)
			}
		}
	}
	return nil
}

func (v views) drop(ctx context.Context, page []item) error {
	for len(page) > 0 {
		some := page[:min(len(page), maxBatch)]
		page = page[len(some):]
		deletes := make([]types.WriteRequest, len(some))
		for n, i := range some {
			deletes[n] = types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: v.views.keyOf(i)}}
		}
		if err := v.batch(ctx, v.views, deletes); err != nil {
			return err
		}
		for _, i := range some {
			v.dropParts(ctx, textOf(i[fieldBlob]))
		}
	}
	return nil
}
