package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"github.com/onevent/onevent/flow/cost"
	"github.com/onevent/onevent/flow/infra"
	"github.com/onevent/onevent/functions/deploy"
)

const costHelp = `onevent cost                                 a million orders a month on Google Cloud
onevent cost -platform aws -orders 5e5       half a million on AWS
onevent cost -platform gcp -edition enterprise -together 10
onevent cost -platform aws -free-tier -json  for scripts
onevent cost -markdown                       both clouds beside the textbook's design: docs/cost.md

Counts are measured: orders ran through the application, on the drivers of the
cloud and its emulators, and the drivers counted what is billed. Measure again with
go run ./emulator/meter/measure -platform gcp|aws. How long a
function takes is not measured, and yours to say: -duration, -memory. Prices have a
date and a source, which -json and -markdown name.

Warnings go to standard error: loops, by which an event can lead to itself, and
commands from which very much follows.`

// A costing is what the verb cost was asked.
type costing struct {
	assumptions                cost.Assumptions
	platform, edition, measure string
	json, markdown             bool
}

// costs prints what a month costs.
func costs(p *program, f *flag.FlagSet) func(context.Context, []string) error {
	c := costing{assumptions: cost.Defaults()}
	a := &c.assumptions
	f.StringVar(&c.platform, "platform", "gcp", "`cloud`: gcp or aws")
	f.Float64Var(&a.Orders, "orders", a.Orders, "`orders` in a month, as in 1e6")
	f.DurationVar(&a.Duration, "duration", a.Duration, "`time` that handling a message or request takes: an assumption")
	f.IntVar(&a.MemoryMiB, "memory", 0, "`MiB` of every instance (default what infra/functions.json says)")
	f.Float64Var(&a.Together, "together", a.Together, "`messages` in an invocation of Lambda, at most 10, or at once in an instance of Cloud Run")
	f.IntVar(&a.Pollers, "pollers", a.Pollers, "`pollers` of Lambda at an empty queue: it begins with 5, and goes down to 2")
	f.StringVar(&c.edition, "edition", "standard", "`edition` of Firestore: standard or enterprise")
	f.BoolVar(&a.FreeTier, "free-tier", false, "take off what is free each month")
	f.StringVar(&c.measure, "measured", "", "`file` with counts, instead of those that are built in")
	f.BoolVar(&c.json, "json", false, "print JSON, with the counts and the textbook's bill")
	f.BoolVar(&c.markdown, "markdown", false, "print docs/cost.md, for both clouds")
	return func(_ context.Context, words []string) error {
		if err := c.check(words); err != nil {
			return err
		}
		warnings := cost.Warnings(p.app, cost.Limits{})
		p.warn(warnings)
		if c.markdown {
			return p.costMarkdown(c)
		}
		compared, err := p.compare(c, cost.Platform(c.platform))
		if err != nil {
			return err
		}
		if c.json {
			return p.costJSON(compared, warnings)
		}
		return p.costTable(compared)
	}
}

// warn tells of what is no error, where it does not mix with the output.
func (p *program) warn(warnings []string) {
	for _, w := range warnings {
		fmt.Fprintln(p.err, "warning:", w)
	}
}

func (c *costing) check(words []string) error {
	_, err := cost.ParsePlatform(c.platform)
	switch {
	case len(words) > 0:
		return usageError("unexpected word %q; onevent cost -h shows how", words[0])
	case err != nil:
		return usageError("-platform is gcp or aws, not %q", c.platform)
	case c.edition != "standard" && c.edition != "enterprise":
		return usageError("-edition is standard or enterprise, not %q", c.edition)
	case c.platform == "aws" && c.edition != "standard" && !c.markdown:
		return usageError("-edition is of Firestore; AWS has none")
	case c.platform == "aws" && c.assumptions.Together > 10:
		return usageError("-together is at most 10 on AWS: the batch of infra/aws")
	case c.json && c.markdown, c.markdown && c.measure != "":
		return usageError("-markdown goes neither with -json nor with -measured")
	}
	c.assumptions.Enterprise = c.edition == "enterprise"
	return nil
}

// compare returns the bill on a platform, and that of the textbook.
func (p *program) compare(c costing, platform cost.Platform) (cost.Comparison, error) {
	m, err := deploy.Measured(platform)
	if c.measure != "" {
		m, err = measuredIn(c.measure, platform)
	}
	if err != nil {
		return cost.Comparison{}, err
	}
	d, err := infra.Describe(p.app, deploy.Needs())
	if err != nil {
		return cost.Comparison{}, err
	}
	return cost.Compare(m, deploy.Fixed(d, platform), c.assumptions)
}

func measuredIn(file string, platform cost.Platform) (cost.Measured, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return cost.Measured{}, err
	}
	m, err := cost.ParseMeasured(data)
	if err == nil && m.Platform != platform {
		err = fmt.Errorf("%s was measured on %s", file, m.Platform)
	}
	return m, err
}

func (p *program) costTable(c cost.Comparison) error {
	m := c.Measured
	per := func(n int64) float64 { return float64(n) / float64(m.Orders) }
	fmt.Fprintf(p.out, "An order is %.3g requests and %.3g events, %.3g messages to functions and %.3g to views.\n\n",
		per(m.Requests), per(m.Events), per(m.Handled), per(m.Viewed))
	if err := c.Bill.Write(p.out); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "\nThe same orders with the textbook's inbox and outbox: %.2f, not %.2f (docs/cost.md)\n\n", c.Textbook.OrdersUSD, c.Bill.OrdersUSD)
	for _, text := range c.Bill.Assumed(m, c.Fixed) {
		fmt.Fprintln(p.out, "-", text)
	}
	return nil
}

func (p *program) costJSON(c cost.Comparison, warnings []string) error {
	if warnings == nil {
		warnings = []string{}
	}
	e := json.NewEncoder(p.out)
	e.SetIndent("", "  ")
	return e.Encode(struct {
		cost.Comparison

		Prices   cost.Table `json:"prices"`
		Fans     []cost.Fan `json:"fans"`
		Warnings []string   `json:"warnings"`
	}{c, cost.Prices(c.Bill.Platform), cost.Fans(p.app), warnings})
}
