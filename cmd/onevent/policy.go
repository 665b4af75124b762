package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/onevent/onevent/functions"
)

// policy prints who may do what in the application of this program, and what nobody
// may.
func policy(p *program, _ *flag.FlagSet) func(context.Context, []string) error {
	return func(_ context.Context, words []string) error {
		if len(words) > 0 {
			return usageError("policy takes no words")
		}
		rules := functions.Policy(settings())
		unused, err := rules.Check(p.app)
		if err != nil {
			return err
		}
		fmt.Fprint(p.out, rules.Table(p.app))
		for _, right := range unused {
			fmt.Fprintln(p.out, "nobody may:", right)
		}
		return nil
	}
}
