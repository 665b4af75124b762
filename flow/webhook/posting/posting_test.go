package posting_test

import (
	"testing"
	"time"

	"github.com/onevent/onevent/flow/webhook/posting"
)

func failed(attempt, status, retryAfter int) posting.Failed {
	return posting.Failed{
		Posting: posting.Of("a", "e-0"), Hook: "a", Event: "e-0", Attempt: attempt, Status: status, Error: "no", RetryAfter: retryAfter,
	}
}

// Each pause is what it should be, and up to a tenth more, the same each time.
func TestPauses(t *testing.T) {
	t.Parallel()
	var total time.Duration
	for i, want := range posting.Pauses() {
		total += want
		out, err := posting.Posting{}.OnFailed(failed(i+1, 500, 0))
		if err != nil || len(out) != 1 {
			t.Fatalf("%v, %v", out, err)
		}
		due, ok := out[0].(posting.Due)
		if !ok || due.Attempt != i+2 || due.Delay() < want || due.Delay() > want*11/10 {
			t.Errorf("after attempt %d: %+v", i+1, out[0])
		}
	}
	if total < 72*time.Hour || total > 96*time.Hour {
		t.Errorf("given up after %v", total)
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for seconds, want := range map[int]time.Duration{0: 5 * time.Second, 1: 5 * time.Second, 60: time.Minute, 1 << 40: posting.MaxRetryAfter, -1: 5 * time.Second} {
		out, err := posting.Posting{}.OnFailed(failed(1, 429, min(seconds, 1<<30)))
		if err != nil || len(out) != 1 {
			t.Fatalf("%v, %v", out, err)
		}
		if due, ok := out[0].(posting.Due); !ok || due.Delay() < want || due.Delay() > want*11/10 {
			t.Errorf("%d: %+v", seconds, out[0])
		}
	}
}

func TestGivenUp(t *testing.T) {
	t.Parallel()
	for name, e := range map[string]posting.Failed{"the last attempt": failed(len(posting.Pauses())+1, 500, 0), "gone": failed(1, 410, 0)} {
		out, err := posting.Posting{}.OnFailed(e)
		if err != nil || len(out) != 2 || out[0].Type() != "posting.abandoned" || out[1].Type() != "posting.hook_suspected" {
			t.Errorf("%s: %v, %v", name, out, err)
		}
	}
	if out, err := (posting.Posting{Delivered: true}).OnFailed(failed(1, 500, 0)); err != nil || len(out) != 0 {
		t.Errorf("tried again after it was delivered: %v, %v", out, err)
	}
}
