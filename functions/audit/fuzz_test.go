package audit_test

import (
	"strings"
	"testing"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/functions/audit"
)

// FuzzCheck audits logs that no system wrote, one event a line: its type, its
// stream and its data. The report adds up, and tells a limited number of wrongs.
func FuzzCheck(f *testing.F) {
	f.Add("credit.account_opened credit/alice {\"account\":\"alice\",\"limit\":100}\norder.created order/1 {\"order\":\"1\",\"consumer\":\"alice\",\"total\":100}\n" +
		"credit.reserved credit/alice {\"account\":\"alice\",\"order\":\"1\",\"amount\":100}\norder.cancelled order/1 {\"order\":\"1\"}\ncredit.released credit/alice {\"account\":\"alice\",\"order\":\"1\",\"amount\":100}")
	f.Add("order.completed order/1 {\"order\":\"1\"}\norder.completed order/1 {\"order\":\"1\"}\norder.cancelled order/1 null")
	f.Add("credit.captured x {\"amount\":-9223372036854775808}\npayment.captured y {\"amount\":9223372036854775807}\nticket.created z []\nx\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		var log []flow.Recorded
		for line := range strings.Lines(text) {
			words := strings.SplitN(strings.TrimSuffix(line, "\n"), " ", 3)
			if len(words) == 3 {
				log = append(log, flow.Recorded{Type: words[0], Stream: words[1], Seq: uint64(len(log) + 1), Data: []byte(words[2])})
			}
		}
		report, err := audit.Check(reading(log, nil))
		if err != nil {
			return // an event that can't be read
		}
		if report.Orders != report.Completed+report.Cancelled+report.Open || len(report.Violations) > audit.MaxViolations {
			t.Fatalf("%+v", report)
		}
		if wrong := report.Err(); (wrong == nil) != (len(report.Violations) == 0) {
			t.Fatalf("%v of %+v", wrong, report)
		}
	})
}
