package cost

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// Name returns what people call a platform.
func (p Platform) Name() string {
	if p == AWS {
		return "AWS"
	}
	return "Google Cloud"
}

// Write writes a bill as a table for people.
func (b Bill) Write(w io.Writer) error {
	var s strings.Builder
	fmt.Fprintf(&s, "%s, %s: %s orders a month\n\n", b.Platform.Name(), b.Region, grouped(b.Assumptions.Orders))
	row := func(usd, quantity, what string) {
		s.WriteString(strings.TrimRight(fmt.Sprintf("%12s  %18s  %s", usd, quantity, what), " ") + "\n")
	}
	section := func(title string, lines []Line, usd float64) {
		for _, l := range lines {
			row(amount(l.USD), grouped(l.Quantity), l.Service+": "+l.Unit)
		}
		row(amount(usd), "", title)
		s.WriteString("\n")
	}
	row("USD", "", "")
	section("ORDERS", b.Orders, b.OrdersUSD)
	section("IDLE, without any order", b.Idle, b.IdleUSD)
	if b.Assumptions.FreeTier {
		section("FREE TIER", b.Free, b.FreeUSD)
	}
	row(amount(b.TotalUSD), "", "A MONTH")
	_, err := io.WriteString(w, s.String())
	return err
}

// Assumed returns what a bill takes for granted, one sentence each.
func (b Bill) Assumed(m Measured, f Fixed) []string {
	a := b.Assumptions
	memory := fmt.Sprintf("%d MiB for functions and %d MiB for the edge and the tick, as deployed", f.MemoryMiB, f.EdgeMiB)
	if a.MemoryMiB > 0 {
		memory = fmt.Sprintf("%d MiB", a.MemoryMiB)
	}
	all := []string{
		fmt.Sprintf("Measured on %s with %d %s. Contention, redelivery and failure cost more, refused orders less.", m.Date, m.Orders, m.What),
		fmt.Sprintf("Not measured: %s for each message and request, with %s.", short(a.Duration), memory),
	}
	if b.Platform == AWS {
		all = append(all,
			fmt.Sprintf("%s in an invocation of Lambda; %d pollers at each of %d queues ask every 20 s, and twice as many cost twice that.", messages(a.Together), a.Pollers, f.Queues),
			"A view of few documents for each key: an item is billed by its size.")
	} else {
		all = append(all, fmt.Sprintf("%s at once in an instance of Cloud Run, whose time is rounded up to 100 ms; with 1 vCPU.", messages(a.Together)))
		if a.Enterprise {
			all = append(all, "The Enterprise edition, without the indexes that views need there.")
		}
	}
	return append(all,
		"What the orders store is billed for one month; it is kept for ever. What a document grows by later, what an index stores, and backups are not in it.",
		fmt.Sprintf("A tick every %s. Logs, traffic to the internet, the registry of images, reads of the edge and taxes are not in it.", short(f.Tick)),
		fmt.Sprintf("List prices of %s in %s.", b.Prices, b.Region))
}

// short returns a time without what is zero: 1m, not 1m0s.
func short(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	return text
}

func messages(n float64) string {
	if n == 1 {
		return "One message"
	}
	return strconv.FormatFloat(n, 'f', -1, 64) + " messages"
}

// amount returns an amount of USD: in cents, or more exactly where that would be
// nothing.
func amount(usd float64) string {
	if usd != 0 && math.Abs(usd) < 0.005 {
		return strconv.FormatFloat(usd, 'f', 4, 64)
	}
	sign := ""
	if usd < 0 {
		sign, usd = "-", -usd
	}
	cents := math.Round(usd * 100)
	whole := math.Floor(cents / 100)
	return fmt.Sprintf("%s%s.%02.0f", sign, thousands(whole), cents-100*whole)
}

// grouped returns a quantity: whole, or with three digits where it is small.
func grouped(n float64) string {
	if n < 100 && n != math.Trunc(n) {
		return strconv.FormatFloat(n, 'g', 3, 64)
	}
	return thousands(math.Round(n))
}

// thousands returns a whole number, at least 0, with a comma at every three digits.
func thousands(n float64) string {
	digits := strconv.FormatFloat(n, 'f', 0, 64)
	var s strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			s.WriteByte(',')
		}
		s.WriteRune(d)
	}
	return s.String()
}
