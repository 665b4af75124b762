package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/onevent/onevent/flow"
)

// crashVariable is the environment variable that has the emulator kill itself at
// a point of the algorithm, as in "handle.committed:3": when that is reached for
// the third time.
const crashVariable = "ONEVENT_CRASH_AT"

// A reach is what a platform calls at each point; see driver.Platform.
type reach func(ctx context.Context, point string) error

// crashing returns a reach that kills the process at the point that text names,
// and else goes on to next. If text is empty it is next itself.
func crashing(text string, next reach) (reach, error) {
	if text == "" {
		return next, nil
	}
	point, count, _ := strings.Cut(text, ":")
	n, err := strconv.ParseInt(count, 10, 64)
	if err != nil || n < 1 || !slices.Contains(flow.Points(), point) {
		return nil, fmt.Errorf("%s=%q is not point:n, with n from 1 and a point of %s", crashVariable, text, strings.Join(flow.Points(), " "))
	}
	var reached atomic.Int64
	return func(ctx context.Context, p string) error {
		if p == point && reached.Add(1) == n {
			return crash(ctx)
		}
		if next == nil {
			return nil
		}
		return next(ctx, p)
	}, nil
}

// crash ends the process as kill -9 does: nothing is closed, flushed or said.
func crash(ctx context.Context) error {
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Kill()
	}
	if err != nil {
		return fmt.Errorf("%s: %w", crashVariable, err)
	}
	<-ctx.Done() // no step after the point is taken, however long dying takes
	return ctx.Err()
}
