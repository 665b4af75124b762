package gcp

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What Firestore refuses as the id of a document.
func illegal(id string) bool {
	return id == "." || id == ".." || strings.Contains(id, "/") || regexp.MustCompile(`(?s)^__.*__$`).MatchString(id)
}

// keys are strings of what is special to ids.
func keys() *rapid.Generator[string] {
	return rapid.OneOf(rapid.StringMatching(`[-./0^_a~%]{1,6}`), rapid.StringN(1, -1, 64))
}

func TestKeyIDKeepsOrderAndIdentity(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := keys().Draw(t, "a"), keys().Draw(t, "b")
		if illegal(keyID(a)) {
			t.Fatalf("the id of %q is %q", a, keyID(a))
		}
		if keyOf(keyID(a)) != a {
			t.Fatalf("%q came back as %q", a, keyOf(keyID(a)))
		}
		if strings.Compare(a, b) != strings.Compare(keyID(a), keyID(b)) {
			t.Fatalf("%q and %q have the ids %q and %q", a, b, keyID(a), keyID(b))
		}
	})
}

func TestEscapeKeepsIdentity(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := keys().Draw(t, "a"), keys().Draw(t, "b")
		if illegal(escape(a)) {
			t.Fatalf("the id of %q is %q", a, escape(a))
		}
		if (a == b) != (escape(a) == escape(b)) {
			t.Fatalf("%q and %q have the ids %q and %q", a, b, escape(a), escape(b))
		}
	})
	if escape("order/42") != "order~42" {
		t.Errorf("order/42 is %s", escape("order/42"))
	}
}

func TestSlotsAreEven(t *testing.T) {
	t.Parallel()
	var count [eventSlots]int
	for i := range 1600 {
		count[slotOf(strings.Repeat("x", i), eventSlots)]++
	}
	for slot, n := range count {
		if n < 60 || n > 140 {
			t.Errorf("slot %d of %d has %d of 1,600", slot, eventSlots, n)
		}
	}
}
