// Package gcp is Google Cloud as a platform for flow: the log, the views and the
// agenda in Firestore, the broker on Pub/Sub.
//
// It speaks to Firestore through the generated client, since what the hot path
// needs is two calls and no more: BatchGetDocuments for a head, and Commit with
// preconditions for everything that an event caused. Handling an event costs 1
// document read, 2 document writes and 1 publish. The clients' own retries are
// off: when to try again is for flow to decide.
//
// Subpackage host serves functions on Cloud Run, and subpackage emulators runs
// Google's emulators. Topics, subscriptions and indexes are Terraform's in
// production; Broker.Declare and Indexes say what they must be.
package gcp

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync/atomic"
)

// prefixGrammar is what may begin the names of collections, topics and
// subscriptions. Pub/Sub reserves "goog", Firestore "__".
const prefixGrammar = `^([a-z][a-z0-9-]{0,31})?$`

func checkPlace(project, prefix string) error {
	if project == "" {
		return errors.New("gcp: no project")
	}
	if !regexp.MustCompile(prefixGrammar).MatchString(prefix) {
		return fmt.Errorf("gcp: prefix %q: a letter and up to 31 of [a-z0-9-] are allowed", prefix)
	}
	return nil
}

// failed returns the error of a call, with the context's error where that ended
// it, so that a caller can tell.
func failed(ctx context.Context, what string, err error) error {
	if ctxErr := ctx.Err(); ctxErr != nil {
		return fmt.Errorf("gcp: %s: %w", what, ctxErr)
	}
	return fmt.Errorf("gcp: %s: %w", what, err)
}

// Usage is what Google bills, counted since the store or the broker was opened.
type Usage struct {
	// Reads, Writes and Deletes are Firestore documents. A document that is not
	// there and a query without a result are one read each.
	Reads, Writes, Deletes int64
	// Conflicts are commits that Firestore refused.
	Conflicts int64
	// Publishes are calls to Pub/Sub, and Messages what they carried.
	Publishes, Messages int64
}

// Sub returns what was used since an earlier u.
func (u Usage) Sub(earlier Usage) Usage {
	return Usage{
		Reads: u.Reads - earlier.Reads, Writes: u.Writes - earlier.Writes, Deletes: u.Deletes - earlier.Deletes,
		Conflicts: u.Conflicts - earlier.Conflicts,
		Publishes: u.Publishes - earlier.Publishes, Messages: u.Messages - earlier.Messages,
	}
}

type meter struct {
	reads, writes, deletes, conflicts, publishes, messages atomic.Int64
}

func (m *meter) usage() Usage {
	return Usage{
		Reads: m.reads.Load(), Writes: m.writes.Load(), Deletes: m.deletes.Load(),
		Conflicts: m.conflicts.Load(),
		Publishes: m.publishes.Load(), Messages: m.messages.Load(),
	}
}
