// Package aws is Amazon Web Services as a platform for flow: the log, the views
// and the agenda in DynamoDB, the broker on SNS and SQS.
//
// # Names
//
// Everything has the prefix of the environment, ONEVENT_PREFIX, by default
// "onevent":
//
//	onevent-log                     table of the records, by id
//	onevent-heads                   table of the streams' heads, by stream
//	onevent-views                   table of documents and marks, by view and key
//	onevent-agenda                  table of what is to be done later, by id
//	onevent-parts                   table of what is too large for one item, by blob and n
//	onevent-order-created           SNS topic of the event order.created
//	onevent-reserve-credit          SQS queue of the function reserve-credit
//	onevent-reserve-credit-dead     SQS queue of what it gave up, its dead letters
//
// A dot in an event's name becomes a dash, which no such name has. Tables (their
// keys and indexes), Broker.Declare (topics, queues, policies) and the settings in
// both say what Terraform is to create in production.
//
// # What it costs
//
// Handling an event is one strongly consistent read (the head) and one transaction
// of two written items (the record, the head); a mark is one item without a
// transaction. An item on the agenda is one more. The three indexes of the log hold
// keys only, and are one write unit each; they are not part of the transaction.
//
// A record is stored under its id alone, since an id must be unique for ever; so a
// stream is read through an index, which may lag. Each record therefore names the
// one before it, and the head the last: what the index does not show yet is reached
// from there. The order of time is an index over 16 slots, so that no partition
// takes all writes. A partition of DynamoDB bears 1,000 write units a second, see
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html.
//
// The SDK's own retries are off: when to try again is for flow to decide.
//
// Subpackage host serves functions on Lambda, subpackage lambda is Lambda on a
// laptop, and subpackage emulators runs moto, which is the rest of AWS there.
package aws

import (
	"context"
	"fmt"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
)

// DefaultPrefix is what all names begin with where nothing else is said.
const DefaultPrefix = "onevent"

// maxPrefix is the most bytes of a prefix.
const maxPrefix = 32

// checkPrefix returns the prefix with its dash.
func checkPrefix(prefix string) (string, error) {
	if prefix == "" {
		prefix = DefaultPrefix
	}
	const letters = "abcdefghijklmnopqrstuvwxyz"
	if len(prefix) > maxPrefix || !strings.Contains(letters, prefix[:1]) || strings.Trim(prefix, letters+"0123456789-") != "" {
		return "", fmt.Errorf("aws: prefix %q: a letter and up to %d of [a-z0-9-] are allowed", prefix, maxPrefix-1)
	}
	return prefix + "-", nil
}

// once is a configuration under which nothing is tried again: neither reads nor,
// above all, a commit whose answer was lost, which would find its own record and
// report a conflict.
func once(config sdk.Config) sdk.Config {
	config = config.Copy()
	config.Retryer = func() sdk.Retryer { return sdk.NopRetryer{} }
	return config
}

// failed returns the error of a call, with the context's error where that ended
// it, so that a caller can tell.
func failed(ctx context.Context, what string, err error) error {
	if ctxErr := ctx.Err(); ctxErr != nil {
		return fmt.Errorf("aws: %s: %w", what, ctxErr)
	}
	return fmt.Errorf("aws: %s: %w", what, err)
}
