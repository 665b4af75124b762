package infra_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// required says whether ONEVENT_REQUIRE lists a word: aws, if what tests of AWS need
// must be there; aws-all, if every function is to be applied.
func required(word string) bool {
	return slices.Contains(strings.Split(os.Getenv("ONEVENT_REQUIRE"), ","), word)
}

// missing skips a test, or fails it where what it needs is required.
func missing(t *testing.T, format string, args ...any) {
	t.Helper()
	if required("aws") || required("aws-all") {
		t.Fatalf("ONEVENT_REQUIRE lists aws: "+format, args...)
	}
	t.Skipf(format, args...)
}

// A workspace is a folder in which Terraform, or OpenTofu, is run. It is a copy, so
// that nothing is left behind in the source.
type workspace struct {
	program, dir string
	env          []string
}

// copied returns a workspace in a folder of a copy of one cloud's files.
func copied(t *testing.T, cloud, folder string, env ...string) workspace {
	t.Helper()
	program := ""
	for _, name := range []string{"terraform", "tofu"} {
		if path, err := exec.LookPath(name); err == nil && program == "" {
			program = path
		}
	}
	if program == "" {
		missing(t, "neither terraform nor tofu is installed")
	}
	root := t.TempDir()
	if err := os.CopyFS(filepath.Join(root, cloud), os.DirFS(cloud)); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(described)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, described), data, 0o600); err != nil {
		t.Fatal(err)
	}
	return workspace{program, filepath.Join(root, cloud, folder), append(env, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1")}
}

// run runs a subcommand and returns what it prints.
func (w workspace) run(ctx context.Context, args ...string) ([]byte, error) {
	var out, problem bytes.Buffer
	c := exec.CommandContext(ctx, w.program, args...)
	c.Dir, c.Stdout, c.Stderr = w.dir, &out, &problem
	c.Env = append(os.Environ(), w.env...)
	if err := c.Run(); err != nil {
		return out.Bytes(), fmt.Errorf("%s %s: %w\n%s%s", w.program, args[0], err, out.Bytes(), problem.Bytes())
	}
	return out.Bytes(), nil
}

func (w workspace) must(t *testing.T, args ...string) []byte {
	t.Helper()
	out, err := w.run(t.Context(), args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// init gets the provider, or says that it can't be had.
func (w workspace) init(ctx context.Context) error {
	_, err := w.run(ctx, "init", "-no-color", "-input=false", "-backend=false")
	return err
}

// show returns a plan, or the state, as JSON.
func (w workspace) show(t *testing.T, what ...string) values {
	t.Helper()
	var shown struct {
		Planned values `json:"planned_values"`
		values
	}
	if err := json.Unmarshal(w.must(t, append([]string{"show", "-json"}, what...)...), &shown); err != nil {
		t.Fatal(err)
	}
	if len(what) > 0 {
		return shown.Planned
	}
	return shown.values
}

// changed says whether an error is that a plan is not empty.
func changed(err error) bool {
	var exit *exec.ExitError
	return errors.As(err, &exit) && exit.ExitCode() == 2
}

type values struct {
	Values module `json:"values"`
	Root   module `json:"root_module"`
}

type module struct {
	Root      *module    `json:"root_module"`
	Resources []resource `json:"resources"`
	Children  []module   `json:"child_modules"`
}

// A resource is one that is planned, or there.
type resource struct {
	Address string         `json:"address"`
	Mode    string         `json:"mode"`
	Type    string         `json:"type"`
	Name    string         `json:"name"`
	Values  map[string]any `json:"values"`
}

// resources returns all that are managed.
func (v values) resources() []resource {
	var all []resource
	var walk func(m module)
	walk = func(m module) {
		if m.Root != nil {
			walk(*m.Root)
		}
		for _, r := range m.Resources {
			if r.Mode == "managed" {
				all = append(all, r)
			}
		}
		for _, child := range m.Children {
			walk(child)
		}
	}
	walk(v.Values)
	walk(v.Root)
	return all
}

// text returns a value that is a text; empty for others.
func (r resource) text(name string) string {
	text, _ := r.Values[name].(string)
	return text
}
