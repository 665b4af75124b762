package aws

import (
	"context"
	"errors"
	"iter"
	"strconv"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// getAll returns the items with up to maxGet keys as they are now, those that
// exist, in no order. What does not fit into one answer is asked for again.
func (s *Store) getAll(ctx context.Context, what string, t Table, keys []item) ([]item, error) {
	var found []item
	for len(keys) > 0 {
		out, err := s.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
			t.Name: {Keys: keys, ConsistentRead: sdk.Bool(true)},
		}})
		if err != nil {
			return nil, failed(ctx, what, err)
		}
		left := out.UnprocessedKeys[t.Name].Keys
		if len(left) == len(keys) {
			return nil, failed(ctx, what, errUnprocessed)
		}
		s.meter.Add(readOf(len(keys)-len(left), out.Responses[t.Name]))
		found = append(found, out.Responses[t.Name]...)
		keys = left
	}
	return found, nil
}

// A query selects the items of one partition of a table, or of an index of it.
type query struct {
	table Table
	index string // empty: the table itself
	hash  types.AttributeValue
	// from and to bound the range key; nil: they do not.
	from, to types.AttributeValue
	after    types.AttributeValue // bounds it from below, and is not in it
	limit    int                  // of a page; 0: as much as fits
	only     []string             // the fields that are wanted; nil: all
	now      bool                 // strongly consistent; not for indexes
}

// keys returns the fields of the key that is queried.
func (q query) keys() (hash, rng string) {
	for _, index := range q.table.Indexes {
		if index.Name == q.index {
			return index.Hash.Name, index.Range.Name
		}
	}
	return q.table.Hash.Name, q.table.Range.Name
}

func (q query) input() *dynamodb.QueryInput {
	hash, rng := q.keys()
	expression, names, values := "#h = :h", map[string]string{"#h": hash}, item{":h": q.hash}
	switch {
	case q.from != nil && q.to != nil:
		expression += " AND #r BETWEEN :from AND :to"
		values[":from"], values[":to"] = q.from, q.to
	case q.from != nil:
		expression += " AND #r >= :from"
		values[":from"] = q.from
	case q.to != nil:
		expression += " AND #r <= :to"
		values[":to"] = q.to
	case q.after != nil:
		expression += " AND #r > :after"
		values[":after"] = q.after
	}
	if len(values) > 1 {
		names["#r"] = rng
	}
	input := &dynamodb.QueryInput{
		TableName: &q.table.Name, KeyConditionExpression: &expression,
		ExpressionAttributeNames: names, ExpressionAttributeValues: values,
	}
	if q.index != "" {
		input.IndexName = &q.index
	} else {
		input.ConsistentRead = &q.now
	}
	if q.limit > 0 {
		input.Limit = sdk.Int32(int32(min(q.limit, 1000)))
	}
	if q.only != nil {
		input.ProjectionExpression = sdk.String(project(q.only, names))
	}
	return input
}

// project returns the expression that selects fields, whose names may be reserved
// words.
func project(fields []string, names map[string]string) string {
	expression := make([]string, len(fields))
	for i, f := range fields {
		expression[i] = "#p" + strconv.Itoa(i)
		names[expression[i]] = f
	}
	return strings.Join(expression, ", ")
}

// pages returns the selected items a page at a time, in the order of the range
// key; after an error, nothing. A page may be empty.
func (s *Store) pages(ctx context.Context, what string, q query) iter.Seq2[[]item, error] {
	return func(yield func([]item, error) bool) {
		input := q.input()
		for {
			out, err := s.client.Query(ctx, input)
			if err != nil {
				yield(nil, failed(ctx, what, err))
				return
			}
			s.meter.Add(queried(out.Items, q.now))
			if !yield(out.Items, nil) || len(out.LastEvaluatedKey) == 0 {
				return
			}
			input.ExclusiveStartKey = out.LastEvaluatedKey
		}
	}
}

// untilEnd returns a sequence that ends with the context's error when that ends,
// also where what comes next is in memory.
func untilEnd[T any](ctx context.Context, what string, all iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		for v, err := range all {
			if err == nil && ctx.Err() != nil {
				yield(none, failed(ctx, what, ctx.Err()))
				return
			}
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// errGone says that a thing was replaced or removed while its parts were read.
var errGone = errors.New("its parts are gone")
