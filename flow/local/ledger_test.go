package local_test

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"
)

// A ledger knows what was asked of a store, and at which moment of its disk that
// was confirmed. So it knows for each moment what must be there, and what may be.
type ledger struct {
	mu       sync.Mutex
	changes  map[string][]change // by the name of the thing, in the order in which they began
	messages map[string]*sent
}

// never is the moment of what did not happen.
const never = math.MaxInt

// A change gives a thing a value; "" removes it.
type change struct {
	value            string
	begun, confirmed int
	op               *op
}

// An op is changes that happen together or not at all.
type op struct{ names []string }

// A sent is a message that was published.
type sent struct {
	begun, confirmed int
	done             int // when a handler said so
}

func newLedger() *ledger {
	return &ledger{changes: map[string][]change{}, messages: map[string]*sent{}}
}

// begin notes what is asked for, and returns what to call when it is confirmed.
func (l *ledger) begin(at int, values map[string]string) (confirm func(at int)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	o := &op{names: slices.Sorted(maps.Keys(values))}
	for name, value := range values {
		l.changes[name] = append(l.changes[name], change{value: value, begun: at, confirmed: never, op: o})
	}
	return func(at int) {
		l.mu.Lock()
		defer l.mu.Unlock()
		for name := range values {
			for i, c := range l.changes[name] {
				if c.op == o {
					l.changes[name][i].confirmed = at
				}
			}
		}
	}
}

func (l *ledger) publish(at int, messages ...string) (confirm func(at int)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, m := range messages {
		l.messages[m] = &sent{begun: at, confirmed: never, done: never}
	}
	return func(at int) {
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, m := range messages {
			l.messages[m].confirmed = at
		}
	}
}

func (l *ledger) done(at int, message string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if m := l.messages[message]; m != nil {
		m.done = min(m.done, at)
	}
}

// A finding is what a store has that it should not have, or lacks.
type finding struct {
	required int // things that were confirmed, and looked for
	lost     []string
	wrong    []string
}

func (f *finding) String() string {
	return fmt.Sprintf("%d confirmed, lost: %v, wrong: %v", f.required, first(f.lost), first(f.wrong))
}

func first(list []string) []string { return list[:min(len(list), 5)] }

// compare compares what a store has with what it must and may have at a moment.
func (l *ledger) compare(at int, have content) finding {
	l.mu.Lock()
	defer l.mu.Unlock()
	var f finding
	for _, name := range slices.Sorted(maps.Keys(l.changes)) {
		changes := l.changes[name]
		last := -1
		for i, c := range changes {
			if c.confirmed <= at {
				last = i
				f.required++
			}
		}
		may := last < 0 && have.things[name] == ""
		for _, c := range changes[max(last, 0):] {
			may = may || c.begun <= at && c.value == have.things[name]
		}
		if !may {
			f.lost = append(f.lost, name)
		}
	}
	l.compareOps(at, have, &f)
	for name := range have.things {
		if _, ok := l.changes[name]; !ok {
			f.wrong = append(f.wrong, name+" came from nowhere")
		}
	}
	l.compareMessages(at, have, &f)
	f.wrong = append(f.wrong, have.wrong...)
	return f
}

// compareOps finds what was made by halves.
func (l *ledger) compareOps(at int, have content, f *finding) {
	seen := map[*op]bool{}
	for _, name := range slices.Sorted(maps.Keys(l.changes)) {
		changes := l.changes[name]
		c := changes[len(changes)-1]
		if c.confirmed <= at || c.begun > at || seen[c.op] || len(c.op.names) < 2 {
			continue
		}
		seen[c.op] = true
		made := 0
		for _, other := range c.op.names {
			list := l.changes[other]
			if list[len(list)-1].op != c.op {
				made = -len(c.op.names) // changed again since
			}
			if list[len(list)-1].value == have.things[other] {
				made++
			}
		}
		if made > 0 && made < len(c.op.names) {
			f.wrong = append(f.wrong, fmt.Sprintf("%d of %v", made, c.op.names))
		}
	}
}

func (l *ledger) compareMessages(at int, have content, f *finding) {
	for _, id := range slices.Sorted(maps.Keys(l.messages)) {
		m := l.messages[id]
		if m.confirmed <= at {
			f.required++
			if m.done > at && !have.messages[id] {
				f.lost = append(f.lost, "message "+id[:min(len(id), 40)])
			}
		}
	}
	for id := range have.messages {
		if m := l.messages[id]; m == nil || m.begun > at {
			f.wrong = append(f.wrong, "message "+id[:min(len(id), 40)]+" came from nowhere")
		}
	}
}

// settle forgets how it came to what a store has: from now on that must be there.
func (l *ledger) settle(have content) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.changes = map[string][]change{}
	for name, value := range have.things {
		l.changes[name] = []change{{value: value, op: &op{}}}
	}
	for id, m := range l.messages {
		switch {
		case !have.messages[id]:
			delete(l.messages, id)
		default:
			m.begun, m.confirmed, m.done = 0, 0, never
		}
	}
}

// printOf returns a short value that stands for many bytes.
func printOf(parts ...any) string {
	sum := sha256.Sum256([]byte(fmt.Sprintf("%x", fmt.Sprint(parts...))))
	return fmt.Sprintf("%x", sum[:8])
}

// knows says whether a thing was ever given a value.
func (l *ledger) knows(name, value string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.changes[name], func(c change) bool { return c.value == value })
}
