package main

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"testing"
	"time"
)

// simulating runs "onevent sim" without a terminal.
func simulating(ctx context.Context, args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	p := &program{out: &o, err: &e, now: time.Now, getenv: func(string) string { return "" }}
	code = p.run(ctx, append([]string{"sim"}, args...))
	return code, o.String(), e.String()
}

func TestSim(t *testing.T) {
	t.Parallel()
	figures := regexp.MustCompile(`^simulation: 2 seeds on (memory|sqlite), \d+ events, \d+ steps, \d+ faults, .* seeds/s\)\nfaults: .*\nevery promise held\n$`)
	for _, store := range []string{"memory", "sqlite"} {
		if code, out, errs := simulating(t.Context(), "-seeds", "2", "-orders", "3", "-store", store); code != 0 || errs != "" || !figures.MatchString(out) {
			t.Errorf("%s: exit code %d\n%s%s", store, code, out, errs)
		}
	}
}

func TestSimTellsOneSeed(t *testing.T) {
	t.Parallel()
	code, out, errs := simulating(t.Context(), "-profile", "calm", "-orders", "1", "-v")
	if code != 0 || errs != "" || !strings.Contains(out, "place-order decides [order.created] on order/0 1") {
		t.Errorf("exit code %d\n%s%s", code, out, errs)
	}
}

func TestSimWithAFloor(t *testing.T) {
	t.Parallel()
	if code, _, errs := simulating(t.Context(), "-orders", "1", "-floor", "1000000"); code != 1 || !strings.Contains(errs, "reached less than 1000000 times") {
		t.Errorf("exit code %d, %s", code, errs)
	}
}

func TestSimWithMistakes(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"now":           "unexpected word",
		"-seeds 0":      "at least 1",
		"-orders -1":    "at least 1",
		"-workers -1":   "not negative",
		"-store paper":  "neither memory nor sqlite",
		"-profile nice": "none of swarm, calm, storm",
	} {
		if code, _, errs := simulating(t.Context(), strings.Fields(line)...); code == 0 || !strings.Contains(errs, want) {
			t.Errorf("%s: exit code %d, %s", line, code, errs)
		}
	}
}

func TestSimInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if code, _, errs := simulating(ctx, "-seeds", "9"); code != 1 || !strings.Contains(errs, "interrupted") {
		t.Errorf("exit code %d, %s", code, errs)
	}
}
