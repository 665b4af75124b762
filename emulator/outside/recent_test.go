package outside_test

import (
	"strconv"
	"testing"

	"github.com/onevent/onevent/emulator/outside"
)

func TestRecentForgetsTheOldest(t *testing.T) {
	t.Parallel()
	var r outside.Recent
	const limit = 100_000
	for i := range limit + 1 {
		if !r.IsNew(strconv.Itoa(i)) {
			t.Fatalf("%d is known", i)
		}
	}
	if r.IsNew("1") || r.IsNew(strconv.Itoa(limit)) || !r.IsNew("0") {
		t.Fatal("it does not remember the last 100,000, and those only")
	}
}
