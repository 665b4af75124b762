package local

import (
	"context"
	"fmt"
	"sync"
)

// A Disk is one of package faultvfs.
type Disk interface {
	folder
	Name() string
}

// On returns options for a store on a disk, with another word for what a commit
// waits for, if there is one. The write-ahead log is copied so often that small
// tests see it.
func On(d Disk, synchronous string) *Options {
	return &Options{Readers: 1, disk: disk{vfs: d.Name(), folder: d}, synchronous: synchronous, checkpoint: 24}
}

// Integrity returns what SQLite finds when it checks all of the file: "ok".
func (s *Store) Integrity(ctx context.Context) (found string, err error) {
	err = s.read(ctx, func(c *conn) error {
		return c.query("PRAGMA integrity_check(3)", nil, func(r row) bool {
			found += r.text(0)
			return true
		})
	})
	return found, err
}

// Queued returns the IDs of the messages on the disk, of all subscriptions.
func (s *Store) Queued(ctx context.Context) (ids map[string]bool, err error) {
	ids = map[string]bool{}
	err = s.read(ctx, func(c *conn) error {
		return c.query("SELECT id, topic, data FROM queue", nil, func(r row) bool {
			ids[fmt.Sprintf("%s %s %x", r.text(0), r.text(1), r.blob(2))] = true
			return true
		})
	})
	return ids, err
}

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
	begin := sync.OnceFunc(func() { close(begun) })
	go func() {
		defer begin() // also when there can be no transaction
		_ = s.write(ctx, 0, func(*tx) error {
			begin()
			<-end
			return nil
		})
	}()
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
