package drivertest

import (
	"context"
	"strconv"
	"time"

	"github.com/onevent/onevent/flow/driver"
)

func watchClauses() []clause {
	return []clause{
		{"a watched document tells of its first and of each later write", watchDocument},
		{"a watched view tells of the documents that the query selects", watchQuery},
		{"a watched view tells of Drop", watchDrop},
		{"a watched flow tells of records and of marks", watchFlow},
		{"150 watch at once, and each is told", watchMany},
		{"Watch ends with its context, and calls nobody afterwards", watchEnds},
	}
}

// A lookout is somebody who watches.
type lookout struct {
	b    *bench
	told chan struct{} // holds a token of a call that nobody waited for
	done chan error
	stop context.CancelFunc
}

// watches begins to watch, and returns when the watch has begun.
func (b *bench) watches(w driver.Watch) *lookout {
	b.Helper()
	ctx, stop := context.WithCancel(b.Context())
	l := &lookout{b: b, told: make(chan struct{}, 1), done: make(chan error, 1), stop: stop}
	b.Cleanup(stop)
	go func() {
		l.done <- b.watcher.Watch(ctx, w, func() {
			select {
			case l.told <- struct{}{}:
			default:
			}
		})
	}()
	l.wantsCall("that the watch has begun")
	return l
}

// wantsCall fails the test unless changed is called, once more than it was
// waited for.
func (l *lookout) wantsCall(what string) {
	l.b.Helper()
	select {
	case <-l.told:
	case err := <-l.done:
		l.b.Fatalf("Watch ended before it told %s: %v", what, err)
	case <-time.After(patience):
		l.b.Fatalf("Watch did not tell %s", what)
	}
}

func watchDocument(b *bench) {
	doc := b.doc("a", "1")
	l := b.watches(driver.Watch{View: doc.View, Key: doc.Key})
	for range 5 {
		doc = b.write(doc, "")
		l.wantsCall("a write")
	}
}

func watchQuery(b *bench) {
	doc := b.doc("a", "2")
	l := b.watches(driver.Watch{View: doc.View, Query: driver.Query{Where: map[string]any{"key": "2"}, After: "1", Limit: 5}})
	for range 3 {
		doc = b.write(doc, "")
		l.wantsCall("a write")
	}
	doc.Body = []byte(`{"key":"no longer"}`)
	b.write(doc, "")
	l.wantsCall("that a document is selected no longer")
}

func watchDrop(b *bench) {
	doc := b.write(b.doc("a", "1"), "")
	one := b.watches(driver.Watch{View: doc.View, Key: doc.Key})
	whole := b.watches(driver.Watch{View: doc.View})
	if err := b.views.Drop(b.Context(), doc.View); err != nil {
		b.Fatal(err)
	}
	one.wantsCall("Drop")
	whole.wantsCall("Drop")
}

func watchFlow(b *bench) {
	l := b.watches(driver.Watch{Flow: b.flow("")})
	for range 3 {
		b.appends(b.stream("a"), 2)
		l.wantsCall("a record")
		b.commit(b.mark(b.stream("a")))
		l.wantsCall("a mark")
	}
}

// watchMany is more than one stream of some database bears.
func watchMany(b *bench) {
	const many = 150
	view := b.view("a")
	lookouts := make([]*lookout, many)
	for i := range lookouts {
		lookouts[i] = b.watches(driver.Watch{View: view, Key: strconv.Itoa(i)})
	}
	for i, l := range lookouts {
		b.write(keyed(view, strconv.Itoa(i)), "")
		l.wantsCall("a write")
		if i%2 == 0 {
			l.stop()
		}
	}
}

func watchEnds(b *bench) {
	doc := b.doc("a", "1")
	l := b.watches(driver.Watch{View: doc.View, Key: doc.Key})
	l.stop()
	select {
	case err := <-l.done:
		if err != nil {
			b.Fatalf("Watch whose context ended: %v", err)
		}
	case <-time.After(patience):
		b.Fatal("Watch did not end with its context")
	}
	for len(l.told) > 0 {
		<-l.told
	}
	b.write(doc, "")
	other := b.watches(driver.Watch{View: doc.View, Key: doc.Key})
	other.wantsNothingOf(l)
}

// wantsNothingOf fails the test if another lookout, which has ended, was told.
func (l *lookout) wantsNothingOf(ended *lookout) {
	l.b.Helper()
	if len(ended.told) > 0 {
		l.b.Fatal("somebody was told after his Watch had returned")
	}
}
