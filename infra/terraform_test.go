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
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/internal/require"
)

// The words of ONEVENT_REQUIRE that matter here.
const (
	// wordTerraform: Terraform, or OpenTofu, and the provider of AWS must be there.
	wordTerraform = "terraform"
	// wordApply: what an order needs is applied to moto; all of it must be there.
	wordApply = "terraform-apply"
	// wordApplyAll: everything is.
	wordApplyAll = "terraform-apply-all"
)

// missing skips a test, or fails it where one of the words requires it.
func missing(t *testing.T, words []string, format string, args ...any) {
	t.Helper()
	for _, word := range words {
		if require.Listed(word) {
			t.Fatalf("ONEVENT_REQUIRE lists "+word+": "+format, args...)
		}
	}
	t.Skipf(format, args...)
}

// needsTerraform returns the words that require Terraform.
func needsTerraform() []string { return []string{wordTerraform, wordApply, wordApplyAll} }

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
		missing(t, needsTerraform(), "neither terraform nor tofu is installed")
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

// envMirror names a folder that has providers, as "terraform providers mirror" writes
// it. Without it, they are where Terraform finds them: a registry, or what its own
// configuration names.
const envMirror = "ONEVENT_TERRAFORM_MIRROR"

// init gets the provider of a cloud, or says that it can't be had.
func (w workspace) init(ctx context.Context, cloud string) error {
	args := []string{"init", "-no-color", "-input=false", "-backend=false"}
	provider := map[string]string{"aws": "aws", "gcp": "google"}[cloud]
	for _, registry := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		mirror := os.Getenv(envMirror)
		if _, err := os.Stat(filepath.Join(mirror, registry, "hashicorp", provider)); mirror != "" && err == nil {
			args = append(args, "-plugin-dir="+mirror)
			break
		}
	}
	_, err := w.run(ctx, args...)
	return err
}

// noProvider skips what needs a provider that is neither installed nor to be had from
// the registry. Whatever else is wrong is an error.
func noProvider(t *testing.T, cloud string, err error) {
	t.Helper()
	if !strings.Contains(err.Error(), "Failed to query available provider packages") && !strings.Contains(err.Error(), "Failed to install provider") {
		t.Fatal(err)
	}
	const why = "the provider of %s can't be had: no registry, and no mirror in " + envMirror + " or TF_CLI_CONFIG_FILE"
	if cloud == "aws" {
		missing(t, needsTerraform(), why, "AWS")
	}
	t.Skipf(why, "Google")
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

// seconds returns a value that is a number of seconds.
func (r resource) seconds(name string) time.Duration {
	n, _ := r.Values[name].(float64)
	return time.Duration(n) * time.Second
}

// block returns the first of nested blocks; nil if there is none.
func (r resource) block(name string) map[string]any {
	blocks, _ := r.Values[name].([]any)
	if len(blocks) == 0 {
		return nil
	}
	first, _ := blocks[0].(map[string]any)
	return first
}
