package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/edge"
)

// check says whether the application of this program holds together; it needs no
// system.
func check(p *program, _ *flag.FlagSet) func(context.Context, []string) error {
	return func(_ context.Context, words []string) error {
		if len(words) > 0 {
			return usageError("check takes no words")
		}
		err := flow.Check(p.app)
		if problems, ok := errors.AsType[*flow.CheckError](err); ok {
			for _, text := range problems.Problems {
				fmt.Fprintln(p.out, p.paint(red, "✗"), text)
			}
			return fmt.Errorf("%d problems", len(problems.Problems))
		}
		if err == nil {
			fmt.Fprintf(p.out, "%s %d events, %d functions: one function for each event, nothing undeclared, every flow can end\n",
				p.paint(green, "✓"), len(p.app.Events.Types()), len(p.app.Functions))
		}
		return err
	}
}

// listEvents lists the events of the application.
func listEvents(p *program, _ *flag.FlagSet) func(context.Context, []string) error {
	return func(ctx context.Context, _ []string) error {
		var answer struct {
			Events []edge.EventInfo `json:"events"`
		}
		if err := p.describe(ctx, "/events", &answer, func() { answer.Events = edge.Events(p.app) }); err != nil {
			return err
		}
		rows := [][]string{{"EVENT", "FUNCTION", "VIEWS", "EMITTED BY"}}
		for _, e := range answer.Events {
			function := e.Function
			if function == "" {
				function = "(final)"
			}
			rows = append(rows, []string{e.Type, function, joined(e.Taps), joined(e.Emitters)})
		}
		p.table(rows)
		return nil
	}
}

// listFunctions lists the functions of the application.
func listFunctions(p *program, _ *flag.FlagSet) func(context.Context, []string) error {
	return func(ctx context.Context, _ []string) error {
		var answer struct {
			Functions []edge.FunctionInfo `json:"functions"`
		}
		if err := p.describe(ctx, "/functions", &answer, func() { answer.Functions = edge.Functions(p.app) }); err != nil {
			return err
		}
		rows := [][]string{{"FUNCTION", "KIND", "ON", "EMITS"}}
		for _, f := range answer.Functions {
			on := joined(f.Inputs)
			if len(f.Inputs) > 1 {
				on = fmt.Sprintf("%d events", len(f.Inputs))
			}
			rows = append(rows, []string{f.Name, string(f.Kind), on, joined(f.Outputs)})
		}
		p.table(rows)
		return nil
	}
}

// describe asks the system that is named, or else describes the application of
// this program.
func (p *program) describe(ctx context.Context, path string, into any, own func()) error {
	if p.addr == "" && p.getenv("ONEVENT_ADDR") == "" {
		own()
		return nil
	}
	return p.get(ctx, path, nil, into)
}

// picture draws the application of this program.
func picture(p *program, _ *flag.FlagSet) func(context.Context, []string) error {
	return func(context.Context, []string) error {
		_, err := fmt.Fprint(p.out, flow.Mermaid(p.app))
		return err
	}
}

// version tells of which module, version and platform this program is.
func version(p *program, _ *flag.FlagSet) func(context.Context, []string) error {
	return func(context.Context, []string) error {
		info, ok := debug.ReadBuildInfo()
		if !ok {
			return errors.New("this program does not know its version")
		}
		_, err := fmt.Fprintln(p.out, "onevent", info.Main.Version, info.GoVersion, runtime.GOOS+"/"+runtime.GOARCH)
		return err
	}
}
