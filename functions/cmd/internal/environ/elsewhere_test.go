package environ_test

import (
	"testing"

	"github.com/onevent/onevent/functions/cmd/internal/environ"
)

func TestElsewhere(t *testing.T) {
	t.Parallel()
	if environ.Elsewhere("") != nil {
		t.Error("the process that is everything hands something over")
	}
	if elsewhere := environ.Elsewhere("tick"); !elsewhere("reserve-credit") {
		t.Error("the tick does what is for a function")
	}
	if elsewhere := environ.Elsewhere("reserve-credit"); elsewhere("reserve-credit") || !elsewhere("approve-order") {
		t.Error("a function is not itself, or another")
	}
}
