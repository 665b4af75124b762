package driver

import (
	"context"
	"time"
)

// A Watch says of what somebody wants to be told. One of View and Flow is set.
type Watch struct {
	// View is the view whose documents are watched: the one with Key, or, if
	// that is empty, those that Query selects.
	View  string
	Key   string
	Query Query
	// Flow is the correlation of the flow whose records are watched.
	Flow string
}

// A Watcher tells of changes as they are made, so that nobody has to ask again
// and again. What it tells is a nudge, no truth: whoever is told reads what is
// stored.
type Watcher interface {
	// Watch calls changed once it has begun to watch, and again soon after each
	// later change of what is watched, by whatever process it is made; reads
	// that begin then see the change. Several changes may be told with one
	// call, and a call may come where nothing changed. Changed returns at once,
	// and is never called after Watch has returned.
	//
	// It returns nil when ctx ends, and an error when it can no longer tell of
	// all changes: whoever watches reads, and begins again.
	Watch(ctx context.Context, w Watch, changed func()) error
}

// Poll calls changed at once and then again and again, with a pause between,
// until ctx ends: it watches what nobody tells of.
func Poll(ctx context.Context, pause time.Duration, changed func()) {
	again := time.NewTicker(pause)
	defer again.Stop()
	for ctx.Err() == nil {
		changed()
		select {
		case <-again.C:
		case <-ctx.Done():
		}
	}
}
