package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/cost"
	"github.com/onevent/onevent/functions/deploy"
)

// costed runs "onevent cost".
func costed(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	p := &program{app: application(), out: &o, err: &e, now: time.Now, getenv: func(string) string { return "" }}
	code = p.run(t.Context(), append([]string{"cost"}, args...))
	return code, o.String(), e.String()
}

// The document says what the program does. -update writes it.
func TestCostDocument(t *testing.T) {
	t.Parallel()
	const file = "../../docs/cost.md"
	code, out, errs := costed(t, "-markdown")
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	if *update {
		if err := os.WriteFile(file, []byte(out), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(file)
	if err != nil || string(data) != out {
		t.Errorf("%s is out of date (%v): go test ./cmd/onevent -run Cost -update", file, err)
	}
}

func TestCostIsATable(t *testing.T) {
	t.Parallel()
	for args, want := range map[string][]string{
		"":                                 {"Google Cloud, us-central1: 1,000,000 orders a month", "Firestore: document writes", "with the textbook's inbox and outbox", "Not measured: 50ms"},
		"-orders 2e3 -platform aws":        {"AWS, us-east-1: 2,000 orders a month", "DynamoDB: write request units", "SQS: requests of 64 KB", "2 pollers at each of"},
		"-edition enterprise":              {"Firestore: write units (Enterprise)"},
		"-free-tier":                       {"FREE TIER"},
		"-duration 10s -memory 1024":       {"Not measured: 10s for each message and request, with 1024 MiB."},
		"-platform aws -together 10":       {"10 messages in an invocation of Lambda"},
		"-measured " + measuredFile("gcp"): {"1,000,000 orders a month"},
	} {
		code, out, errs := costed(t, strings.Fields(args)...)
		if code != 0 || !strings.Contains(errs, "warning: loop: posting.due, posting.failed") {
			t.Errorf("%s: exit code %d: %s", args, code, errs)
		}
		for _, w := range want {
			if !strings.Contains(out, w) {
				t.Errorf("%s: %q is not in\n%s", args, w, out)
			}
		}
	}
}

func measuredFile(platform string) string {
	return "../../functions/deploy/measured/" + platform + ".json"
}

func TestCostIsJSON(t *testing.T) {
	t.Parallel()
	code, out, _ := costed(t, "-json", "-platform", "aws")
	var c struct {
		cost.Comparison

		Prices   cost.Table
		Fans     []cost.Fan
		Warnings []string
	}
	if err := json.Unmarshal([]byte(out), &c); err != nil || code != 0 {
		t.Fatalf("exit code %d: %v\n%s", code, err, out)
	}
	if c.Bill.TotalUSD <= 0 || c.Textbook.TotalUSD <= c.Textbook.IdleUSD || len(c.Prices.Prices) == 0 || len(c.Fans) == 0 || len(c.Warnings) == 0 || c.Measured.Orders == 0 {
		t.Errorf("%+v", c)
	}
}

func TestCostWithMistakes(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"now":                               "unexpected word",
		"-platform azure":                   "gcp or aws",
		"-edition free":                     "standard or enterprise",
		"-platform aws -together 11":        "at most 10",
		"-platform aws -edition enterprise": "AWS has none",
		"-json -markdown":                   "goes neither",
		"-markdown -measured x":             "goes neither",
		"-orders many":                      "invalid value",
		"-orders -1":                        "-1 orders",
		"-duration 0s":                      "duration of 0s",
		"-measured nothing.json":            "no such file",
		"-measured cost.go":                 "what was measured",
		"-measured " + measuredFile("aws"):  "was measured on aws",
	} {
		if code, out, errs := costed(t, strings.Fields(args)...); code == 0 || out != "" || !strings.Contains(errs, want) {
			t.Errorf("%s: exit code %d, %s%s", args, code, out, errs)
		}
	}
}

// What is built in is of the application that is built in: an event that is not
// measured has no price. The figures are the messages of one order.
func TestMeasuredHasMessages(t *testing.T) {
	t.Parallel()
	for _, platform := range []cost.Platform{cost.GCP, cost.AWS} {
		m, err := deploy.Measured(platform)
		if err != nil {
			t.Fatal(err)
		}
		widest := cost.Fans(application())[0]
		if per := m.Deliveries() / m.Orders; per < 10 || per > int64(widest.Messages) {
			t.Errorf("%s: %d messages for each order, and %s leads to %d at most", platform, per, widest.Input, widest.Messages)
		}
	}
}
