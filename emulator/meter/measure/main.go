// Command measure runs orders on a cloud's emulators, and writes what they used of
// what the cloud bills for, for the command onevent cost.
//
//	go run ./emulator/meter/measure -platform gcp
//	go run ./emulator/meter/measure -platform aws
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/onevent/onevent/emulator/meter"
	"github.com/onevent/onevent/flow/cost"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(1) //nolint:gocritic // the process ends
	}
}

func run(ctx context.Context, args []string) (err error) {
	flags := flag.NewFlagSet("measure", flag.ContinueOnError)
	name := flags.String("platform", "gcp", "`cloud` to measure: gcp or aws")
	orders := flags.Int("orders", 25, "how many `orders` to run, at most about 30")
	folder := flags.String("folder", "functions/deploy/measured", "`folder` of the file that is written, PLATFORM.json")
	if err := flags.Parse(args); err != nil {
		return err
	}
	platform, err := cost.ParsePlatform(*name)
	if err != nil {
		return err
	}
	if *orders < 1 || flags.NArg() > 0 {
		return errors.New("-orders is at least 1, and there are no other words")
	}
	place, err := meter.Open(ctx, platform)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, place.Close()) }()
	m, err := meter.Measure(ctx, place, *orders)
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	file := filepath.Join(*folder, *name+".json")
	fmt.Fprintln(os.Stderr, file)
	return os.WriteFile(file, append(data, '\n'), 0o644) //nolint:gosec // part of the source
}
