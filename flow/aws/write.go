package aws

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/onevent/onevent/flow/driver"
)

// A condition is what must hold for a write; the zero condition always does.
type condition struct {
	field string
	is    types.AttributeValue // nil: there is no such field, and so no such item
}

func absent(t Table) condition { return condition{field: t.Hash.Name} }

func equal(field string, is types.AttributeValue) condition { return condition{field: field, is: is} }

// expression returns the condition as DynamoDB has it; all nil for the zero one.
func (c condition) expression() (expression *string, names map[string]string, values item) {
	if c.field == "" {
		return nil, nil, nil
	}
	names = map[string]string{"#f": c.field}
	text := "attribute_not_exists(#f)"
	if c.is != nil {
		text, values = "#f = :v", item{":v": c.is}
	}
	return &text, names, values
}

// A put writes an item of a table, if a condition holds.
type put struct {
	table Table
	item  item
	when  condition
}

// write makes all puts or none. It returns ErrConflict where a condition did not
// hold. One put is no transaction, and costs half.
func (s *Store) write(ctx context.Context, what string, puts ...put) error {
	var err error
	if len(puts) == 1 {
		_, err = s.putOne(ctx, puts[0], types.ReturnValueNone)
	} else {
		err = s.transact(ctx, puts)
	}
	if err == nil {
		return nil
	}
	if isConflict(err) {
		s.meter.Add(refused(puts))
		return fmt.Errorf("aws: %s: %w", what, driver.ErrConflict)
	}
	return failed(ctx, what, err)
}

// putOne writes one item and returns what the put returns of the one before it.
func (s *Store) putOne(ctx context.Context, p put, returns types.ReturnValue) (item, error) {
	expression, names, values := p.when.expression()
	out, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &p.table.Name, Item: p.item, ReturnValues: returns,
		ConditionExpression: expression, ExpressionAttributeNames: names, ExpressionAttributeValues: values,
	})
	if err != nil {
		return nil, err
	}
	s.meter.Add(wrote(p, false))
	return out.Attributes, nil
}

func (s *Store) transact(ctx context.Context, puts []put) error {
	writes := make([]types.TransactWriteItem, len(puts))
	for i, p := range puts {
		expression, names, values := p.when.expression()
		writes[i].Put = &types.Put{
			TableName: &p.table.Name, Item: p.item,
			ConditionExpression: expression, ExpressionAttributeNames: names, ExpressionAttributeValues: values,
		}
	}
	if _, err := s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes}); err != nil {
		return err
	}
	for _, p := range puts {
		s.meter.Add(wrote(p, true))
	}
	return nil
}

// isConflict says whether DynamoDB refused a write because a condition did not
// hold. TransactionConflict is one too: another transaction had one of the items,
// nothing of this one was written, and what the condition says is about to change.
// Throttling is none.
func isConflict(err error) bool {
	if _, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		return true
	}
	if _, ok := errors.AsType[*types.TransactionConflictException](err); ok {
		return true
	}
	cancelled, ok := errors.AsType[*types.TransactionCanceledException](err)
	if !ok {
		return false
	}
	contended := false
	for _, reason := range cancelled.CancellationReasons {
		switch code(reason) {
		case "ConditionalCheckFailed":
			return true
		case "TransactionConflict":
			contended = true
		case "None", "":
		default:
			return false
		}
	}
	return contended
}

func code(r types.CancellationReason) string {
	if r.Code == nil {
		return ""
	}
	return *r.Code
}

// remove deletes an item and returns it; nil if there was none.
func (s *Store) remove(ctx context.Context, what string, t Table, key item) (item, error) {
	out, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &t.Name, Key: key, ReturnValues: types.ReturnValueAllOld})
	if err != nil {
		return nil, failed(ctx, what, err)
	}
	s.meter.Add(deleted(t, out.Attributes))
	return out.Attributes, nil
}

// maxBatch is how many items one batch writes, and maxGet how many one reads, see
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html.
const (
	maxBatch = 25
	maxGet   = 100
)

var errUnprocessed = errors.New("not all of a batch was processed: throttled")

// batch makes up to maxBatch writes to one table, in no order, with no condition,
// and not as one.
func (s *Store) batch(ctx context.Context, t Table, writes []types.WriteRequest) error {
	out, err := s.client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
		RequestItems: map[string][]types.WriteRequest{t.Name: writes},
	})
	if err != nil {
		return err
	}
	if len(out.UnprocessedItems) > 0 {
		return errUnprocessed
	}
	for _, w := range writes {
		if w.PutRequest != nil {
			s.meter.Add(wrote(put{table: t, item: w.PutRequest.Item}, false))
		} else {
			s.meter.Add(deleted(t, nil))
		}
	}
	return nil
}
