// Package memory is the platform that others are compared with: maps and sorted
// slices under one lock, as simple as the contracts of package driver allow. It
// holds everything in memory, without a limit, and forgets it when the process
// ends; it is for tests, simulations and replays.
package memory

import (
	"context"
	"crypto/rand"
	"iter"
	"strconv"
	"sync"

	"github.com/onevent/onevent/flow/clock"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/mailbox"
)

// A Store is a driver.Log, and has the driver.Views and the driver.Agenda that
// go with it. It copies all bytes in and out.
type Store struct {
	mu sync.Mutex

	records map[string]driver.Record   // by ID
	streams map[string][]driver.Record // without marks, by Seq
	flows   map[string][]driver.Record // in the order of the log
	log     []driver.Record            // in the order of the log
	heads   map[string]driver.Head

	items map[driver.Kind]map[string]driver.Item
	views map[string]view

	writes int
	bell   driver.Bell
}

// New returns an empty store.
func New() *Store {
	return &Store{
		records: map[string]driver.Record{},
		streams: map[string][]driver.Record{},
		flows:   map[string][]driver.Record{},
		heads:   map[string]driver.Head{},
		items:   map[driver.Kind]map[string]driver.Item{},
		views:   map[string]view{},
	}
}

// Platform returns a platform of the store and a publisher, mostly a Broker,
// with the real clock, real randomness and a mailbox.
func (s *Store) Platform(p driver.Publisher) driver.Platform {
	return driver.Platform{
		Log: s, Views: s.Views(), Agenda: s.Agenda(), Publisher: p,
		Clock: clock.System{}, Random: rand.Reader, Mailbox: mailbox.New(), Watcher: s,
	}
}

// version returns a version that no write had before.
func (s *Store) version() string {
	s.writes++
	return strconv.Itoa(s.writes)
}

// sequence yields copies of what find returns when the iteration begins, until
// ctx ends; then it yields the context's error. No lock is held meanwhile.
func sequence[T any](ctx context.Context, find func() []T, clone func(T) T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		found := find()
		for i := 0; i < len(found) && ctx.Err() == nil; i++ {
			if !yield(clone(found[i]), nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			var none T
			yield(none, err)
		}
	}
}

// first returns the first limit of all; limit 0 means all.
func first[T any](all []T, limit int) []T {
	if limit > 0 && len(all) > limit {
		return all[:limit]
	}
	return all
}
