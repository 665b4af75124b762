package aws

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/onevent/onevent/flow/driver"
)

// An item is one row of a table.
type item = map[string]types.AttributeValue

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func raw(b []byte) types.AttributeValue { return &types.AttributeValueMemberB{Value: b} }

// number holds all 64 bits: numbers of DynamoDB have 38 digits.
func number[N ~int | ~int64 | ~uint64](n N) types.AttributeValue {
	var none N
	if none-1 > none {
		return &types.AttributeValueMemberN{Value: strconv.FormatUint(uint64(n), 10)}
	}
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(int64(n), 10)}
}

// textOf returns the string in a field; "" where there is none.
func textOf(v types.AttributeValue) string {
	if s, ok := v.(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

// bytesOf returns the field's bytes; nil where there are none, so that what was
// nil is nil again.
func bytesOf(v types.AttributeValue) []byte {
	if b, ok := v.(*types.AttributeValueMemberB); ok && len(b.Value) > 0 {
		return b.Value
	}
	return nil
}

// digits returns a number as it is written.
func digits(v types.AttributeValue) string {
	if n, ok := v.(*types.AttributeValueMemberN); ok {
		return n.Value
	}
	return ""
}

// integer returns the number in a field; 0 where there is none.
func integer(v types.AttributeValue) int64 {
	n, err := strconv.ParseInt(digits(v), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func unsigned(v types.AttributeValue) uint64 {
	n, err := strconv.ParseUint(digits(v), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func timeOf(v types.AttributeValue) driver.Time { return driver.Time(integer(v)) }

// sizeOf returns how many bytes DynamoDB counts for an item: its fields with their
// names, see
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html.
func sizeOf(i item) int {
	size := 0
	for name, v := range i {
		size += len(name)
		switch v := v.(type) {
		case *types.AttributeValueMemberS:
			size += len(v.Value)
		case *types.AttributeValueMemberB:
			size += len(v.Value)
		case *types.AttributeValueMemberN:
			size += len(v.Value)/2 + 2
		}
	}
	return size
}
