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
