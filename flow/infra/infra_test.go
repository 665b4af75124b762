package infra_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/infra"
	"github.com/onevent/onevent/functions"
)

// described returns what the application of this module needs, with some needs.
func described(t *testing.T, needs infra.Needs) infra.Description {
	t.Helper()
	d, err := infra.Describe(functions.App(functions.Settings{}), needs)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestAProgramMayPublishWhatItEmits(t *testing.T) {
	t.Parallel()
	d := described(t, infra.Needs{})
	f := d.Functions["reserve-credit"]
	if want := []string{"credit.limit_exceeded", "credit.order_closed", "credit.reserved"}; !slices.Equal(f.Emits, want) {
		t.Errorf("reserve-credit emits %v", f.Emits)
	}
	if want := []string{"function.failed", "function.recovered"}; !slices.Equal(f.Reports, want) {
		t.Errorf("in its name the engine reports %v", f.Reports)
	}
	if want := []string{"order.created"}; !slices.Equal(f.Takes, want) {
		t.Errorf("it takes %v", f.Takes)
	}
	if f.Service != "accounting" || f.Target != "reserve-credit" || f.Kind != "on" {
		t.Errorf("it is %+v", f)
	}
	if slices.Contains(d.Edge.Emits, "credit.reserved") || !slices.Contains(d.Edge.Emits, "order.created") {
		t.Errorf("the edge emits %v", d.Edge.Emits)
	}
	if len(d.Tick.Emits) != len(d.Events) || !slices.Equal(d.Console.Emits, d.Edge.Emits) || len(d.DeadLetters.Emits) != 0 {
		t.Errorf("of %d events the tick emits %d, the console %d, the dead letters %d",
			len(d.Events), len(d.Tick.Emits), len(d.Console.Emits), len(d.DeadLetters.Emits))
	}
	if _, ok := d.Functions["place-order"]; ok {
		t.Error("a command has a subscription")
	}
}

func TestAProgramIsGivenWhatItAskedFor(t *testing.T) {
	t.Parallel()
	d := described(t, infra.Needs{
		Secrets:  map[string][]string{"TILL": {"webhook-till"}, "CARDS": {"charge-card"}},
		Settings: map[string][]string{"URL": {"charge-card"}},
	})
	for name, c := range map[string]struct {
		program infra.Program
		want    string
	}{
		"charge-card": {d.Functions["charge-card"], "CARDS"}, "reserve-credit": {d.Functions["reserve-credit"], ""},
		"edge": {d.Edge, "TILL"}, "tick": {d.Tick, "CARDS"}, "console": {d.Console, "TILL"}, "dead letters": {d.DeadLetters, ""},
	} {
		if got := strings.Join(c.program.Secrets, " "); got != c.want {
			t.Errorf("%s is given %q", name, got)
		}
	}
	if w := d.Webhooks["till"]; w.Path != "/webhooks/till" || w.Function != "webhook-till" || !slices.Equal(w.Secrets, []string{"TILL"}) {
		t.Errorf("the till is %+v", w)
	}
	if want := []string{"URL"}; !slices.Equal(d.Settings, want) || !slices.Equal(d.Functions["charge-card"].Settings, want) {
		t.Errorf("settings are %v", d.Settings)
	}
	_, err := infra.Describe(functions.App(functions.Settings{}), infra.Needs{Secrets: map[string][]string{"S": {"nobody"}}})
	if !errors.Is(err, flow.ErrUnknown) {
		t.Errorf("a secret for nobody: %v", err)
	}
}

// TestTimesAreWithinThoseOfBrokers holds that a broker waits longer than a handling
// may take.
func TestTimesAreWithinThoseOfBrokers(t *testing.T) {
	t.Parallel()
	app := functions.App(functions.Settings{})
	for i, f := range app.Functions {
		switch f.Name() {
		case "charge-card":
			app.Functions[i] = f.Timeout(90*time.Second + time.Millisecond)
		case "refund-card":
			app.Functions[i] = f.Timeout(10 * time.Minute)
		}
	}
	d, err := infra.Describe(app, infra.Needs{})
	if err != nil {
		t.Fatal(err)
	}
	if f := d.Functions["charge-card"]; f.TimeoutSeconds != 91 || f.AckSeconds != 101 || f.VisibilitySeconds != 546 {
		t.Errorf("90 s and a bit are %+v", f)
	}
	if f := d.Functions["refund-card"]; f.AckSeconds != 600 {
		t.Errorf("Pub/Sub waits %d s", f.AckSeconds)
	}
}

func TestAnAppThatDoesNotHoldTogether(t *testing.T) {
	t.Parallel()
	app := functions.App(functions.Settings{})
	app.Functions = app.Functions[1:]
	_, err := infra.Describe(app, infra.Needs{})
	if _, ok := errors.AsType[*flow.CheckError](err); !ok {
		t.Errorf("it is described: %v", err)
	}
}

func TestFirestore(t *testing.T) {
	t.Parallel()
	f := described(t, infra.Needs{}).Firestore
	for _, want := range []infra.Field{
		{Collection: "events", Path: "correlation"},
		{Collection: "views-order-summary", Path: "doc.status"},
		{Collection: "views-incidents", Path: "doc.since"}, // a time is a text
	} {
		if !slices.Contains(f.Selected, want) {
			t.Errorf("%+v is not selected by", want)
		}
	}
	for _, u := range f.Unindexed {
		if slices.Contains(f.Selected, u) {
			t.Errorf("%+v is selected by, and has no index", u)
		}
	}
	if len(f.Indexes) == 0 || len(f.Unindexed) == 0 {
		t.Errorf("%d indexes, %d fields without", len(f.Indexes), len(f.Unindexed))
	}
}

func TestFile(t *testing.T) {
	t.Parallel()
	d := described(t, infra.Needs{})
	file := filepath.Join(t.TempDir(), "functions.json")
	if err := d.Check(file); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	for _, want := range []bool{true, false} {
		if changed, err := d.Write(file); err != nil || changed != want {
			t.Errorf("writing it: %v, %v, want %v", changed, err, want)
		}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), "null,\n      \"emits\"") || strings.Contains(string(data), `"secrets": null`) {
		t.Error("a list is null")
	}
	lines := strings.Split(string(data), "\n")
	lines[2] += " "
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := d.Check(file); !errors.Is(err, infra.ErrStale) || !strings.Contains(err.Error(), "functions.json:3") {
		t.Errorf("the third line differs: %v", err)
	}
	if _, err := d.Write(filepath.Join(file, "below")); err == nil {
		t.Error("a file below a file is written")
	}
}
