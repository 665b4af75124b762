package local

import (
	"context"
	"fmt"
)

// WithMaxPages returns options with which the file cannot grow beyond some
// pages, as on a disk that is full.
func WithMaxPages(pages int) *Options { return &Options{maxPages: pages} }

// SetMaxPages changes that limit of an open store.
func (s *Store) SetMaxPages(ctx context.Context, pages int) error {
	return s.write(ctx, 0, func(tx *tx) error {
		tx.query(fmt.Sprintf("PRAGMA max_page_count = %d", pages), nil, func(row) bool { return true })
		return nil
	})
}

// Stall keeps the writer busy until resume is called. What is written meanwhile
// goes into one transaction, all that it holds.
func (s *Store) Stall(ctx context.Context) (resume func()) {
	begun, end := make(chan struct{}), make(chan struct{})
	go s.write(ctx, 0, func(*tx) error {
		close(begun)
		<-end
		return nil
	})
	<-begun
	return func() { close(end) }
}

// Waiting returns how many operations wait for the writer.
func (s *Store) Waiting() int { return len(s.writer.in) }

// Fail makes the transaction fail that it is part of.
func (s *Store) Fail(ctx context.Context, err error) error {
	return s.write(ctx, 0, func(t *tx) error {
		t.err = err
		return nil
	})
}
