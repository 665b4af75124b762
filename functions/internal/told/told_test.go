package told_test

import (
	"strings"
	"testing"

	"github.com/onevent/onevent/functions/internal/told"
)

func TestText(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "", "no soup": "no soup", " a\nb\x00": "a b", "\xff": "", "äöü": "äöü", strings.Repeat("ä", 11): strings.Repeat("ä", 10),
	} {
		if got := told.Text(in, 10); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestKey(t *testing.T) {
	t.Parallel()
	if told.Key("ticket", "42") != nil || told.Key("ticket", "") == nil || told.Key("ticket", "../x") == nil {
		t.Fatal("keys are not checked")
	}
}
