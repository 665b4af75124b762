// Command emulator runs the whole system in one process: every function, the
// HTTP edge, the broker, the log, and the world outside. See its -help.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second signal ends the process at once
	os.Exit(exitCode(run(ctx, os.Args[1:], os.Stdout, os.Stderr)))
}

var errUsage = errors.New("usage")

// exitCode tells an error on standard error and returns the code for scripts: 0
// done, 1 failed, 2 the command line is wrong.
func exitCode(err error) int {
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errUsage):
		return 2
	}
	fmt.Fprintln(os.Stderr, "emulator:", err)
	return 1
}

// run runs the emulator until ctx ends or, with -exit, until all is done. When it
// is asked to update, it becomes the program that is at its path by then.
func run(ctx context.Context, args []string, out, errOut *os.File) error {
	updates := make(chan os.Signal, 1)
	notifyUpdates(updates)
	o, err := parseOptions(args, errOut)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		fmt.Fprintln(errOut, "emulator:", err, "(-help tells more)")
		return errUsage
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	d, err := openDoor(ctx, o.port)
	if err != nil {
		return err
	}
	defer d.close()
	e := &emulator{options: o, door: d, updates: updates, out: out, errOut: errOut}
	for {
		update, err := e.open(ctx)
		if !update || ctx.Err() != nil {
			return err
		}
		if err != nil {
			fmt.Fprintln(errOut, "emulator:", err)
		}
		fmt.Fprintln(errOut, "emulator: update:", become(program, d), "(the old version goes on)")
		notifyUpdates(updates)
		if err := d.reopen(); err != nil {
			return err
		}
	}
}

// pacesOf returns how long things take outside: as in a film for a demo, as fast
// as may be otherwise.
func pacesOf(o options) paces {
	if o.fast || o.orders > 0 {
		return paces{cooking: 50 * time.Millisecond, riding: 20 * time.Millisecond}
	}
	return paces{cooking: 2 * time.Second, riding: time.Second}
}

func acceptWithin(o options) time.Duration {
	if o.fast || o.orders > 0 {
		return 2 * time.Second
	}
	return 10 * time.Second
}

func completeWithin(o options) time.Duration {
	if o.fast || o.orders > 0 {
		return time.Minute
	}
	return 2 * time.Minute
}

// progressTo returns a function that shows one line of progress on a terminal,
// and nothing elsewhere.
func progressTo(f *os.File) func(string) {
	if !isTerminal(f) {
		return func(string) {}
	}
	return func(text string) { fmt.Fprintf(f, "\r\x1b[K%s", text) }
}

func endProgress(f *os.File, w io.Writer) {
	if isTerminal(f) {
		fmt.Fprint(w, "\r\x1b[K")
	}
}
