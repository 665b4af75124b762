package functions_test

import (
	"testing"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/functions"
)

func TestTheApplicationHoldsTogether(t *testing.T) {
	t.Parallel()
	if err := flow.Check(functions.App(functions.Settings{})); err != nil {
		t.Fatal(err)
	}
}
