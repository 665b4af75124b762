package flow

import "sync"

// A breaker knows which functions fail in this process. What it knows is a hint:
// the agenda says which functions are paused.
type breaker struct {
	mu      sync.Mutex
	streaks map[string]*streak // by function
}

// A streak is failures of a function with no success between them.
type streak struct {
	events map[string]bool // the IDs of those that failed
	// until is when the pause ends that the function was last seen in.
	until Time
}

func newBreaker() *breaker { return &breaker{streaks: map[string]*streak{}} }

// succeeded ends the streak of a function.
func (b *breaker) succeeded(function string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.streaks, function)
}

// failed counts an event, up to a limit, and returns at how many the function
// has failed in a row.
func (b *breaker) failed(function, event string, most int) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	k := b.streak(function)
	if len(k.events) < most {
		k.events[event] = true
	}
	return len(k.events)
}

// streak returns a function's streak; b.mu is held.
func (b *breaker) streak(function string) *streak {
	k, ok := b.streaks[function]
	if !ok {
		k = &streak{events: map[string]bool{}}
		b.streaks[function] = k
	}
	return k
}

// pause remembers that a function is paused.
func (b *breaker) pause(function string, until Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.streak(function).until = until
}

// paused says whether a function was seen paused, and still is as far as this
// process knows.
func (b *breaker) paused(function string, now Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	k, ok := b.streaks[function]
	return ok && now < k.until
}
