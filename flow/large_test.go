package flow_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
)

// A large event goes all the way: from the command through the log and the
// broker, which carries only where it is, to functions and views.
func TestLargeEvents(t *testing.T) {
	t.Parallel()
	for _, size := range []int{199_000, 201_000, 1_100_000, 3_999_000} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			// A house of that name has no meter, so what takes it are the log, the
			// broker and the lights.
			house := strings.Repeat("h", size)
			receipt := r.press("a", house)
			if len(receipt.Events[0].Data) < size {
				t.Fatalf("the event has %d bytes", len(receipt.Events[0].Data))
			}
			for _, m := range r.Waiting() {
				if size > 200_000 && (len(m.Data) > 0 || m.Attributes["dataref"] != "/streams/light/a") || size < 200_000 && len(m.Data) < size {
					t.Fatalf("a message of %d bytes for %s refers to %q", len(m.Data), m.Subscription, m.Attributes["dataref"])
				}
			}
			r.Run()
			if got, want := r.document("lights", "a"), `{"story":["on"],"on":true}`; got != want {
				t.Fatalf("document %s, want %s", got, want)
			}
			parked := r.parked()
			if len(parked) != 1 || !parked[0].Rejected || !strings.Contains(parked[0].Error, "the limit is 128") {
				t.Fatalf("parked %+v", parked)
			}
		})
	}
}

func TestTooLargeIsRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	body := fmt.Appendf(nil, `{"light":"a","house":%q}`, strings.Repeat("h", flow.MaxCommandBytes))
	if _, err := r.Send(flow.Request{Command: "light.press", Body: body}); !errors.Is(err, driver.ErrTooLarge) || !strings.Contains(err.Error(), "4000000") {
		t.Fatalf("error %.200v", err)
	}
	if r.story() != "" {
		t.Fatal("something was recorded")
	}
}

// A dead letter that refers to its data is buried and redriven with it.
func TestReferenceIsBuriedAndRedriven(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.press("a", strings.Repeat("h", 300_000))
	for _, m := range r.Waiting() {
		if m.Subscription == "lights" {
			if err := r.System().Bury(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
	}
	r.Lose()
	parked := r.parked()
	if len(parked) != 1 || parked[0].Function != "lights" {
		t.Fatalf("parked %d", len(parked))
	}
	if _, err := r.System().Redrive(t.Context(), parked[0].ID); err != nil {
		t.Fatal(err)
	}
	if got := r.document("lights", "a"); got != `{"story":["on"],"on":true}` {
		t.Fatalf("document %s", got)
	}
}
