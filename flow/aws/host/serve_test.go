package host_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/aws/host"
	"github.com/onevent/onevent/flow/aws/lambda"
	"github.com/onevent/onevent/flow/driver"
)

// asProgram has the test binary be the program of a function.
const asProgram = "ONEVENT_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) == "" {
		os.Exit(m.Run())
	}
	h := host.Host{
		Queues: &queues{},
		Functions: map[string]function{"f": func(_ context.Context, m driver.Message) error {
			switch m.ID {
			case "bad":
				return errors.New("refused")
			case "crash":
				os.Exit(7)
			}
			return nil
		}},
		Tick: func(context.Context) error { return errors.New("not all done") },
	}
	if err := h.Serve(context.Background(), os.Getenv("FUNCTION_TARGET")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// The host speaks the runtime API as a program of its own, also after it crashed.
func TestServe(t *testing.T) {
	t.Parallel()
	runtime, err := lambda.NewRuntime(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- lambda.Instances{Program: os.Args[0], Env: []string{asProgram + "=1"}, Output: os.Stderr}.Run(ctx, runtime)
	}()
	t.Cleanup(func() {
		cancel()
		if err := errors.Join(<-ended, runtime.Close()); err != nil {
			t.Error(err)
		}
	})
	answer, err := runtime.Invoke(t.Context(), "f", batchOf("onevent-f", "a s/1", "bad s/2"), time.Minute)
	if got := failures(t, answer, err); len(got) != 1 || got[0] != "m1" {
		t.Errorf("failed: %v", got)
	}
	if _, err := runtime.Invoke(t.Context(), "f", []byte(`{"detail-type":"Scheduled Event"}`), time.Minute); !errors.Is(err, lambda.ErrFunction) || !strings.Contains(err.Error(), "not all done") {
		t.Errorf("a tick that failed: %v", err)
	}
	if _, err := runtime.Invoke(t.Context(), "f", batchOf("onevent-f", "crash s/1"), 2*time.Second); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a program that crashed: %v", err)
	}
	answer, err = runtime.Invoke(t.Context(), "f", batchOf("onevent-f", "a s/1"), time.Minute)
	if got := failures(t, answer, err); len(got) != 0 {
		t.Errorf("failed after the crash: %v", got)
	}
}
