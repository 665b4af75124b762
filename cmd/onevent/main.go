// Command onevent looks at a system and talks to it: one that runs, over HTTP, or
// the data folder of one that does not. See its help.
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

	"github.com/onevent/onevent/functions"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	p := &program{
		app: functions.App(functions.Settings{}), in: os.Stdin, out: os.Stdout, err: os.Stderr,
		getenv: os.Getenv, colour: isTerminal(os.Stdout),
	}
	os.Exit(p.run(ctx, os.Args[1:]))
}

// errUsage marks errors of the command line itself.
var errUsage = errors.New("usage")

func usageError(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errUsage, fmt.Sprintf(format, args...))
}

// A verb is one of the program's commands.
type verb struct {
	name, args, summary string
	// help are examples, one a line.
	help string
	// flags declares the verb's own flags, and returns what it does with the
	// words that follow them.
	flags func(p *program, f *flag.FlagSet) func(ctx context.Context, words []string) error
}

func verbs() []verb {
	return []verb{
		{"check", "", "say whether the application holds together", "onevent check", check},
		{"events", "", "list what can happen, and who reacts", "onevent events", listEvents},
		{"functions", "", "list what is done about it", "onevent functions", listFunctions},
		{"send", "COMMAND [key=value…]", "send a command", `onevent send order.cancel order=42
onevent send order.place -f order.json
onevent send order.place order=42 consumer=alice restaurant=roma items='[{"name":"pizza","quantity":1,"price":950}]'`, send},
		{"log", "", "print the log", "onevent log -f\nonevent log -stream order/42\nonevent log -type order.created -json", printLog},
		{"flow", "ID", "print the chained reaction of a flow as a tree", "onevent flow order/42\nonevent flow 42\nonevent flow 4a4d49b5829f2930cfb1e5dd394f83eb", printFlow},
		{"view", "NAME [KEY]", "print documents of a view", "onevent view order-summary 42\nonevent view order-summary -where status=completed", printView},
		{"parked", "", "list what was given up, or handle it again", "onevent parked\nonevent parked -redrive ID", parked},
		{"picture", "", "draw events and functions as a Mermaid flowchart", "onevent picture > picture.mmd", picture},
	}
}

const intro = `onevent looks at a system, and talks to it.

  onevent VERB [flags] [words]

`

const outro = `
Every verb takes -addr URL, the system's address (default: $ONEVENT_ADDR, or
http://127.0.0.1:8080), or -data DIR, the data folder of an emulator; which, to
send, must not run. onevent VERB -h tells more.

Exit codes: 0 done, 1 failed, 2 the command line is wrong.
`

// run runs one verb and returns the exit code.
func (p *program) run(ctx context.Context, args []string) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "-help" || args[0] == "--help" {
		overview(p.out)
		return 0
	}
	for _, v := range verbs() {
		if v.name == args[0] {
			return p.exit(p.runVerb(ctx, v, args[1:]))
		}
	}
	return p.exit(usageError("there is no verb %q; onevent help lists them", args[0]))
}

func overview(w io.Writer) {
	fmt.Fprint(w, intro)
	for _, v := range verbs() {
		fmt.Fprintf(w, "  %-28s %s\n", v.name+" "+v.args, v.summary)
	}
	fmt.Fprint(w, outro)
}

func (p *program) runVerb(ctx context.Context, v verb, args []string) error {
	flags := flag.NewFlagSet("onevent "+v.name, flag.ContinueOnError)
	flags.SetOutput(p.err)
	flags.StringVar(&p.addr, "addr", "", "`URL` of the system (default $ONEVENT_ADDR or http://127.0.0.1:8080)")
	flags.StringVar(&p.data, "data", "", "data `folder`, instead of a running system")
	flags.Usage = func() {
		fmt.Fprintf(p.err, "onevent %s [flags] %s: %s\n\n", v.name, v.args, v.summary)
		flags.PrintDefaults()
		fmt.Fprintf(p.err, "\n%s\n", v.help)
	}
	do := v.flags(p, flags)
	words, err := parseMixed(flags, args)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return errUsage // the flag package has told why
	}
	defer p.close() //nolint:contextcheck // closing is not to be cut short
	return do(ctx, words)
}

// parseMixed parses flags wherever they stand among the words.
func parseMixed(flags *flag.FlagSet, args []string) (words []string, err error) {
	for {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		rest := flags.Args()
		if len(rest) == 0 {
			return words, nil
		}
		if consumed := len(args) - len(rest); consumed > 0 && args[consumed-1] == "--" {
			return append(words, rest...), nil
		}
		words, args = append(words, rest[0]), rest[1:]
	}
}

// exit tells an error and returns its exit code. That nobody reads any more, or
// that somebody asked to stop, is no error.
func (p *program) exit(err error) int {
	switch {
	case err == nil || errors.Is(err, syscall.EPIPE) || errors.Is(err, context.Canceled):
		return 0
	case errors.Is(err, errUsage):
		if err.Error() != errUsage.Error() {
			fmt.Fprintln(p.err, "onevent:", err)
		}
		return 2
	}
	fmt.Fprintln(p.err, "onevent:", err)
	return 1
}
