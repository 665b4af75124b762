package scripts_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A cloud is programs that play one, and an environment to deploy to.
type cloud struct {
	env      []string
	dir, log string
}

// play has programs answer as if there were a cloud, unless others are given. They
// note in a log how they were called.
func play(t *testing.T, others map[string]string) cloud {
	t.Helper()
	c := cloud{dir: t.TempDir()}
	c.log = filepath.Join(c.dir, "log")
	played := map[string]string{
		"go": `while [ $# -gt 1 ]; do [ "$1" != -o ] || built=$2; shift; done
cat >"$built" <<'END'
#!/usr/bin/env bash
echo "image $*" >>"$PLAY_LOG"
echo "digest   sha256:1111111111111111111111111111111111111111111111111111111111111111"
END
chmod +x "$built"`,
		"terraform": `echo "terraform ${*:2}" >>"$PLAY_LOG"
case $2 in
plan) exit "${PLAY_PLAN:-2}" ;;
show) echo "{\"deletion_protection_enabled\":${PLAY_PROTECTED:-false}}" ;;
output) [[ $* == *left_out* ]] && echo '["charge-card"]' || echo https://edge.example ;;
esac`,
		"gcloud": `case "$*" in
"auth list"*) echo ann@example.com ;;
"projects describe"*) echo ACTIVE ;;
"billing"*) echo True ;;
"services list"*) printf '%s.googleapis.com\n' cloudresourcemanager iam iamcredentials serviceusage storage sts run ;;
esac`,
		"aws":  `[ "$1" != sts ] || echo "123456789012 arn:aws:iam::123456789012:user/ann"`,
		"curl": `while [ "$1" != --json ]; do shift; done; echo "$2"`,
	}
	maps.Copy(played, others)
	c.env = []string{"PATH=" + tools(t, played), "PLAY_LOG=" + c.log}
	write(t, filepath.Join(c.dir, "main.tf"), `terraform {
  backend "s3" {
    bucket = "states"
    region = "us-east-1"
  }
}
variable "image" {}
variable "archive" {}
variable "prefix" {
  default = "shop-staging"
}
module "onevent" {
  prefix  = var.prefix
  project = "shop-staging"
  region  = "europe-west3" # Frankfurt
}
`)
	return c
}

// with returns the cloud with one more variable in the environment.
func (c cloud) with(variable string) cloud {
	c.env = append(slices.Clip(c.env), variable)
	return c
}

func (c cloud) deploy(t *testing.T, args ...string) result {
	t.Helper()
	return run(t, c.env, "deploy", append(args, "--dir", c.dir)...)
}

// calls returns the first words of what was called that changes something, or
// decides what is changed.
func (c cloud) calls(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(c.log)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	var calls []string
	for line := range strings.Lines(string(data)) {
		switch words := strings.Fields(line); {
		case strings.Contains(line, "--push"):
			calls = append(calls, "push")
		case slices.Contains([]string{"init", "plan", "apply"}, words[1]):
			calls = append(calls, words[1])
		}
	}
	return strings.Join(calls, " ")
}

func TestHelp(t *testing.T) {
	t.Parallel()
	env := []string{"PATH=" + tools(t, nil)}
	run(t, env, "deploy", "--help").must(t, 0, "scripts/deploy gcp|aws", "Exit codes:")
	run(t, env, "smoke", "--help").must(t, 0, "scripts/smoke", "Exit codes:")
}

func TestTheCommandLineIsWrong(t *testing.T) {
	t.Parallel()
	env := []string{"PATH=" + tools(t, nil)}
	for line, word := range map[string]string{
		"":                          "which cloud?",
		"azure":                     "neither gcp nor aws",
		"gcp":                       "which environment?",
		"gcp redo":                  "none of plan, apply and destroy",
		"gcp plan now":              "unexpected argument now",
		"gcp --env":                 "--env needs a value",
		"gcp --force":               "unknown flag --force",
		"gcp --var project":         "not NAME=VALUE",
		"aws apply --until soon":    "neither approved nor completed",
		"aws apply --dir . ":        "say --yes",
		"aws destroy --yes --dir .": "say --confirm NAME",
	} {
		run(t, env, "deploy", strings.Fields(line)...).must(t, 2, word)
	}
	for line, word := range map[string]string{
		"": "which URL?", "localhost": "which URL?", "--until soon http://localhost": "neither approved", "--timeout x http://localhost": "no number of seconds",
		"--region": "--region needs a value", "http://a http://b": "unexpected argument", "-x": "unknown flag",
	} {
		run(t, env, "smoke", strings.Fields(line)...).must(t, 2, word)
	}
}

func TestAllThatIsMissingIsToldAtOnce(t *testing.T) {
	t.Parallel()
	env, dir := []string{"PATH=" + tools(t, nil)}, t.TempDir()
	run(t, env, "deploy", "aws", "apply", "--yes", "--dir", dir).must(t, 2,
		"go is not installed", "neither terraform nor tofu", "aws is not installed", "curl is not installed", "has no Terraform", "region is not known")
	write(t, filepath.Join(dir, "main.tf"), "public = true\n")
	run(t, env, "deploy", "gcp", "apply", "--yes", "--dir", dir, "--var-file", "none.tfvars").must(t, 2,
		"gcloud is not installed", `no variable "image"`, "say --local-state", "$ONEVENT_TOKEN", "no file none.tfvars", "project is not known", "region is not known")
}

func TestWhatACloudIsMissing(t *testing.T) {
	t.Parallel()
	c := play(t, map[string]string{
		"gcloud": `case "$*" in
"auth list"*) echo ann@example.com ;;
"projects describe"*) echo ACTIVE ;;
"billing"*) echo False ;;
"services list"*) echo iam.googleapis.com ;;
"auth print-access-token"*) echo secret ;;
*) exit 1 ;;
esac`,
		"curl": `echo '{"permissions":["resourcemanager.projects.get"]}'`,
		"aws":  `[ "$1" = sts ] && echo "123456789012 arn:aws:sts::123456789012:assumed-role/ann/s" || { [ "$1" = iam ] && echo "$* iam:CreateRole"; }`,
	})
	r := c.deploy(t, "gcp", "apply", "--yes")
	r.must(t, 2, "Terraform has no credentials", "has no billing account", "APIs are off: gcloud services enable cloudresourcemanager.googleapis.com",
		"bucket of the state, states,", "lacks rights in shop-staging: run.services.get", "run.services.create")
	if strings.Contains(r.problems, " iam.googleapis.com") || strings.Contains(r.problems, "projects.get ") {
		t.Errorf("it lacks what is there: %s", r.problems)
	}
	c.deploy(t, "aws", "apply", "--yes").must(t, 2, "europe-west3", "bucket of the state, states,",
		"arn:aws:iam::123456789012:role/ann lacks rights:", "iam:CreateRole")
	if calls := c.calls(t); calls != "" {
		t.Errorf("although something is missing, it did %s", calls)
	}
}

func TestDeploy(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]struct {
		args  string
		env   string
		code  int
		calls string
		words []string
	}{
		"plan by default":    {"gcp", "", 0, "init plan", []string{"project shop-staging, europe-west3", "Terraform turns on: artifactregistry.googleapis.com"}},
		"image, then apply":  {"gcp apply --yes --no-smoke", "", 0, "init plan push apply", []string{"https://edge.example", "charge-card", "dashboards?project=shop-staging"}},
		"archive":            {"aws apply --yes --no-smoke", "", 0, "init plan apply", []string{"names begin with shop-staging", "dashboard/shop-staging"}},
		"a variable":         {"aws --var prefix=mine", "", 0, "init plan", []string{"names begin with mine"}},
		"nothing to change":  {"aws apply --yes --no-smoke", "PLAY_PLAN=0", 0, "init plan", []string{"nothing is to be changed"}},
		"no plan":            {"aws apply --yes --no-smoke", "PLAY_PLAN=1", 1, "init plan", []string{"there is no plan"}},
		"destroy":            {"aws destroy --confirm shop-staging", "", 0, "init plan apply", []string{"is gone"}},
		"destroy, protected": {"aws destroy --confirm shop-staging", "PLAY_PROTECTED=true", 1, "init plan", []string{"--var deletion_protection=false"}},
		"destroy, other":     {"gcp destroy --confirm shop-production", "", 3, "init plan", []string{"that is not shop-staging"}},
		"destroy, nothing":   {"gcp destroy --confirm shop-staging", "PLAY_PLAN=0", 0, "init plan", []string{"nothing is there"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := play(t, nil).with(s.env)
			c.deploy(t, strings.Fields(s.args)...).must(t, s.code, s.words...)
			if calls := c.calls(t); calls != s.calls {
				t.Errorf("it did %s, not %s", calls, s.calls)
			}
		})
	}
}

func TestTheFirstImageNeedsARegistry(t *testing.T) {
	t.Parallel()
	c := play(t, map[string]string{"gcloud": `case "$*" in
"auth list"*) echo ann@example.com ;;
"projects describe"*) echo ACTIVE ;;
"billing"*) echo True ;;
"services list"*) printf '%s.googleapis.com\n' cloudresourcemanager iam iamcredentials serviceusage storage sts ;;
"artifacts"*) exit 1 ;;
esac`})
	c.deploy(t, "gcp", "apply", "--yes", "--no-smoke").must(t, 0, "the registry, which is not there yet")
	if calls := c.calls(t); calls != "init plan apply plan push apply" {
		t.Error(calls)
	}
}
