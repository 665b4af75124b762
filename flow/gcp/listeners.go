package gcp

import (
	"context"
	"sync"

	pb "cloud.google.com/go/firestore/apiv1/firestorepb"
)

const (
	// maxTargets is how many targets a stream has. Google recommends no more
	// than 100 listeners for a client, see
	// https://firebase.google.com/docs/firestore/best-practices#realtime_updates.
	maxTargets = 100
	// maxListeners is how many streams there are: a connection has 100 at once,
	// and reads and commits need them too.
	maxListeners = 10
	// emulatorTargets is how many the emulator bears, which writes to a stream
	// from several threads at once: with two its answers run into one another.
	emulatorTargets = 1
)

// Listeners are the streams on which Firestore tells of changes. There are none
// while nobody watches.
type listeners struct {
	mu  sync.Mutex // guards the targets of all of them, too
	all []*listener
	// targets is how many one stream has at the most, and most how many streams
	// there are.
	targets, most int
}

// room sets how many targets and streams there may be.
func (ls *listeners) room(emulator bool) {
	ls.targets, ls.most = maxTargets, maxListeners
	if emulator {
		ls.targets, ls.most = emulatorTargets, maxListeners*maxTargets
	}
}

// A target is one thing that is watched.
type target struct {
	of *listener
	id int32
	// changed holds a token while there is something to be told; failed gets the
	// error that ended the target.
	changed chan struct{}
	failed  chan error
}

func (t *target) ring() {
	select {
	case t.changed <- struct{}{}:
	default: // it holds one already
	}
}

// add has something watched; it returns nil where there is no room.
func (ls *listeners) add(s *Store, wanted *pb.Target) *target {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l := ls.withRoom(s)
	if l == nil {
		return nil
	}
	l.last++
	t := &target{of: l, id: l.last, changed: make(chan struct{}, 1), failed: make(chan error, 1)}
	l.targets[t.id] = t
	wanted.TargetId = t.id
	l.request(&pb.ListenRequest{Database: s.database, TargetChange: &pb.ListenRequest_AddTarget{AddTarget: wanted}})
	return t
}

func (ls *listeners) withRoom(s *Store) *listener {
	for _, l := range ls.all {
		if len(l.targets) < ls.targets {
			return l
		}
	}
	if len(ls.all) == ls.most {
		return nil
	}
	l := newListener(s)
	ls.all = append(ls.all, l)
	return l
}

// remove has a target watched no longer; the last one of a stream takes it along.
func (ls *listeners) remove(t *target) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l := t.of
	known := l.targets[t.id] != nil // and it was not Firestore that removed it
	delete(l.targets, t.id)
	switch {
	case len(l.targets) == 0:
		ls.end(l, context.Canceled)
	case known:
		l.request(&pb.ListenRequest{Database: l.store.database, TargetChange: &pb.ListenRequest_RemoveTarget{RemoveTarget: t.id}})
	}
}

// end ends a stream and all its targets; again it does nothing. The lock is held.
func (ls *listeners) end(l *listener, err error) {
	l.cancel()
	for id, t := range l.targets {
		t.failed <- err // it gets one error at the most, since it is removed here
		delete(l.targets, id)
	}
	for i, other := range ls.all {
		if other == l {
			ls.all = append(ls.all[:i:i], ls.all[i+1:]...)
			return
		}
	}
}
