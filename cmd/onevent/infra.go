package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"github.com/onevent/onevent/flow/cost"
	"github.com/onevent/onevent/flow/infra"
	"github.com/onevent/onevent/functions/deploy"
)

const infraHelp = `onevent infra write          write what the application needs of a cloud, for Terraform
onevent infra check          say whether the file is up to date, and warn of what onevent cost warns of
onevent infra show           print it`

// infrastructure writes, checks or prints what the application of this program
// needs of a cloud.
func infrastructure(p *program, f *flag.FlagSet) func(context.Context, []string) error {
	file := f.String("file", "infra/functions.json", "`file` that Terraform reads")
	return func(_ context.Context, words []string) error {
		if len(words) != 1 {
			return usageError("infra takes write, check or show")
		}
		d, err := infra.Describe(p.app, deploy.Needs())
		if err != nil {
			return err
		}
		switch words[0] {
		case "write":
			return p.writeInfra(d, *file)
		case "check":
			return p.checkInfra(d, *file)
		case "show":
			return p.showInfra(d)
		}
		return usageError("infra takes write, check or show, not %q", words[0])
	}
}

func (p *program) writeInfra(d infra.Description, file string) error {
	changed, err := d.Write(file)
	if changed {
		fmt.Fprintln(p.out, file)
	}
	return err
}

func (p *program) checkInfra(d infra.Description, file string) error {
	p.warn(cost.Warnings(p.app, cost.Limits{}))
	err := d.Check(file)
	if errors.Is(err, infra.ErrStale) {
		return fmt.Errorf("%w; write it again: onevent infra write", err)
	}
	if err == nil {
		fmt.Fprintf(p.out, "%s %d functions on %d events: up to date\n", p.paint(green, "✓"), len(d.Functions), len(d.Events))
	}
	return err
}

func (p *program) showInfra(d infra.Description) error {
	data, err := d.Bytes()
	if err != nil {
		return err
	}
	_, err = p.out.Write(data)
	return err
}
