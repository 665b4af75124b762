package webhook_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/webhook"
)

var errManager = errors.New("the secret manager does not answer")

// ok says whether a request that is signed with a secret is authentic.
func ok(t *testing.T, v webhook.Verifier, secret string, now time.Time) error {
	t.Helper()
	_, err := verify(v, signGitHub(t, secret, now, []byte("x")), []byte("x"), now)
	return err
}

func TestAFetchedSecretIsUsedForAWhile(t *testing.T) {
	t.Parallel()
	calls, text, err := 0, plainSecret, error(nil)
	v := webhook.GitHub(webhook.Func(func(ctx context.Context) (string, error) {
		calls++
		if _, limited := ctx.Deadline(); !limited {
			t.Error("it may take for ever")
		}
		return text, err
	}))
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	step := func(name, secret string, after time.Duration, want error, wantCalls int) {
		t.Helper()
		now = now.Add(after)
		if got := ok(t, v, secret, now); !errors.Is(got, want) || (got == nil) != (want == nil) || calls != wantCalls {
			t.Fatalf("%s: %v after %d calls, want %v after %d", name, got, calls, want, wantCalls)
		}
	}
	step("the first", plainSecret, 0, nil, 1)
	step("within five minutes", plainSecret, 4*time.Minute, nil, 1)
	text = plainOther
	step("the new one counts", plainOther, 2*time.Minute, nil, 2)
	err = errManager
	step("the manager fails", plainOther, 6*time.Minute, nil, 3)
	step("nobody asks it at once", plainOther, 5*time.Second, nil, 3)
	step("but soon", plainOther, 10*time.Second, nil, 4)
	step("for an hour at most", plainOther, time.Hour, webhook.ErrSecrets, 5)
	step("it says why", plainOther, time.Second, errManager, 5)
	err = nil
	step("it answers again", plainOther, 10*time.Second, nil, 6)
}

func TestASecretIsFetchedByOneAtATime(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	v := webhook.GitHub(webhook.Func(func(context.Context) (string, error) { calls.Add(1); return plainSecret, nil }))
	now := arrival()
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if err := ok(t, v, plainSecret, now); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if calls.Load() != 1 {
		t.Fatalf("%d calls", calls.Load())
	}
}

// One of two secrets can't be had: what the other signed is authentic all the
// same, and of anything else nothing is known.
func TestASecretThatFailsHidesNoOther(t *testing.T) {
	t.Parallel()
	broken := webhook.Func(func(context.Context) (string, error) { return "", errManager })
	v := webhook.GitHub(broken, webhook.Text(plainSecret))
	if err := ok(t, v, plainSecret, arrival()); err != nil {
		t.Fatal(err)
	}
	if err := ok(t, v, plainOther, arrival()); !errors.Is(err, webhook.ErrSecrets) {
		t.Fatal(err)
	}
}

func TestASecretInAFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte("  "+plainSecret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := ok(t, webhook.GitHub(webhook.File(path)), plainSecret, arrival()); err != nil {
		t.Fatal(err)
	}
	if err := webhook.GitHub(webhook.File(t.TempDir())).Check(arrival()); !errors.Is(err, webhook.ErrSecrets) {
		t.Fatalf("a folder: %v", err)
	}
}

func TestASecretInTheEnvironment(t *testing.T) {
	v := webhook.GitHub(webhook.Env("ONEVENT_TEST_SECRET"))
	t.Setenv("ONEVENT_TEST_SECRET", plainSecret)
	if err := ok(t, v, plainSecret, arrival()); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ONEVENT_TEST_SECRET", plainOther)
	if err := ok(t, v, plainOther, arrival()); err != nil {
		t.Fatal(err)
	}
}
