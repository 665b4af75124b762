// Command pack makes what is deployed of a program that is built for a cloud: a
// container image for Cloud Run, or a zip archive for Lambda, each with a list of the
// modules in it. It needs no container engine. scripts/image runs it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

const help = `scripts/image makes what is deployed, the same bytes from the same source and Go.

  scripts/image [gcp] [flags]  a container image for Cloud Run: one static program, CA
                               roots, user 65532, no shell
  scripts/image aws [flags]    a zip archive for Lambda's provided.al2023

Each comes with an SBOM (SPDX 2.3, JSON) of the modules in the program. What was made
is told in lines of a name and a value: digest, size, sbom and so on.

  scripts/image --push europe-west3-docker.pkg.dev/shop/onevent/onevent:1.2
  scripts/image aws --output /tmp/onevent.zip

Who may push is known from Docker's configuration, or from gcloud.
SOURCE_DATE_EPOCH is when the image says that it was made (default: when its commit was).

Exit codes: 0 made, 1 failed, 2 the command line is wrong.

Flags:
`

// A usage is an error of the command line itself.
type usage string

func (u usage) Error() string { return string(u) }

// Options are what the command line says.
type options struct {
	root, cloud, arch, output, sbom, push string
}

func run(ctx context.Context, args []string, out, problems io.Writer) int {
	o, err := parse(args, out)
	if err == nil {
		err = o.make(ctx, out)
	}
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return 0
	}
	fmt.Fprintln(problems, "image:", err)
	if _, ok := errors.AsType[usage](err); ok {
		return 2
	}
	return 1
}

// parse reads the command line. It returns flag.ErrHelp when that only asks for
// help, which then was written to out.
func parse(args []string, out io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("image", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.root, "root", ".", "`folder` of the source")
	flags.StringVar(&o.arch, "arch", "", "amd64 or arm64 (default amd64 for gcp, arm64 for aws)")
	flags.StringVar(&o.output, "output", "", "`path` of the OCI layout, a folder, or of the archive (default bin/image, bin/onevent.zip)")
	flags.StringVar(&o.sbom, "sbom", "", "`file` for the SBOM (default: the output with .spdx.json)")
	flags.StringVar(&o.push, "push", "", "`REGISTRY/NAME[:TAG]` to push the image to, with its SBOM as a referrer (default tag: 12 digits of the digest)")
	for {
		err := flags.Parse(args)
		switch {
		case errors.Is(err, flag.ErrHelp):
			fmt.Fprint(out, help)
			flags.SetOutput(out)
			flags.PrintDefaults()
			return o, err
		case err != nil:
			return o, usage(err.Error() + "; --help tells more")
		case flags.NArg() == 0:
			return o, o.complete()
		case o.cloud != "":
			return o, usage(fmt.Sprintf("unexpected argument %q", flags.Arg(0)))
		}
		o.cloud, args = flags.Arg(0), flags.Args()[1:]
	}
}

// complete sets what was not said.
func (o *options) complete() error {
	defaults := map[string][2]string{"gcp": {"amd64", "image"}, "aws": {"arm64", "onevent.zip"}}
	if o.cloud == "" {
		o.cloud = "gcp"
	}
	d, ok := defaults[o.cloud]
	if !ok {
		return usage(fmt.Sprintf("%q is neither gcp nor aws", o.cloud))
	}
	if o.arch == "" {
		o.arch = d[0]
	}
	if o.arch != "amd64" && o.arch != "arm64" {
		return usage(fmt.Sprintf("--arch %q is neither amd64 nor arm64", o.arch))
	}
	if o.cloud == "aws" && o.push != "" {
		return usage("--push is for images: Terraform uploads the archive")
	}
	if o.output == "" {
		o.output = filepath.Join(o.root, "bin", d[1])
	}
	if o.sbom == "" {
		o.sbom = filepath.Clean(o.output) + ".spdx.json"
	}
	return nil
}

// make builds the program, and packs it.
func (o options) make(ctx context.Context, out io.Writer) error {
	p, err := build(ctx, o.root, o.cloud, o.arch)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(o.output), 0o750); err != nil {
		return err
	}
	list, err := p.sbom()
	if err != nil {
		return err
	}
	if err := os.WriteFile(o.sbom, list, 0o600); err != nil {
		return err
	}
	if o.cloud == "aws" {
		err = o.makeArchive(p, out)
	} else {
		err = o.makeImage(ctx, p, list, out)
	}
	if err == nil {
		fmt.Fprintln(out, "sbom    ", o.sbom)
	}
	return err
}
