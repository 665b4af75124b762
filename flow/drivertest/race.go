package drivertest

import (
	"errors"
	"math"
	"sync"

	"github.com/onevent/onevent/flow/driver"
)

// writers is how many commits race each other.
const writers = 32

func raceClauses() []clause {
	return []clause{
		{"of 32 concurrent commits on one head exactly one is made", oneWinnerOnHead},
		{"of 32 concurrent commits that begin a stream exactly one is made", oneWinnerOnNewStream},
		{"of 32 concurrent commits of one identity exactly one is made", oneWinnerOfIdentity},
		{"of 32 concurrent commits of one mark exactly one is made", oneWinnerOfMark},
		{"concurrent writers leave a stream without a gap and without a fork", noGapNoFork},
	}
}

// race makes commits at the same moment and returns those that returned nil.
func (b *bench) race(commits []driver.Commit) []driver.Commit {
	b.Helper()
	errs := make([]error, len(commits))
	start := make(chan struct{})
	var group sync.WaitGroup
	for i := range commits {
		group.Go(func() {
			<-start
			errs[i] = b.log.Commit(b.Context(), commits[i])
		})
	}
	close(start)
	group.Wait()
	var made []driver.Commit
	for i, err := range errs {
		b.forget(commits[i].Items...)
		switch {
		case err == nil:
			made = append(made, commits[i])
		case !errors.Is(err, driver.ErrConflict):
			b.Logf("the outcome of a commit is unknown: %v", err)
		}
	}
	return made
}

// wantsWinner fails the test unless exactly one of the commits was made, whole,
// and it is the only one that returned nil, if one did.
func (b *bench) wantsWinner(commits, made []driver.Commit) {
	b.Helper()
	if len(made) > 1 {
		b.Fatalf("%d of %d commits returned nil", len(made), len(commits))
	}
	var winner *driver.Commit
	for i, c := range commits {
		r, err := b.log.Record(b.Context(), c.Record.ID)
		switch {
		case errors.Is(err, driver.ErrNotFound), err == nil && !sameRecord(r, c.Record):
			for _, item := range c.Items {
				b.wantsNoItem(item.Kind, item.ID)
			}
		case err != nil:
			b.Fatalf("Record: %v", err)
		case winner != nil:
			b.Fatalf("two commits were made: %s and %s", describe(winner.Record), describe(c.Record))
		default:
			winner = &commits[i]
		}
	}
	if winner == nil {
		b.Fatal("no commit was made")
	}
	if len(made) == 1 && made[0].Items[0].ID != winner.Items[0].ID {
		b.Fatalf("%s returned nil, but %s was made", describe(made[0].Record), describe(winner.Record))
	}
	for _, item := range winner.Items {
		b.wantsItem(item)
	}
	if winner.Head != nil {
		b.wantsHead(*winner.Head)
		b.wantsStream(winner.Record.Stream, winner.Record.Seq, math.MaxUint64, winner.Record)
	}
}

// rivals returns as many commits as there are writers, each with an item.
func (b *bench) rivals(one func() driver.Commit) []driver.Commit {
	commits := make([]driver.Commit, writers)
	for i := range commits {
		commits[i] = one()
		commits[i].Items = []driver.Item{b.item(driver.Outbox, newID())}
	}
	return commits
}

func oneWinnerOnHead(b *bench) {
	b.appends(b.stream("a"), 1)
	head := b.head(b.stream("a"))
	commits := b.rivals(func() driver.Commit { return b.after(head, 2) })
	b.wantsWinner(commits, b.race(commits))
}

func oneWinnerOnNewStream(b *bench) {
	head := b.head(b.stream("a"))
	commits := b.rivals(func() driver.Commit { return b.after(head, 1) })
	b.wantsWinner(commits, b.race(commits))
}

// oneWinnerOfIdentity gives every writer a stream of its own, so that nothing
// but the identity can tell them apart.
func oneWinnerOfIdentity(b *bench) {
	id := newID()
	commits := b.rivals(func() driver.Commit {
		c := b.after(driver.Head{Stream: b.stream(newID())}, 1)
		c.Record.ID = id
		return c
	})
	b.wantsWinner(commits, b.race(commits))
	begun := 0
	for _, c := range commits {
		if b.head(c.Record.Stream).Version != "" {
			begun++
		}
	}
	if begun != 1 {
		b.Fatalf("%d streams have a head, want 1", begun)
	}
}

func oneWinnerOfMark(b *bench) {
	id := newID()
	commits := b.rivals(func() driver.Commit {
		c := b.mark(b.stream(newID()))
		c.Record.ID = id
		return c
	})
	b.wantsWinner(commits, b.race(commits))
}

// noGapNoFork has writers that read, decide and commit again and again.
func noGapNoFork(b *bench) {
	const hands, each = 4, 5
	stream := b.stream("a")
	var group sync.WaitGroup
	for range hands {
		group.Go(func() {
			for range each {
				b.insist(stream)
			}
		})
	}
	group.Wait()
	seq := uint64(0)
	for r, err := range b.log.Stream(b.Context(), stream, 1, math.MaxUint64) {
		if err != nil || r.Seq != seq+1 {
			b.Fatalf("after %d: %s, %v", seq, describe(r), err)
		}
		seq++
	}
	if seq != hands*each || b.head(stream).Seq != seq {
		b.Fatalf("%d records, head %s, want %d", seq, describeHead(b.head(stream)), hands*each)
	}
}

// insist commits one record, on whatever the head then is.
func (b *bench) insist(stream string) {
	id := newID()
	for range 1000 {
		head, err := b.log.Head(b.Context(), stream)
		if err != nil {
			b.Errorf("Head: %v", err)
			return
		}
		c := b.after(head, 1)
		c.Record.ID = id
		if b.log.Commit(b.Context(), c) == nil {
			return
		}
		if _, err := b.log.Record(b.Context(), id); err == nil {
			return // the outcome was unknown, and is success
		}
	}
	b.Error("a commit lost a thousand races")
}
