package aws

import (
	"context"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/usage"
)

// StoreOptions say which DynamoDB to use, and how.
type StoreOptions struct {
	// Config is the SDK's configuration, as config.LoadDefaultConfig returns it:
	// region, credentials, and AWS_ENDPOINT_URL, where that is set.
	Config sdk.Config
	// Prefix begins the names of all tables, so that several applications can share
	// an account: a letter and up to 31 of [a-z0-9-]. Empty means DefaultPrefix.
	Prefix string
}

// A Store is a log, views and an agenda in DynamoDB. Its methods may be called
// concurrently.
type Store struct {
	tables

	client *dynamodb.Client
	meter  usage.Meter
}

// OpenStore opens a store. It does not wait for the database: the first call
// does.
func OpenStore(o StoreOptions) (*Store, error) {
	prefix, err := checkPrefix(o.Prefix)
	if err != nil {
		return nil, err
	}
	return &Store{tables: tablesOf(prefix), client: dynamodb.NewFromConfig(once(o.Config))}, nil
}

// Log returns the store as a log.
func (s *Store) Log() driver.Log { return eventLog{s} }

// Views returns the store as views.
func (s *Store) Views() driver.Views { return views{s} }

// Agenda returns the store as an agenda.
func (s *Store) Agenda() driver.Agenda { return agenda{s} }

// Usage returns what was used since the store was opened.
func (s *Store) Usage() Usage { return s.meter.Usage() }

// keyOf returns the key of an item of a table.
func (t Table) keyOf(i item) item {
	key := item{t.Hash.Name: i[t.Hash.Name]}
	if t.Range.Name != "" {
		key[t.Range.Name] = i[t.Range.Name]
	}
	return key
}

// get returns an item as it is now, or nil where there is none.
func (s *Store) get(ctx context.Context, what string, t Table, key item) (item, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &t.Name, Key: key, ConsistentRead: sdk.Bool(true)})
	if err != nil {
		return nil, failed(ctx, what, err)
	}
	s.meter.Add(readOf(1, []item{out.Item}))
	if len(out.Item) == 0 {
		return nil, nil //nolint:nilnil // there is none
	}
	return out.Item, nil
}
