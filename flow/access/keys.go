package access

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

const (
	// freshFor is how long keys are used before they are fetched again, and
	// usedFor how long if that fails. So a key that was withdrawn counts for an
	// hour, or for six if the issuer is down.
	freshFor = time.Hour
	usedFor  = 6 * time.Hour
	// refetch is how long after a fetch a key that is not known has the keys fetched
	// once more: who invents key ids must not make us hammer the issuer.
	refetch = 30 * time.Second
	// retry is how long nobody asks again after fetching failed.
	retry = 5 * time.Second
	// fetchWithin is how long a fetch may take.
	fetchWithin = 5 * time.Second
)

// A cache holds the keys of an issuer. It starts empty, and asks when it is asked.
type cache struct {
	fetch func(context.Context) ([]key, error)
	now   func() time.Time
	// held is nil until the first fetch is done.
	held atomic.Pointer[held]
	// turn holds a token while somebody fetches.
	turn chan struct{}
}

// held is what a cache holds. It is never changed.
type held struct {
	keys    []key
	fetched time.Time // when the keys came; zero if there are none
	tried   time.Time // when somebody asked last
	err     error     // what came of that
}

func newCache(fetch func(context.Context) ([]key, error), now func() time.Time) *cache {
	return &cache{fetch: fetch, now: now, turn: make(chan struct{}, 1)}
}

// find returns the keys with an id, for an algorithm; without an id, the only key
// that there is. Keys that are known are found without waiting, also while others
// fetch.
func (c *cache) find(ctx context.Context, id, algorithm string) ([]key, error) {
	h := c.held.Load()
	found := h.find(id, algorithm)
	age := c.now().Sub(h.since())
	switch {
	case len(found) > 0 && age < freshFor:
		return found, nil
	case len(found) > 0 && age < usedFor: // one of those who ask fetches, and the others go on
		if !c.mayFetch(h) || !c.tryTurn() {
			return found, nil
		}
	default:
		if err := c.awaitTurn(ctx); err != nil {
			return nil, unavailable(retry, err)
		}
	}
	defer func() { <-c.turn }()
	h = c.refresh(ctx)
	if age := c.now().Sub(h.since()); age >= usedFor || h.err != nil && len(h.find(id, algorithm)) == 0 {
		return nil, unavailable(retry-c.now().Sub(h.tried), h.err)
	}
	if found = h.find(id, algorithm); len(found) == 0 {
		return nil, invalid("the token's key is not one of its issuer's")
	}
	return found, nil
}

func (c *cache) tryTurn() bool {
	select {
	case c.turn <- struct{}{}:
		return true
	default:
		return false
	}
}

var errWaited = errors.New("others ask already")

func (c *cache) awaitTurn(ctx context.Context) error {
	patience := time.NewTimer(fetchWithin)
	defer patience.Stop()
	select {
	case c.turn <- struct{}{}:
		return nil
	case <-patience.C:
		return errWaited
	case <-ctx.Done():
		return ctx.Err()
	}
}

// mayFetch reports whether it is long enough ago that somebody asked.
func (c *cache) mayFetch(h *held) bool {
	pause := refetch
	if h != nil && h.err != nil {
		pause = retry
	}
	return h == nil || c.now().Sub(h.tried) >= pause
}

// refresh fetches the keys if it may, and returns what is held then. It is for who
// has the turn: he may find that another fetched while he waited.
func (c *cache) refresh(ctx context.Context) *held {
	old := c.held.Load()
	if !c.mayFetch(old) {
		return old
	}
	// A sender who hangs up spoils nothing for those who wait for the same keys.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetchWithin)
	defer cancel()
	h := &held{}
	if h.keys, h.err = c.fetch(ctx); h.err == nil {
		h.fetched = c.now()
	} else if old != nil {
		h.keys, h.fetched = old.keys, old.fetched
	}
	h.tried = c.now()
	c.held.Store(h)
	return h
}

// since is when the keys came.
func (h *held) since() time.Time {
	if h == nil {
		return time.Time{}
	}
	return h.fetched
}

func (h *held) find(id, algorithm string) []key {
	if h == nil || id == "" && len(h.keys) != 1 {
		return nil
	}
	var found []key
	for _, k := range h.keys {
		if (id == "" || k.id == id) && (k.algorithm == "" || k.algorithm == algorithm) && k.fits(algorithm) {
			found = append(found, k)
		}
	}
	return found
}
