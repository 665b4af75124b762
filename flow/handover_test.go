package flow_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
)

// newApart returns a rig whose tick runs no function.
func newApart(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	r.apart = true
	return r
}

// handedOver returns the messages on their way that hand something over to a function.
func (r *rig) handedOver(function string) []driver.Message {
	return slices.DeleteFunc(r.Waiting(), func(m driver.Message) bool {
		return m.Attributes["handoverto"] != function || m.Subscription != function
	})
}

func TestRetryIsHandedOver(t *testing.T) {
	t.Parallel()
	r := newApart(t)
	r.press("later", "h") // its function waits for another light, and says when to try again
	r.Run()
	r.press("a", "h")
	r.Run()
	if ticked := r.tick(time.Hour); ticked.HandedOver != 1 || ticked.Retried != 0 {
		t.Fatalf("%+v", ticked)
	}
	if n := strings.Count(r.story(), "meter.counted"); n != 1 || len(r.handedOver("count-light")) != 1 {
		t.Fatalf("the tick ran the function: counted %d; on their way %v", n, r.Waiting())
	}
	r.Run()
	if n := strings.Count(r.story(), "meter.counted"); n != 2 {
		t.Fatalf("counted %d: %s", n, r.story())
	}
	if ticked := r.tick(time.Hour); ticked.HandedOver != 0 {
		t.Fatalf("what was done is handed over again: %+v", ticked)
	}
}

// What is handed over and lost is handed over again; what comes twice, or late, is
// tried once.
func TestHandoverIsLostAndDoubled(t *testing.T) {
	t.Parallel()
	r := newApart(t)
	r.press("jam", "h")
	r.Run()
	before := r.parked()[0]
	if _, err := r.System().RedriveAll(t.Context(), flow.Selection{}, 0); err != nil {
		t.Fatal(err)
	}
	r.tick(0)
	r.Lose()
	if ticked := r.tick(time.Second); ticked.HandedOver != 0 {
		t.Fatalf("handed over again at once: %+v", ticked)
	}
	if ticked := r.tick(time.Hour); ticked.HandedOver != 1 {
		t.Fatalf("not handed over again: %+v", ticked)
	}
	m := r.handedOver("count-light")[0]
	for range 5 {
		if err := r.System().Deliver(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if after := r.parked()[0]; after.Attempts != before.Attempts+1 || after.Redrives != 1 {
		t.Fatalf("%d attempts and %d redrives, from %d", after.Attempts, after.Redrives, before.Attempts)
	}
}

func TestUnreadableMessageIsHandedOver(t *testing.T) {
	t.Parallel()
	r := newApart(t)
	raw := driver.Message{ID: "1", Topic: "light.switched_on", Subscription: "count-light", Data: []byte("no JSON")}
	if err := r.System().Deliver(t.Context(), raw); err != nil {
		t.Fatal(err)
	}
	done, err := r.System().Redrive(t.Context(), r.parked()[0].ID)
	if done || err != nil {
		t.Fatalf("%v, %v", done, err)
	}
	r.tick(0)
	r.Run()
	if p := r.parked(); len(p) != 1 || p[0].Redrives != 1 || string(p[0].Message.Data) != "no JSON" {
		t.Fatalf("parked %+v", p)
	}
}

// A message that nobody here can do is left to what the tick does next.
func TestHandoverOfAKindThatIsNotKnown(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := message(r.press("a", "h").Events[0], "count-light")
	m.Attributes["handoverto"], m.Attributes["handoverkind"] = "count-light", "of tomorrow"
	if err := r.System().Deliver(t.Context(), m); err != nil || strings.Contains(r.story(), "meter.counted") {
		t.Fatalf("%v: %s", err, r.story())
	}
}

func TestDeadLetterThatHandsOver(t *testing.T) {
	t.Parallel()
	r := newApart(t)
	r.press("jam", "h")
	r.Run()
	before := r.parked()[0]
	if _, err := r.System().RedriveAll(t.Context(), flow.Selection{}, 0); err != nil {
		t.Fatal(err)
	}
	r.tick(0)
	if err := r.System().Bury(t.Context(), r.handedOver("count-light")[0]); err != nil {
		t.Fatal(err)
	}
	if after := r.parked(); len(after) != 1 || len(after[0].History) != len(before.History)+1 || after[0].Redrives != 1 {
		t.Fatalf("parked %+v, before %+v", after, before)
	}
}
