// Command emulator runs the whole system in one process: every function, the
// HTTP edge, the broker, the log, and the world outside. See its -help.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/onevent/onevent/flow/chaos"
	"github.com/onevent/onevent/flow/edge"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
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

// run runs the emulator until ctx ends or, with -exit, until all is done.
func run(ctx context.Context, args []string, out, errOut *os.File) error {
	started := time.Now()
	o, err := parseOptions(args, errOut)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		fmt.Fprintln(errOut, "emulator:", err, "(-help tells more)")
		return errUsage
	}
	log := slog.New(slog.NewTextHandler(errOut, &slog.HandlerOptions{Level: slog.LevelWarn}))
	var disturbance *chaos.Chaos
	if o.chaos {
		disturbance = chaos.New(o.seed, chaos.Wild())
		log = slog.New(slog.DiscardHandler) // what chaos does is no news
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:"+strconv.Itoa(o.port))
	if err != nil {
		return fmt.Errorf("port %d: %w (another -port, or -port 0 for a free one)", o.port, err)
	}
	defer listener.Close() //nolint:errcheck // the server closes it
	url := "http://" + listener.Addr().String()
	c, err := openCity(ctx, url, pacesOf(o))
	if err != nil {
		return err
	}
	defer c.close()
	if o.platform == "gcp" {
		fmt.Fprintln(errOut, "starting Google's emulators, which takes some seconds …")
	}
	p, err := openPlace(ctx, o, disturbance, log)
	if err != nil {
		return err
	}
	defer func() {
		if err := p.close(); err != nil {
			fmt.Fprintln(errOut, "emulator: close:", err)
		}
	}()
	e := &emulator{options: o, place: p, city: c, orders: newOrders(), url: url, out: out, errOut: errOut, chaos: disturbance}
	if err := e.assemble(ctx); err != nil {
		return err
	}
	e.greet(time.Since(started))
	return e.run(ctx, listener, edge.New(e.system, edge.Options{Log: log}))
}

// pacesOf returns how long things take outside: as in a film for a demo, as fast
// as may be otherwise.
func pacesOf(o options) paces {
	if o.orders > 0 {
		return paces{cooking: 50 * time.Millisecond, riding: 20 * time.Millisecond}
	}
	return paces{cooking: 2 * time.Second, riding: time.Second}
}

func acceptWithin(o options) time.Duration {
	if o.orders > 0 {
		return 2 * time.Second
	}
	return 10 * time.Second
}

func completeWithin(o options) time.Duration {
	if o.orders > 0 {
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
