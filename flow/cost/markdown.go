package cost

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// A Comparison is what the same orders cost here and in the textbook's design.
type Comparison struct {
	Measured Measured `json:"measured"`
	Fixed    Fixed    `json:"fixed"`
	Bill     Bill     `json:"bill"`
	// Textbook is the bill of what Textbook returns, without anything fixed.
	Textbook Bill `json:"textbook"`
}

// Compare returns both bills.
func Compare(m Measured, f Fixed, a Assumptions) (Comparison, error) {
	bill, err := For(m, f, a)
	if err != nil {
		return Comparison{}, err
	}
	textbook, err := For(Textbook(m), Fixed{MemoryMiB: f.MemoryMiB, EdgeMiB: f.EdgeMiB}, a)
	if err != nil {
		return Comparison{}, err
	}
	textbook.Idle, textbook.IdleUSD, textbook.TotalUSD = []Line{}, 0, textbook.OrdersUSD+textbook.FreeUSD
	return Comparison{m, f, bill, textbook}, nil
}

// By returns what the orders of a bill cost, by service, in the order of the bill.
func (b Bill) By() []Line {
	var lines []Line
	for _, l := range b.Orders {
		i := slices.IndexFunc(lines, func(other Line) bool { return other.Service == l.Service })
		if i < 0 {
			lines = append(lines, Line{Service: l.Service})
			i = len(lines) - 1
		}
		lines[i].USD += l.USD
	}
	return lines
}

// Markdown writes comparisons as a document.
func Markdown(w io.Writer, comparisons ...Comparison) error {
	var s strings.Builder
	for _, c := range comparisons {
		fmt.Fprintf(&s, "## %s\n\n", c.Bill.Platform.Name())
		c.counts(&s)
		c.bill(&s)
		c.versus(&s)
		s.WriteString("Assumed:\n\n")
		for _, text := range c.Bill.Assumed(c.Measured, c.Fixed) {
			fmt.Fprintf(&s, "- %s\n", text)
		}
		s.WriteString("\n")
	}
	s.WriteString("## Prices\n\n| service | unit | USD | for | free each month | source |\n|---|---|---:|---:|---:|---|\n")
	for _, c := range comparisons {
		for _, p := range Prices(c.Bill.Platform).Prices {
			fmt.Fprintf(&s, "| %s | %s | %s | %s | %s | <%s> |\n", p.Service, p.Unit, exact(p.USD), thousands(p.Per), grouped(p.Free), p.Source)
		}
	}
	_, err := io.WriteString(w, s.String())
	return err
}

// exact returns a price with all its digits, and two at least.
func exact(usd float64) string {
	text := fmt.Sprintf("%.4f", usd)
	for strings.HasSuffix(text, "0") && len(text)-strings.IndexByte(text, '.') > 3 {
		text = text[:len(text)-1]
	}
	return text
}

// counts writes what an order uses, here and in the textbook's design.
func (c Comparison) counts(s *strings.Builder) {
	m, t := c.Measured, Textbook(c.Measured)
	fmt.Fprintf(s, "| for each order | measured | textbook |\n|---|---:|---:|\n")
	row := func(what string, ours, theirs float64) {
		fmt.Fprintf(s, "| %s | %s | %s |\n", what, grouped(ours/float64(m.Orders)), grouped(theirs/float64(m.Orders)))
	}
	same := func(what string, n int64) { row(what, float64(n), float64(n)) }
	same("requests at the edge", m.Requests)
	same("events", m.Events)
	same("messages to functions", m.Handled)
	same("messages to views", m.Viewed)
	row("reads", float64(m.Used.Reads), float64(t.Used.Reads))
	row("writes", float64(m.Used.Writes), float64(t.Used.Writes))
	row("deletes", float64(m.Used.Deletes), float64(t.Used.Deletes))
	if m.Platform == AWS || c.Bill.Assumptions.Enterprise {
		row("read units", m.Used.ReadUnits, t.Used.ReadUnits)
		row("write units", float64(m.Used.WriteUnits), float64(t.Used.WriteUnits))
	}
	if m.Used.NewBytes > 0 {
		row("bytes that are kept", float64(m.Used.NewBytes), 0)
	}
	s.WriteString("\n")
}

// bill writes the lines of the bill.
func (c Comparison) bill(s *strings.Builder) {
	fmt.Fprintf(s, "| %s orders a month | quantity | USD |\n|---|---:|---:|\n", grouped(c.Bill.Assumptions.Orders))
	section := func(title string, lines []Line, usd float64) {
		for _, l := range lines {
			fmt.Fprintf(s, "| %s: %s | %s | %s |\n", l.Service, l.Unit, grouped(l.Quantity), amount(l.USD))
		}
		fmt.Fprintf(s, "| **%s** | | **%s** |\n", title, amount(usd))
	}
	section("orders", c.Bill.Orders, c.Bill.OrdersUSD)
	section("idle, without any order", c.Bill.Idle, c.Bill.IdleUSD)
	if c.Bill.Assumptions.FreeTier {
		section("free tier", c.Bill.Free, c.Bill.FreeUSD)
	}
	fmt.Fprintf(s, "| **a month** | | **%s** |\n\n", amount(c.Bill.TotalUSD))
}

// versus writes both bills by service.
func (c Comparison) versus(s *strings.Builder) {
	fmt.Fprintf(s, "| %s orders, USD | here | textbook | ratio |\n|---|---:|---:|---:|\n", grouped(c.Bill.Assumptions.Orders))
	row := func(what string, ours, theirs float64) {
		ratio := ""
		if ours > 0 {
			ratio = fmt.Sprintf("%.2f", theirs/ours)
		}
		fmt.Fprintf(s, "| %s | %s | %s | %s |\n", what, amount(ours), amount(theirs), ratio)
	}
	theirs := map[string]float64{}
	for _, l := range c.Textbook.By() {
		theirs[l.Service] = l.USD
	}
	for _, l := range c.Bill.By() {
		row(l.Service, l.USD, theirs[l.Service])
	}
	row("all", c.Bill.OrdersUSD, c.Textbook.OrdersUSD)
	s.WriteString("\n")
}
