package flow_test

import (
	"errors"
	"testing"

	"github.com/onevent/onevent/flow"
)

func TestLagEndsWhenTheViewHasAllThatFollows(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	other := r.press("b", "h")
	r.Run()
	receipt := r.press("a", "h")
	lag := func(token, view string) flow.Lag {
		t.Helper()
		l, err := r.System().Lag(t.Context(), token, view)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	if l := lag(receipt.ID, "lights"); len(l.Unhandled) != 1 || len(l.Missing) != 1 || l.None() {
		t.Fatalf("at the beginning %+v", l)
	}
	if l := lag(receipt.ID, "houses"); len(l.Unhandled) != 1 || len(l.Missing) != 0 {
		t.Fatalf("a view that waits for what is not decided yet: %+v", l)
	}
	steps := 0
	for ; !lag(receipt.ID, "houses").None(); steps++ {
		if !r.Step() {
			t.Fatal("the view never gets there")
		}
	}
	if got := r.document("houses", "h"); got != `{"counted":2}` || steps < 2 {
		t.Fatalf("after %d steps: %s", steps, got)
	}
	r.Run()
	for _, view := range []string{"", "lights", "houses"} {
		if l := lag(receipt.ID, view); !l.None() {
			t.Errorf("%s: %+v", view, l)
		}
	}
	if l := lag(other.ID, "lights"); !l.None() {
		t.Errorf("another flow: %+v", l)
	}
}

func TestLagOfWhatWasGivenUp(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	receipt := r.press("never", "h")
	r.Run()
	if l, err := r.System().Lag(t.Context(), receipt.ID, "houses"); err != nil || !l.None() {
		t.Fatalf("%+v, %v", l, err)
	}
	for _, c := range [][2]string{{"nothing", "houses"}, {receipt.ID, "nothing"}} {
		if _, err := r.System().Lag(t.Context(), c[0], c[1]); !errors.Is(err, flow.ErrUnknown) {
			t.Errorf("%v: %v", c, err)
		}
	}
}
