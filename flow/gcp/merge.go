package gcp

import (
	"context"
	"iter"
	"slices"
	"sync"

	pb "cloud.google.com/go/firestore/apiv1/firestorepb"

	"github.com/onevent/onevent/flow/driver"
)

// An index on a time alone would take all writes of a collection at its end,
// which Firestore bears up to 500 a second. So documents are spread over slots,
// the index is on slot and time, and what is read in the order of time is merged
// from one query for each slot. See
// https://firebase.google.com/docs/firestore/best-practices.

// A timeline is a collection that is read in the order of a time.
type timeline[T any] struct {
	decode  func(*pb.Document) (T, error)
	time    func(T) driver.Time
	compare func(a, b T) int // by time first
}

// merge returns what the queries select, in order. The queries run at the same
// time, each one page ahead.
func (t timeline[T]) merge(ctx context.Context, s *Store, what string, queries []query) iter.Seq2[T, error] {
	return untilEnd(ctx, what, func(yield func(T, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		var reading sync.WaitGroup
		defer reading.Wait()
		defer cancel()
		sources := make([]*source[T], len(queries))
		for i, q := range queries {
			pages := make(chan pageOf[T])
			sources[i] = &source[T]{pages: pages}
			reading.Go(func() { t.read(ctx, s, what, q, pages) })
		}
		var none T
		for {
			group, err := t.next(ctx, what, sources)
			if err != nil {
				yield(none, err)
				return
			}
			if len(group) == 0 {
				return
			}
			for _, v := range group {
				if !yield(v, nil) {
					return
				}
			}
		}
	})
}

type pageOf[T any] struct {
	values []T
	err    error
}

// read sends the pages of one query until ctx ends.
func (t timeline[T]) read(ctx context.Context, s *Store, what string, q query, pages chan<- pageOf[T]) {
	defer close(pages)
	for documents, err := range s.pages(ctx, what, q) {
		page := pageOf[T]{values: make([]T, len(documents)), err: err}
		for i, d := range documents {
			if page.values[i], page.err = t.decode(d); page.err != nil {
				break
			}
		}
		select {
		case pages <- page:
		case <-ctx.Done():
			return
		}
	}
}

// A source holds what was read of one query and not yet taken.
type source[T any] struct {
	pages <-chan pageOf[T]
	head  []T
}

// next takes everything with the earliest time from the sources, in order.
func (t timeline[T]) next(ctx context.Context, what string, sources []*source[T]) ([]T, error) {
	earliest, found := driver.Forever, false
	for _, s := range sources {
		if err := s.fill(ctx, what); err != nil {
			return nil, err
		}
		if len(s.head) > 0 {
			earliest, found = min(earliest, t.time(s.head[0])), true
		}
	}
	if !found {
		return nil, nil
	}
	var group []T
	for _, s := range sources {
		for len(s.head) > 0 && t.time(s.head[0]) == earliest {
			group = append(group, s.head[0])
			s.head = s.head[1:]
			if err := s.fill(ctx, what); err != nil {
				return nil, err
			}
		}
	}
	slices.SortFunc(group, t.compare)
	return group, nil
}

// fill waits for the next page if the last one is used up; the head stays empty
// at the end.
func (s *source[T]) fill(ctx context.Context, what string) error {
	for len(s.head) == 0 {
		page, ok := <-s.pages
		if !ok {
			// A reader also stops when the context ends.
			if err := ctx.Err(); err != nil {
				return failed(ctx, what, err)
			}
			return nil
		}
		if page.err != nil {
			return page.err
		}
		s.head = page.values
	}
	return nil
}
