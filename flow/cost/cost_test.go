package cost_test

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/cost"
	"github.com/onevent/onevent/flow/usage"
)

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9*max(1, math.Abs(b)) }

// measured is two orders, each of 3 requests, 4 messages to functions and 1 to a
// view.
func measured(p cost.Platform, used, idle usage.Usage) cost.Measured {
	return cost.Measured{Platform: p, Date: "2026-01-02", What: "orders", Orders: 2, Requests: 6, Handled: 8, Viewed: 2, Events: 10, Used: used, Idle: idle}
}

func assumed(change func(*cost.Assumptions)) cost.Assumptions {
	a := cost.Defaults()
	if change != nil {
		change(&a)
	}
	return a
}

// The bills are worked out by hand: units for a million orders, times the price.
func TestBills(t *testing.T) {
	t.Parallel()
	documents := usage.Usage{Reads: 20, Writes: 10, Deletes: 4, ReadUnits: 24, WriteUnits: 30, PublishedBytes: 10_000, DeliveredBytes: 12_000}
	items := usage.Usage{ReadUnits: 15, WriteUnits: 40, PublishUnits: 10, NewBytes: 8000}
	fixed := cost.Fixed{Queues: 10, Alarms: 20, Secrets: 3, Tick: time.Minute, MemoryMiB: 512, EdgeMiB: 1024}
	bare := cost.Fixed{MemoryMiB: 512, EdgeMiB: 1024}
	for _, c := range []struct {
		name     string
		measured cost.Measured
		fixed    cost.Fixed
		assumed  cost.Assumptions
		service  string
		want     float64 // of the service, orders and idle together
	}{
		// 10 M reads × 0.30 + 5 M writes × 0.90 + 2 M deletes × 0.10
		{"firestore", measured(cost.GCP, documents, usage.Usage{}), bare, assumed(nil), "Firestore", 3 + 4.5 + 0.2},
		// 12 M read units × 0.05 + 15 M write units × 0.26
		{"enterprise", measured(cost.GCP, documents, usage.Usage{}), bare, assumed(func(a *cost.Assumptions) { a.Enterprise = true }), "Firestore", 0.6 + 3.9},
		// 43,800 ticks × (40 reads × 0.30 + 1 write × 0.90) / M
		{"tick", measured(cost.GCP, usage.Usage{}, usage.Usage{Reads: 40, Writes: 1}), fixed, assumed(nil), "Firestore", 43_800 * (40*0.30 + 0.90) / 1e6},
		// 11,000 bytes × 1 M × 40 / 2^40
		{"pubsub", measured(cost.GCP, documents, usage.Usage{}), bare, assumed(nil), "Pub/Sub", 11_000e6 * 40 / (1 << 40)},
		// 8 M requests × 0.40; 8 M × 0.1 s × 24; (3 M × 1 GiB + 5 M × 0.5 GiB) × 0.1 s × 2.50
		{"run", measured(cost.GCP, documents, usage.Usage{}), bare, assumed(nil), "Cloud Run", 3.2 + 19.2 + 5.5*0.1*2.5},
		// 101 ms are 200 ms
		{"rounded up", measured(cost.GCP, documents, usage.Usage{}), bare, assumed(func(a *cost.Assumptions) { a.Duration = 101 * time.Millisecond }), "Cloud Run", 3.2 + 2*19.2 + 2*5.5*0.1*2.5},
		{"ten together", measured(cost.GCP, documents, usage.Usage{}), bare, assumed(func(a *cost.Assumptions) { a.Together = 10 }), "Cloud Run", 3.2 + 1.92 + 5.5*0.01*2.5},
		{"small", measured(cost.GCP, documents, usage.Usage{}), bare, assumed(func(a *cost.Assumptions) { a.MemoryMiB = 256 }), "Cloud Run", 3.2 + 19.2 + 2*0.1*2.5},
		// 7.5 M × 0.125 + 20 M × 0.625, 4 GB × (0.25 + 0.20)
		{"dynamodb", measured(cost.AWS, items, usage.Usage{}), bare, assumed(nil), "DynamoDB", 0.9375 + 12.5 + 4*0.45},
		{"sns", measured(cost.AWS, items, usage.Usage{}), bare, assumed(nil), "SNS", 2.5},
		// 5 M messages, a poll and a deletion each, × 0.40
		{"sqs", measured(cost.AWS, items, usage.Usage{}), bare, assumed(nil), "SQS", 4},
		{"batches", measured(cost.AWS, items, usage.Usage{}), bare, assumed(func(a *cost.Assumptions) { a.Together = 5 }), "SQS", 0.8},
		// 10 queues × 2 pollers × 131,400 polls × 0.40 / M
		{"polls", measured(cost.AWS, usage.Usage{}, usage.Usage{}), fixed, assumed(func(a *cost.Assumptions) { a.Orders = 0 }), "SQS", 20 * 131_400 * 0.4 / 1e6},
		// 8 M × 0.20 + (3 M × 1 GB + 5 M × 0.5 GB) × 0.05 s × 13.3334 / M
		{"lambda", measured(cost.AWS, items, usage.Usage{}), bare, assumed(nil), "Lambda", 1.6 + 5.5*0.05*13.3334},
		// 3 M + 1 M requests; the time is the same
		{"lambda's batches", measured(cost.AWS, items, usage.Usage{}), bare, assumed(func(a *cost.Assumptions) { a.Together = 5 }), "Lambda", 0.8 + 5.5*0.05*13.3334},
		{"alarms", measured(cost.AWS, items, usage.Usage{}), fixed, assumed(nil), "CloudWatch", 2},
		{"secrets", measured(cost.AWS, items, usage.Usage{}), fixed, assumed(nil), "Secrets Manager", 1.2},
		{"conditions", measured(cost.GCP, items, usage.Usage{}), fixed, assumed(nil), "Cloud Monitoring", 30},
	} {
		b, err := cost.For(c.measured, c.fixed, c.assumed)
		if err != nil {
			t.Fatal(err)
		}
		got := 0.0
		for _, lines := range [][]cost.Line{b.Orders, b.Idle} {
			for _, l := range lines {
				if l.Service == c.service {
					got += l.USD
				}
			}
		}
		if !near(got, c.want) {
			t.Errorf("%s: %s costs %g, want %g", c.name, c.service, got, c.want)
		}
		if !near(b.TotalUSD, b.OrdersUSD+b.IdleUSD) || len(b.Free) > 0 {
			t.Errorf("%s: %g + %g are %g", c.name, b.OrdersUSD, b.IdleUSD, b.TotalUSD)
		}
	}
}

// What is free is taken off once, for orders and idle together, and never more than
// there is.
func TestFreeTier(t *testing.T) {
	t.Parallel()
	free := assumed(func(a *cost.Assumptions) { a.FreeTier = true })
	items := usage.Usage{PublishUnits: 1} // half a million
	b, err := cost.For(measured(cost.AWS, items, usage.Usage{}), cost.Fixed{Alarms: 12, MemoryMiB: 1, EdgeMiB: 1}, free)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{"SNS": -0.25, "CloudWatch": -1, "SQS": -0.4}
	for _, l := range b.Free {
		if usd, ok := want[l.Service]; ok && !near(l.USD, usd) {
			t.Errorf("%s: %g is free, want %g", l.Service, l.USD, usd)
		}
		delete(want, l.Service)
	}
	if len(want) > 0 || !near(b.TotalUSD, b.OrdersUSD+b.IdleUSD+b.FreeUSD) || b.TotalUSD < 0 {
		t.Errorf("missing: %v; %+v", want, b)
	}
	nothing := measured(cost.GCP, usage.Usage{}, usage.Usage{})
	free.Orders = 0
	if b, err = cost.For(nothing, cost.Fixed{}, free); err != nil || b.TotalUSD < 0 || b.TotalUSD > 1e-9 {
		t.Errorf("nothing costs %+v: %v", b, err)
	}
}

// One decision of the textbook's is 3 reads, 3 writes and 1 delete, and one message
// of a view 2 and 2. In a transaction of DynamoDB each write is two units.
func TestTextbook(t *testing.T) {
	t.Parallel()
	used := usage.Usage{Reads: 1, Publishes: 3, Messages: 4, PublishUnits: 5, PublishedBytes: 6, DeliveredBytes: 7, NewBytes: 8}
	// 8 messages and 6 requests, 2 messages of views
	want := usage.Usage{
		Reads: 14*3 + 4, Writes: 14*3 + 4, Deletes: 14, ReadUnits: 46, WriteUnits: 46 + 14,
		Publishes: 3, Messages: 4, PublishUnits: 5, PublishedBytes: 6, DeliveredBytes: 7,
	}
	if got := cost.Textbook(measured(cost.GCP, used, used)); got.Used != want || got.Idle != (usage.Usage{}) {
		t.Errorf("%+v\nwant %+v", got.Used, want)
	}
	want.WriteUnits = 2*46 + 14
	if got := cost.Textbook(measured(cost.AWS, used, used)); got.Used != want {
		t.Errorf("%+v\nwant %+v", got.Used, want)
	}
}

func TestEveryPriceHasASource(t *testing.T) {
	t.Parallel()
	for _, p := range []cost.Platform{cost.GCP, cost.AWS} {
		table := cost.Prices(p)
		if table.Platform != p || table.Region == "" {
			t.Errorf("%+v", table)
		}
		if _, err := time.Parse(time.DateOnly, table.Date); err != nil {
			t.Error(err)
		}
		seen := map[string]bool{}
		for _, price := range table.Prices {
			name := price.Service + " " + price.Unit
			if price.USD <= 0 || price.Per < 1 || price.Free < 0 || !strings.HasPrefix(price.Source, "https://") || seen[name] {
				t.Errorf("%+v", price)
			}
			seen[name] = true
		}
	}
}

func TestAssumptionsThatCannotBe(t *testing.T) {
	t.Parallel()
	m := measured(cost.GCP, usage.Usage{}, usage.Usage{})
	for name, change := range map[string]func(*cost.Assumptions){
		"negative": func(a *cost.Assumptions) { a.Orders = -1 },
		"nan":      func(a *cost.Assumptions) { a.Orders = math.NaN() },
		"infinite": func(a *cost.Assumptions) { a.Orders = math.Inf(1) },
		"no time":  func(a *cost.Assumptions) { a.Duration = 0 },
		"a day":    func(a *cost.Assumptions) { a.Duration = 24 * time.Hour },
		"half":     func(a *cost.Assumptions) { a.Together = 0.5 },
		"pollers":  func(a *cost.Assumptions) { a.Pollers = -1 },
		"memory":   func(a *cost.Assumptions) { a.MemoryMiB = -1 },
	} {
		if b, err := cost.For(m, cost.Fixed{}, assumed(change)); err == nil {
			t.Errorf("%s: %+v", name, b)
		}
	}
}

func TestMeasuredThatCannotBe(t *testing.T) {
	t.Parallel()
	good := `{"platform":"aws","orders":2,"handled":3}`
	if m, err := cost.ParseMeasured([]byte(good)); err != nil || m.Deliveries() != 3 {
		t.Errorf("%+v: %v", m, err)
	}
	for _, bad := range []string{``, `[]`, `{"platform":"azure","orders":2,"handled":3}`, `{"platform":"aws","handled":3}`, `{"platform":"aws","orders":2}`} {
		if m, err := cost.ParseMeasured([]byte(bad)); err == nil {
			t.Errorf("%s: %+v", bad, m)
		}
	}
}

// What people read.
func TestWrite(t *testing.T) {
	t.Parallel()
	used := usage.Usage{Reads: 3, Writes: 2, NewBytes: 1}
	c, err := cost.Compare(measured(cost.GCP, used, usage.Usage{}), cost.Fixed{Secrets: 1, MemoryMiB: 128, EdgeMiB: 128, Tick: time.Hour},
		assumed(func(a *cost.Assumptions) { a.Orders, a.FreeTier = 1_234_567, true }))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := c.Bill.Write(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Google Cloud, us-central1: 1,234,567 orders a month\n",
		"        0.56           1,851,851  Firestore: document reads\n", // × 1.5, × 0.30
		"        1.11           1,234,567  Firestore: document writes\n",
		"      0.0001            0.000575  Firestore: stored GiB-months\n",
		"       -0.06                   1  Secret Manager: versions\n",
		"A MONTH\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, &out)
		}
	}
	out.Reset()
	if err := cost.Markdown(&out, c); err != nil || !strings.Contains(out.String(), "| reads | 1.5 | 23 |") {
		t.Errorf("%v\n%s", err, &out)
	}
	if len(c.Textbook.Idle) > 0 || c.Textbook.TotalUSD != c.Textbook.OrdersUSD+c.Textbook.FreeUSD {
		t.Errorf("the textbook has %+v", c.Textbook)
	}
}
