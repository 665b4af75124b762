package gcp

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"

	pb "cloud.google.com/go/firestore/apiv1/firestorepb"

	"github.com/onevent/onevent/flow/driver"
)

// The fields of a view's documents, besides the body.
const (
	fieldMemory = "memory"
	fieldDoc    = "doc"   // what queries select by
	fieldNonce  = "nonce" // makes every write a change, also one that writes what is there
)

// dropBatch is how many documents one call deletes.
const dropBatch = 250

type views struct{ *Store }

func documentsOf(view string) string { return "views-" + escape(view) }
func marksOf(view string) string     { return "marks-" + escape(view) }

func documentOf(view string, d *pb.Document) driver.Document {
	f := d.GetFields()
	return driver.Document{
		View: view, Key: keyOf(lastPart(d.GetName())),
		Body: bytesOf(f[fieldBody]), Memory: bytesOf(f[fieldMemory]), Version: versionOf(d),
	}
}

// Get reads one document.
func (v views) Get(ctx context.Context, view, key string) (driver.Document, error) {
	what := "get " + view + "/" + key
	d, err := v.get(ctx, what, v.name(documentsOf(view), keyID(key)))
	if err != nil {
		return driver.Document{}, err
	}
	if d == nil {
		return driver.Document{}, fmt.Errorf("gcp: %s: %w", what, driver.ErrNotFound)
	}
	return documentOf(view, d), nil
}

// Put writes one document, and one for the mark.
//
// The body is kept twice: as it is, and its strings, bools and numbers as fields
// that queries select by. A document that is too large for Firestore with both
// is ErrTooLarge: one near MaxBytes that is wide, not deep.
func (v views) Put(ctx context.Context, doc driver.Document, mark string) error {
	what := "put " + doc.View + "/" + doc.Key
	if err := driver.CheckSize("document", doc.Body, doc.Memory); err != nil {
		return fmt.Errorf("gcp: %s: %w", what, err)
	}
	unchanged := condition(doc.Version)
	if unchanged == nil {
		return fmt.Errorf("gcp: %s: %w", what, driver.ErrConflict)
	}
	selectable, err := selectableFields(doc.Body)
	if err != nil {
		return fmt.Errorf("gcp: %s: %w", what, err)
	}
	//nolint:gosec // differs from the last one; that is all
	nonce := number(rand.Int64())
	writes := []*pb.Write{update(v.name(documentsOf(doc.View), keyID(doc.Key)), fields{
		fieldBody: raw(doc.Body), fieldMemory: raw(doc.Memory), fieldDoc: nested(selectable), fieldNonce: nonce,
	}, unchanged)}
	if mark != "" {
		writes = append(writes, update(v.name(marksOf(doc.View), keyID(mark)), fields{}, condition("")))
	}
	return v.commit(ctx, what, writes...)
}

// Marked reads one document.
func (v views) Marked(ctx context.Context, view, mark string) (bool, error) {
	d, err := v.get(ctx, "mark "+mark+" of "+view, v.name(marksOf(view), keyID(mark)))
	return d != nil, err
}

// Query reads one document for each result.
func (v views) Query(ctx context.Context, view string, q driver.Query) iter.Seq2[driver.Document, error] {
	collection := documentsOf(view)
	request := query{collection: collection, limit: q.Limit}
	if q.After != "" {
		request.after = v.name(collection, keyID(q.After))
	}
	return func(yield func(driver.Document, error) bool) {
		filters, err := selectBy(q.Where)
		if err != nil {
			yield(driver.Document{}, fmt.Errorf("gcp: query %s: %w", view, err))
			return
		}
		request := request
		request.where = filters
		for d, err := range v.documents(ctx, "query "+view, request) {
			if err != nil {
				yield(driver.Document{}, err)
				return
			}
			if !yield(documentOf(view, d), nil) {
				return
			}
		}
	}
}

// Drop reads the name of each document and mark, and deletes it.
func (v views) Drop(ctx context.Context, view string) error {
	what := "drop " + view
	for _, collection := range []string{documentsOf(view), marksOf(view)} {
		var batch []*pb.Write
		for d, err := range v.documents(ctx, what, query{collection: collection, namesOnly: true}) {
			if err != nil {
				return err
			}
			if batch = append(batch, remove(d.GetName())); len(batch) < dropBatch {
				continue
			}
			if err := v.commit(ctx, what, batch...); err != nil {
				return err
			}
			batch = nil
		}
		if len(batch) == 0 {
			continue
		}
		if err := v.commit(ctx, what, batch...); err != nil {
			return err
		}
	}
	return nil
}
