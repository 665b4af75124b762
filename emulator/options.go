package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"time"
)

// Options are what the command line says.
type options struct {
	platform string
	data     string
	port     int
	demo     bool
	orders   int
	exit     bool
	chaos    bool
	seed     uint64
	pace     time.Duration
	verbose  bool
	fast     bool
	// ackWithin is 0 for what each function asks for.
	ackWithin time.Duration
}

const usage = `The emulator runs the whole system in one process: every function, the HTTP edge,
the broker, the log, and the world outside (restaurants, couriers, a payment
provider).

  go run ./emulator -demo              places orders and tells every flow
  go run ./emulator -orders 200 -exit  places 200 orders, waits until every flow
                                       has ended, checks the whole log, exits
  go run ./emulator                    serves http://127.0.0.1:8080 and waits

What was accepted survives: stop it in any way, start it again on the same data.
SIGTERM and SIGINT let it finish what is at work; a second one ends it at once,
which does no harm either. SIGUSR2 updates it: it finishes what is at work and
becomes the program that is at its path by then, with the same arguments, process
number and port; requests wait meanwhile, and none fails. GET /healthz tells the
version. (Windows has no such signal: stop it, and start the new one.)

ONEVENT_CRASH_AT=point:n has it kill itself, as kill -9 does, when it reaches a
point of the algorithm for the n-th time, as in handle.committed:3.

Flags:
`

// parseOptions reads the command line. It returns flag.ErrHelp when it only asks
// for help, which then was written to out.
func parseOptions(args []string, out io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("emulator", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&o.platform, "platform", "local", "`local` (SQLite, in this process), gcp (Google's Firestore and Pub/Sub emulators) or aws (moto, and the program of Lambda)")
	flags.StringVar(&o.data, "data", ".onevent", "`folder` for the data of the local platform")
	flags.IntVar(&o.port, "port", 8080, "`port` of the HTTP edge on 127.0.0.1; 0 takes a free one")
	flags.BoolVar(&o.demo, "demo", false, "keep placing orders, and tell every event in a line")
	flags.IntVar(&o.orders, "orders", 0, "place `N` orders, with a fixed mix of refusals, rejections, time-outs and cancellations")
	flags.BoolVar(&o.exit, "exit", false, "with -orders: wait until every flow has ended, check the log, and exit (1 if a check fails)")
	flags.BoolVar(&o.chaos, "chaos", false, "duplicate, delay, reorder and drop messages, lose acknowledgements, kill instances")
	flags.Uint64Var(&o.seed, "seed", 1, "`seed` of the chaos")
	flags.DurationVar(&o.pace, "pace", time.Second, "with -demo: `time` between two orders")
	flags.BoolVar(&o.verbose, "v", false, "tell every event in a line, also without -demo")
	flags.BoolVar(&o.fast, "fast", false, "cook and ride in milliseconds, and wait 2 seconds for a restaurant, as with -orders")
	flags.DurationVar(&o.ackWithin, "ack-within", 0, "`time` after which an event that is not handled comes again, on the local platform; 0 is the functions' own")
	flags.Usage = func() {
		fmt.Fprint(out, usage)
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	return o, o.check(flags)
}

func (o options) check(flags *flag.FlagSet) error {
	switch {
	case flags.NArg() > 0:
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case o.platform != "local" && o.platform != "gcp" && o.platform != "aws":
		return fmt.Errorf("-platform %q is none of local, gcp and aws", o.platform)
	case o.platform == "aws" && o.chaos:
		return errors.New("-chaos does not reach the functions of -platform aws, which are programs of their own")
	case o.orders < 0:
		return errors.New("-orders is negative")
	case o.exit && o.orders == 0:
		return errors.New("-exit goes with -orders")
	case o.demo && o.orders > 0:
		return errors.New("-demo and -orders exclude each other")
	case o.port < 0 || o.port > 65535:
		return fmt.Errorf("-port %d is no port", o.port)
	case o.ackWithin < 0:
		return errors.New("-ack-within is negative")
	case o.pace <= 0:
		return errors.New("-pace is not positive")
	}
	return nil
}
