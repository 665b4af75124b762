package drivertest

import (
	"context"
	"crypto/sha256"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/onevent/onevent/flow/driver"
)

func headClauses() []clause {
	return []clause{
		{"the head of a stream without events is the zero Head", zeroHead},
		{"a head comes back as it was committed", headComesBack},
		{"a head without a state comes back without one", headWithoutState},
		{"the head's version changes with each commit", headVersionChanges},
		{"a head is never older than the last commit that finished", headNeverStale},
		{"streams whose names are alike are different streams", alikeStreams},
		{"a stream's name has up to 255 bytes", longStream},
	}
}

func zeroHead(b *bench) {
	head := b.head(b.stream("none"))
	if !sameHead(head, driver.Head{Stream: b.stream("none")}) || head.Version != "" {
		b.Fatalf("Head of a stream without events: %s", describeHead(head))
	}
}

func headComesBack(b *bench) {
	c := b.next(b.stream("a"), 3)
	c.Head.Correlation = strings.Repeat("c", 64)
	c.Head.Shape = strings.Repeat("s", 64)
	c.Head.Hash = sha256.Sum256([]byte("another"))
	c.Head.Time = c.Record.Time + 1
	b.commit(c)
	b.wantsHead(*c.Head)
	if b.head(b.stream("a")).Version == "" {
		b.Fatal("Head of a stream with events has no version")
	}
}

func headWithoutState(b *bench) {
	c := b.next(b.stream("a"), 1)
	c.Head.State, c.Head.Shape, c.Head.Correlation = nil, "", ""
	b.commit(c)
	b.wantsHead(*c.Head)
}

func headVersionChanges(b *bench) {
	seen := map[string]bool{}
	for range 5 {
		b.appends(b.stream("a"), 1)
		version := b.head(b.stream("a")).Version
		if seen[version] {
			b.Fatalf("version %q came twice", version)
		}
		seen[version] = true
	}
}

// headNeverStale lets readers compare what they read with what the writer had
// finished before they began.
func headNeverStale(b *bench) {
	const commits, readers = 20, 4
	stream := b.stream("a")
	var finished atomic.Uint64
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	var group sync.WaitGroup
	for range readers {
		group.Go(func() {
			for {
				least := finished.Load()
				head, err := b.log.Head(ctx, stream)
				if ctx.Err() != nil {
					return
				}
				if err != nil || head.Seq < least {
					b.Errorf("Head: %s, %v; %d had been committed before", describeHead(head), err, least)
					return
				}
			}
		})
	}
	for range commits {
		r := b.appends(stream, 1)
		finished.Store(r.Seq)
	}
	stop()
	group.Wait()
}

func alikeStreams(b *bench) {
	names := []string{"a", "A", "a1", "a/1", "a.1", "a-1", "a_1", "a~1", "a:1", "a@1", "a+1", "a=1", "a,1", "a%2F1", "a 1", "ä"}
	want := map[string]driver.Record{}
	for _, name := range names {
		want[name] = b.appends(b.stream(name), 1)
	}
	for _, name := range names {
		b.wantsStream(b.stream(name), 1, 1, want[name])
		if head := b.head(b.stream(name)); head.Seq != 1 || head.Hash != want[name].Hash {
			b.Errorf("Head of %s: %s", name, describeHead(head))
		}
	}
}

func longStream(b *bench) {
	prefix := b.stream("")
	names := []string{prefix + strings.Repeat("x", 255-len(prefix)), prefix + strings.Repeat("x", 254-len(prefix)) + "y"}
	for _, name := range names {
		r := b.appends(name, 1)
		b.wantsStream(name, 1, 1, r)
		b.wantsRecord(r)
	}
}
