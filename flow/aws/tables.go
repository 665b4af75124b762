package aws

import (
	"context"
	"errors"
	"fmt"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/onevent/onevent/flow/clock"
)

// A Key is a field that is part of a key: its name, and S (text) or N (number).
type Key struct{ Name, Type string }

// An Index is a global secondary index that holds the keys of its items only.
type Index struct {
	Name        string
	Hash, Range Key
}

// A Table is a table of DynamoDB, billed by request. Range is the zero Key where
// the table has none. Expires names the field after whose time, in seconds since
// 1970, an item goes; empty: items stay.
type Table struct {
	Name        string
	Hash, Range Key
	Indexes     []Index
	Expires     string
}

// Tables returns the tables of a store with a prefix, which is empty for the
// default one.
func Tables(prefix string) ([]Table, error) {
	prefix, err := checkPrefix(prefix)
	if err != nil {
		return nil, err
	}
	t := tablesOf(prefix)
	return []Table{t.log, t.heads, t.views, t.agenda, t.parts}, nil
}

type tables struct{ log, heads, views, agenda, parts Table }

func tablesOf(prefix string) tables {
	text := func(name string) Key { return Key{name, "S"} }
	number := func(name string) Key { return Key{name, "N"} }
	return tables{
		log: Table{Name: prefix + "log", Hash: text(fieldID), Indexes: []Index{
			{byStream, text(fieldStream), number(fieldLast)},
			{byFlow, text(fieldFlow), number(fieldTime)},
			{byTime, number(fieldSlot), number(fieldTime)},
		}},
		heads:  Table{Name: prefix + "heads", Hash: text(fieldStream)},
		views:  Table{Name: prefix + "views", Hash: text(fieldView), Range: text(fieldKey)},
		agenda: Table{Name: prefix + "agenda", Hash: text(fieldID), Indexes: []Index{{byDue, text(fieldList), number(fieldDue)}}},
		parts:  Table{Name: prefix + "parts", Hash: text(fieldBlob), Range: number(fieldN), Expires: fieldExpires},
	}
}

// Declare creates the tables that do not exist and waits until they can be used;
// what exists stays as it is. It is for emulators and tests: in production
// Terraform creates the same, with point-in-time recovery.
func (s *Store) Declare(ctx context.Context) error {
	for _, t := range []Table{s.log, s.heads, s.views, s.agenda, s.parts} {
		if err := s.declare(ctx, t); err != nil {
			return failed(ctx, "create table "+t.Name, err)
		}
	}
	return nil
}

func (s *Store) declare(ctx context.Context, t Table) error {
	_, err := s.client.CreateTable(ctx, creation(t))
	if _, exists := errors.AsType[*types.ResourceInUseException](err); err != nil && !exists {
		return err
	}
	for {
		d, err := s.client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &t.Name})
		if err != nil {
			return err
		}
		if d.Table.TableStatus == types.TableStatusActive {
			return s.expire(ctx, t)
		}
		if err := clock.Sleep(ctx, 500*time.Millisecond); err != nil {
			return err
		}
	}
}

// expire has items of a table go. That they do already is an error of DynamoDB's.
func (s *Store) expire(ctx context.Context, t Table) error {
	if t.Expires == "" {
		return nil
	}
	d, err := s.client.DescribeTimeToLive(ctx, &dynamodb.DescribeTimeToLiveInput{TableName: &t.Name})
	if err != nil {
		return fmt.Errorf("time to live: %w", err)
	}
	if d.TimeToLiveDescription != nil && d.TimeToLiveDescription.TimeToLiveStatus == types.TimeToLiveStatusEnabled {
		return nil
	}
	_, err = s.client.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
		TableName:               &t.Name,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: &t.Expires, Enabled: sdk.Bool(true)},
	})
	if err != nil {
		return fmt.Errorf("time to live: %w", err)
	}
	return nil
}

func creation(t Table) *dynamodb.CreateTableInput {
	input := &dynamodb.CreateTableInput{
		TableName: &t.Name, BillingMode: types.BillingModePayPerRequest, KeySchema: schemaOf(t.Hash, t.Range),
	}
	keys := []Key{t.Hash, t.Range}
	for _, index := range t.Indexes {
		keys = append(keys, index.Hash, index.Range)
		input.GlobalSecondaryIndexes = append(input.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName: &index.Name, KeySchema: schemaOf(index.Hash, index.Range),
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly},
		})
	}
	known := map[Key]bool{{}: true}
	for _, k := range keys {
		if !known[k] {
			known[k] = true
			input.AttributeDefinitions = append(input.AttributeDefinitions, types.AttributeDefinition{
				AttributeName: sdk.String(k.Name), AttributeType: types.ScalarAttributeType(k.Type),
			})
		}
	}
	return input
}

func schemaOf(hash, rng Key) []types.KeySchemaElement {
	schema := []types.KeySchemaElement{{AttributeName: sdk.String(hash.Name), KeyType: types.KeyTypeHash}}
	if rng.Name != "" {
		schema = append(schema, types.KeySchemaElement{AttributeName: sdk.String(rng.Name), KeyType: types.KeyTypeRange})
	}
	return schema
}
