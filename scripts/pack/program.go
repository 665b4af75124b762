package main

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
)

// A program is one that was built for a cloud.
type program struct {
	// cloud and arch are what it was built for.
	cloud, arch string
	// binary is its file.
	binary []byte
	// info is what the linker says of it.
	info *debug.BuildInfo
	// made is when its source was, and revision the commit; that is empty if
	// something was changed since.
	made     time.Time
	revision string
}

// build builds the program of a cloud for Linux. What it depends on is the source and
// the version of Go: neither the folder, nor the user's settings, nor what git knows.
func build(ctx context.Context, root, cloud, arch string) (program, error) {
	dir, err := os.MkdirTemp("", "onevent-image-")
	if err != nil {
		return program{}, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // it is the system's folder for such
	file := filepath.Join(dir, "program")
	//nolint:gosec // cloud is one of two
	c := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=",
		"-tags=lambda.norpc", "-o", file, "./functions/cmd/"+cloud)
	c.Dir = root
	c.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch,
		"GOAMD64=v1", "GOARM64=v8.0", "GOFLAGS=", "GOEXPERIMENT=", "GOWORK=off")
	if out, err := c.CombinedOutput(); err != nil {
		return program{}, fmt.Errorf("go build: %w\n%s", err, out)
	}
	p := program{cloud: cloud, arch: arch}
	if p.binary, err = os.ReadFile(file); err != nil {
		return p, err
	}
	if p.info, err = buildinfo.Read(bytes.NewReader(p.binary)); err != nil {
		return p, err
	}
	p.made, p.revision, err = commit(ctx, root)
	return p, err
}

// commit returns the time of the commit that is checked out, or $SOURCE_DATE_EPOCH,
// or 1970 where there is neither; and its name, if nothing was changed since.
func commit(ctx context.Context, root string) (made time.Time, revision string, err error) {
	git := func(args ...string) (string, error) {
		c := exec.CommandContext(ctx, "git", args...) //nolint:gosec // they are in the lines below
		c.Dir = root
		out, err := c.Output()
		return strings.TrimSpace(string(out)), err
	}
	epoch := os.Getenv("SOURCE_DATE_EPOCH")
	if epoch == "" {
		epoch, err = git("log", "-1", "--format=%ct")
		if err != nil {
			epoch = "0" // the source came without its history
		}
	}
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return made, "", fmt.Errorf("SOURCE_DATE_EPOCH: %w", err)
	}
	if changes, err := git("status", "--porcelain"); err == nil && changes == "" {
		revision, err = git("rev-parse", "HEAD")
		if err != nil {
			return made, "", fmt.Errorf("git: %w", err)
		}
	}
	return time.Unix(seconds, 0).UTC(), revision, ctx.Err()
}
