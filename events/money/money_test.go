package money_test

import (
	"testing"

	"github.com/onevent/onevent/events/money"
)

func TestCentsReadAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for amount, want := range map[money.Cents]string{
		0: "0.00", 5: "0.05", 1250: "12.50", -5: "-0.05", -1250: "-12.50", money.Max: "100000.00",
	} {
		if got := amount.String(); got != want {
			t.Errorf("%d reads %q, want %q", int64(amount), got, want)
		}
	}
}
