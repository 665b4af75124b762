package driver

import (
	"context"
	"iter"
)

// A Document is one entry of a view (a read model).
type Document struct {
	// View is the view's name: 3 to 49 bytes of [a-z0-9-].
	View string
	// Key is unique in the view: 1 to 128 bytes of [A-Za-z0-9._@:+=,-], the first
	// a letter or digit.
	Key string
	// Body is a JSON object: what readers see.
	Body []byte
	// Memory is which events made the document, opaque to drivers.
	Memory []byte
	// Version is the driver's own: what Put compares. Empty before the document
	// exists.
	Version string
}

// A Query selects documents of one view.
type Query struct {
	// Where names top-level fields of the body and the value that each must
	// have: a string, a bool or a float64. Empty selects all.
	Where map[string]any
	// After skips all documents whose key is not greater than it, in byte
	// order.
	After string
	// Limit is the most documents to return; 0 means all.
	Limit int
}

// Views holds the documents of all views.
type Views interface {
	// Get returns a document, or ErrNotFound. It sees every write that finished
	// before it was called.
	Get(ctx context.Context, view, key string) (Document, error)

	// Put writes a document, durably, if the stored one still has
	// doc.Version (if there is none, for an empty Version), and returns
	// ErrConflict otherwise. With a mark that is not empty it also writes the
	// mark, in the same transaction, and returns ErrConflict if the view has it
	// already. It returns ErrTooLarge if body and memory together hold more
	// than MaxBytes. A mark is 1 to 128 bytes of [A-Za-z0-9._~-].
	Put(ctx context.Context, doc Document, mark string) error

	// Marked says whether the view has the mark.
	Marked(ctx context.Context, view, mark string) (bool, error)

	// Query returns the selected documents in the byte order of their keys, each
	// once, whatever is written meanwhile. It may not see the latest writes.
	Query(ctx context.Context, view string, q Query) iter.Seq2[Document, error]

	// Drop removes all documents and marks of a view. It is not atomic: a Drop
	// that failed is called again.
	Drop(ctx context.Context, view string) error
}
