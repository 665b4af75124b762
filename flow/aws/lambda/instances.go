package lambda

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/onevent/onevent/flow/clock"
	"github.com/onevent/onevent/flow/internal/process"
)

// restartAfter is how long an instance that ended is left alone.
const restartAfter = 200 * time.Millisecond

// Instances are processes of one program, each of which handles one invocation at a
// time.
type Instances struct {
	// Program is the path of the program.
	Program string
	// Env is added to the environment of this process.
	Env []string
	// Apart says that Env is all of their environment, as it is on Lambda.
	Apart bool
	// Count is how many there are; 0 means one.
	Count int
	// Output takes what they write; nil: nobody does.
	Output *os.File
}

// Run keeps the instances running until ctx ends, and waits for their end. One that
// ends is started again, as Lambda does.
func (i Instances) Run(ctx context.Context, r *Runtime) error {
	env := append(slices.Clip(i.Env), "AWS_LAMBDA_RUNTIME_API="+r.Address)
	program := process.Program{Args: []string{i.Program}, Env: env, Apart: i.Apart, Output: i.Output}
	var running sync.WaitGroup
	errs := make(chan error, max(i.Count, 1))
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for range max(i.Count, 1) {
		running.Go(func() {
			if err := keep(ctx, program); err != nil {
				errs <- err
				cancel()
			}
		})
	}
	running.Wait()
	select {
	case err := <-errs:
		return fmt.Errorf("lambda: %w", err)
	default:
		return nil
	}
}

// keep keeps one process running until ctx ends.
func keep(ctx context.Context, program process.Program) error {
	for {
		p, err := process.Start(context.WithoutCancel(ctx), program)
		if err != nil {
			return err
		}
		select {
		case <-p.Ended():
		case <-ctx.Done():
			p.End()
			return nil
		}
		if clock.Sleep(ctx, restartAfter) != nil {
			return nil //nolint:nilerr // the end of ctx is no failure
		}
	}
}
