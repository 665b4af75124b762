package schema_test

import (
	"fmt"
	"reflect"

	"github.com/onevent/onevent/flow/schema"
)

// Paid is an event as it was published, and PaidInEuros what somebody wants to
// make of it.
type (
	Paid struct {
		Order string `json:"order"`
		Cents int64  `json:"cents"`
	}
	PaidInEuros struct {
		Order string  `json:"order"`
		Cents float64 `json:"cents"`
		Tip   int64   `json:"tip,omitempty"`
		Payer string  `json:"payer"`
	}
)

func ExampleCompare() {
	before := schema.Of(reflect.TypeFor[Paid](), schema.Written, nil)
	after := schema.Of(reflect.TypeFor[PaidInEuros](), schema.Written, nil)
	for _, b := range schema.Compare(before, after, schema.Backward) {
		fmt.Println(b)
	}
	// Output:
	// /properties/payer: the member "payer" is new and required (breaks backward: what was written before would not be understood)
	// /properties/cents: whole numbers beyond 9007199254740992 lose digits in a float (breaks backward: what was written before would not be understood)
}

func ExampleValidate() {
	s := schema.Of(reflect.TypeFor[Paid](), schema.Asked, nil)
	for _, p := range schema.Validate(s, []byte(`{"order": 7, "cents": 1.5, "cent": 2}`)) {
		fmt.Println(p)
	}
	// Output:
	// /order: is the number 7, a string is wanted
	// /cents: is the number 1.5, a whole number is wanted
	// /cent: is unknown
}
