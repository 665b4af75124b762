// Command onevent looks at a system and talks to it: one that runs, over HTTP, or
// the data folder of one that does not. See its help.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/functions"
	"github.com/onevent/onevent/functions/deploy"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	p := &program{
		app: application(), in: os.Stdin, out: os.Stdout, err: os.Stderr,
		getenv: os.Getenv, newKey: rand.Text, now: time.Now, asks: isTerminal(os.Stdin),
	}
	if isTerminal(os.Stdout) {
		p.colour, p.width = wantsColour(os.Getenv), widthOf(os.Getenv)
	}
	os.Exit(p.run(ctx, os.Args[1:]))
}

// settings are for what is only looked at: nothing outside is called.
func settings() functions.Settings { return deploy.Settings() }

// application returns the application as it can be deployed. Nothing outside is
// called by this program.
func application() flow.App { return deploy.App() }

// A usage is an error of the command line itself.
type usage string

func (u usage) Error() string { return string(u) }

func usageError(format string, args ...any) error { return usage(fmt.Sprintf(format, args...)) }

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
		{"parked", "[ID]", "list what was given up, show one, or handle it again", parkedHelp, parked},
		{"audit", "", "read the whole log, and say whether it adds up", auditHelp, audit},
		{"health", "", "tell which functions are paused, and which flows stalled", healthHelp, health},
		{"sim", "", "run the application while everything goes wrong, and check what is promised", simHelp, simulate},
		{"picture", "", "draw events and functions as a Mermaid flowchart", "onevent picture > picture.mmd", picture},
		{"schema", "check|write|show", "hold events and commands to what was published", schemaHelp, schemaFiles},
		{"docs", "[KIND]", "write AsyncAPI, OpenAPI, EventCatalog and a page", docsHelp, documents},
		{"policy", "", "print who may do what", "onevent policy", policy},
		{"infra", "write|check|show", "describe what the application needs of a cloud", infraHelp, infrastructure},
		{"cost", "", "tell what a month costs on a cloud", costHelp, costs},
		{"webhook", "replay", "send again what webhooks took", webhookHelp, webhooks},
		{"version", "", "tell the program's version", "onevent version", version},
	}
}

const intro = `onevent looks at a system, and talks to it.

  onevent VERB [flags] [words]

`

const outro = `
Every verb takes -addr URL, the system's address (default: $ONEVENT_ADDR, or
http://127.0.0.1:8080), or -data DIR, the data folder of an emulator; which, to
send or redrive, must not run. onevent VERB -h tells more. A system that wants
to know who asks is sent the token in $ONEVENT_TOKEN.

Exit codes: 0 done, 1 failed, 2 the command line is wrong.
`

// run runs one verb and returns the exit code.
func (p *program) run(ctx context.Context, args []string) int {
	to := &sink{Writer: p.out}
	p.out = to
	err := p.dispatch(ctx, args)
	if to.err != nil {
		err = fmt.Errorf("the output is cut off: %w", to.err)
	}
	return p.exit(err)
}

func (p *program) dispatch(ctx context.Context, args []string) error {
	help := len(args) == 0 || slices.Contains([]string{"help", "-h", "-help", "--help"}, args[0])
	if help && len(args) < 2 {
		overview(p.out)
		return nil
	}
	if help {
		args = []string{args[1], "-h"}
	}
	for _, v := range verbs() {
		if v.name == args[0] {
			return p.runVerb(ctx, v, args[1:])
		}
	}
	return usageError("there is no verb %q; onevent help lists them", args[0])
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
	flags.SetOutput(io.Discard) // errors are told once, by exit
	flags.StringVar(&p.addr, "addr", "", "`URL` of the system (default $ONEVENT_ADDR or http://127.0.0.1:8080)")
	flags.StringVar(&p.data, "data", "", "data `folder`, instead of a running system")
	do := v.flags(p, flags)
	words, err := parseMixed(flags, args)
	if errors.Is(err, flag.ErrHelp) {
		p.explain(v, flags)
		return nil
	}
	if err != nil {
		return usageError("%v; onevent %s -h shows how", err, v.name)
	}
	defer p.close() //nolint:contextcheck // closing is not to be cut short
	return do(ctx, words)
}

// explain tells what a verb does and takes, with examples.
func (p *program) explain(v verb, flags *flag.FlagSet) {
	fmt.Fprintf(p.out, "%s: %s\n\n", strings.TrimSpace("onevent "+v.name+" [flags] "+v.args), v.summary)
	flags.SetOutput(p.out)
	flags.PrintDefaults()
	fmt.Fprintf(p.out, "\n%s\n", v.help)
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

// exit tells an error and returns its exit code. That nobody reads any more is no
// error.
func (p *program) exit(err error) int {
	if err == nil || errors.Is(err, syscall.EPIPE) {
		return 0
	}
	fmt.Fprintln(p.err, "onevent:", err)
	if _, ok := errors.AsType[usage](err); ok {
		return 2
	}
	return 1
}

// A sink remembers that writing failed: a disk that is full is no success.
type sink struct {
	io.Writer
	err error
}

func (s *sink) Write(data []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.Writer.Write(data)
	s.err = err
	return n, err
}
