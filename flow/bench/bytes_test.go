package bench_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/bench/hop"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/memory"
)

// A weighingLog counts the commits of events, and the bytes that they store.
type weighingLog struct {
	driver.Log
	commits, bytes int
}

func (l *weighingLog) Commit(ctx context.Context, c driver.Commit) error {
	if len(c.Items) == 0 { // a command has an outbox entry
		l.commits++
		l.bytes += len(c.Record.Body) + len(c.Head.State)
	}
	return l.Log.Commit(ctx, c)
}

// BenchmarkStoredBytes weighs what a handled event stores, besides the event's own
// data: the record's body and the head's state.
func BenchmarkStoredBytes(b *testing.B) {
	store := memory.New()
	log := &weighingLog{Log: store}
	w := flowtest.NewWorld(b, hop.App(false), &driver.Platform{Log: log, Views: store.Views(), Agenda: store.Agenda()})
	data := 0
	for i := range b.N {
		body := fmt.Appendf(nil, `{"chain":"c%08d","sent":1,"fill":%q}`, i, fill)
		data = len(body)
		if _, err := w.Send(flow.Request{Command: "hop.start", Body: body}); err != nil {
			b.Fatal(err)
		}
		w.Run()
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(log.bytes)/float64(log.commits), "bytes/handled")
	b.ReportMetric(float64(data), "bytes/data")
}
