package main

import (
	"fmt"
	"regexp"

	"github.com/onevent/onevent/flow/cost"
)

const costIntro = `# What it costs

Written by ` + "`onevent cost -markdown`" + `; a test holds it. ` + "`onevent cost -h`" + ` tells how to ask for other numbers
of orders, durations, editions and batches. Counts are measured, on the cloud's emulators with the drivers that run in
production; how long a function takes is assumed; prices are list prices with their sources, below.

Beside it stands what the same messages cost in the usual design, a table of states with an inbox and an outbox, counted in
its favour: for each message of a function, and each request, 3 reads (inbox, state, outbox), 3 writes (inbox, state and
outbox, in a transaction) and 1 delete; for each message of a view 2 reads and 2 writes. Everything in it is small, the
outbox is never polled in vain, and nothing is kept of what was decided.
What is measured here has all that an order ever costs: also its deadlines, and the sweep that reads every record again
to see that nothing was lost.

`

// costMarkdown prints the document.
func (p *program) costMarkdown(c costing) error {
	var all []cost.Comparison
	for _, platform := range []cost.Platform{cost.GCP, cost.AWS} {
		compared, err := p.compare(c, platform)
		if err != nil {
			return err
		}
		all = append(all, compared)
	}
	fmt.Fprint(p.out, costIntro)
	if err := cost.Markdown(p.out, all...); err != nil {
		return err
	}
	if err := p.costVariants(all); err != nil {
		return err
	}
	p.costGraph()
	return nil
}

// A variant is another way to run the same orders.
type variant struct {
	platform cost.Platform
	what     string
	change   func(*cost.Assumptions)
}

func variants() []variant {
	return []variant{
		{cost.GCP, "as above", func(*cost.Assumptions) {}},
		{cost.GCP, "10 messages at once in an instance (`packing = \"service\"` helps)", func(a *cost.Assumptions) { a.Together = 10 }},
		{cost.GCP, "Firestore's Enterprise edition", func(a *cost.Assumptions) { a.Enterprise = true }},
		{cost.GCP, "both", func(a *cost.Assumptions) { a.Together, a.Enterprise = 10, true }},
		{cost.AWS, "as above", func(*cost.Assumptions) {}},
		{cost.AWS, "10 messages in an invocation", func(a *cost.Assumptions) { a.Together = 10 }},
		{cost.AWS, "5 pollers at each queue, the most when idle", func(a *cost.Assumptions) { a.Pollers = 5 }},
	}
}

// costVariants prints what changes the bill.
func (p *program) costVariants(all []cost.Comparison) error {
	fmt.Fprint(p.out, "\n## What changes it\n\n| | | orders | idle | USD a month |\n|---|---|---:|---:|---:|\n")
	for _, v := range variants() {
		for _, c := range all {
			if c.Bill.Platform != v.platform {
				continue
			}
			a := c.Bill.Assumptions
			v.change(&a)
			b, err := cost.For(c.Measured, c.Fixed, a)
			if err != nil {
				return err
			}
			fmt.Fprintf(p.out, "| %s | %s | %.2f | %.2f | %.2f |\n", v.platform.Name(), v.what, b.OrdersUSD, b.IdleUSD, b.TotalUSD)
		}
	}
	return nil
}

// costGraph prints what the bindings allow.
func (p *program) costGraph() {
	fmt.Fprint(p.out, "\n## What can follow\n\nFrom one command or webhook, if every function emitted each of its events once: most emit one of several.\n\n"+
		"| command | messages at most |\n|---|---:|\n")
	for _, fan := range cost.Fans(p.app) {
		fmt.Fprintf(p.out, "| %s | %d |\n", fan.Input, fan.Messages)
	}
	fmt.Fprint(p.out, "\n`onevent check` refuses events that lead to each other without a way out. Those with a way out run until a function\n"+
		"takes it: nothing counts their rounds, so `onevent cost` and `onevent infra check` warn of them.\n\n")
	places := regexp.MustCompile(` \([^()]*\.go:\d+\)`) // they change with every line
	for _, w := range cost.Warnings(p.app, cost.Limits{}) {
		fmt.Fprintln(p.out, "-", places.ReplaceAllString(w, ""))
	}
}
