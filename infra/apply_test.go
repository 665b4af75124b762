package infra_test

import (
	"archive/zip"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/onevent/onevent/flow/aws/emulators"
	"github.com/onevent/onevent/flow/infra"
	"github.com/onevent/onevent/functions/deploy"
	"github.com/onevent/onevent/internal/require"
)

// override lets the provider speak to moto, which has no host for each bucket.
const override = `provider "aws" {
  s3_use_path_style = true
}
`

// TestApply applies infra/aws to moto: it succeeds, a second time changes nothing, the
// policies hold for what is there, orders run through it, and after it was destroyed
// nothing is left. It takes minutes, most of which the provider waits, so it must be
// asked for: ONEVENT_REQUIRE lists terraform-apply, for the functions that an order
// needs, or terraform-apply-all.
//
// Moto differs from AWS, see https://docs.getmoto.org: it does not know the
// subscribers of a budget (DescribeSubscribersForNotification), so there is none;
// setting one attribute of a queue takes its policy away, so the module sets
// them one after the other; and it lets everybody do everything, so that an order runs
// says nothing of the roles. These are for the policies.
func TestApply(t *testing.T) {
	t.Parallel()
	if !require.Listed(wordApply) && !require.Listed(wordApplyAll) {
		t.Skipf("applying takes minutes; ask for it with ONEVENT_REQUIRE=%s", wordApply)
	}
	d, err := infra.Describe(deploy.App(), deploy.Needs())
	if err != nil {
		t.Fatal(err)
	}
	if !require.Listed(wordApplyAll) {
		d = part(d, ofAnOrder(), "delivery.picked_up") // by a command; only views take it
	}
	w := copied(t, "aws", "examples/complete")
	if err := w.init(t.Context(), "aws"); err != nil {
		noProvider(t, "aws", err)
	}
	moto := startMoto(t)
	w.env = append(w.env, append(moto.Env(), "AWS_EC2_METADATA_DISABLED=true")...)
	write(t, filepath.Join(w.dir, "moto_override.tf"), []byte(override))
	town := newTown(t)
	settings := []string{
		"-no-color", "-input=false", "-parallelism=50", "-var=deletion_protection=false", "-var=budget=null",
		"-var=archive=" + archive(t, w.dir), "-var=description_file=" + description(t, w.dir, d), "-var=settings=" + town.settings(t),
	}
	with := func(args ...string) []string { return slices.Concat(args, settings) }

	w.must(t, with("apply", "-auto-approve")...)
	if out, err := w.run(t.Context(), with("plan", "-detailed-exitcode", "-out=again")...); err != nil {
		t.Fatalf("applying it again changes something (%v): %v\n%s", changed(err), err, out)
	}
	// The plan on what is there knows everything, also what AWS names.
	there := w.show(t, "again").resources()
	p := policy{d: d, all: there}
	for _, problem := range p.check() {
		t.Error(problem)
	}
	checkProtection(t, w, with)

	t.Run("orders", func(t *testing.T) { runOrders(t, town, newAccount(t, moto, there)) })

	w.must(t, with("destroy", "-auto-approve", "-refresh=false")...)
	for _, r := range w.show(t).resources() {
		t.Errorf("%s is left", r.Address)
	}
}

// checkProtection holds that tables refuse to be deleted unless somebody says
// otherwise.
func checkProtection(t *testing.T, w workspace, with func(...string) []string) {
	t.Helper()
	w.must(t, append(with("plan", "-refresh=false", "-out=protected"), "-var=deletion_protection=true")...)
	for _, r := range w.show(t, "protected").resources() {
		if r.Type == "aws_dynamodb_table" && r.Values["deletion_protection_enabled"] != true {
			t.Errorf("%s can be deleted", r.Address)
		}
	}
}

// archive returns a zip archive; moto runs nothing of what is in it.
func archive(t *testing.T, dir string) string {
	t.Helper()
	file := filepath.Join(dir, "onevent.zip")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	_, err = z.Create("bootstrap")
	if err := errors.Join(err, z.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	return file
}

func write(t *testing.T, file string, data []byte) {
	t.Helper()
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// startMoto starts moto for the time of a test, whatever endpoint the environment
// names: the test wants one that is empty.
func startMoto(t *testing.T) *emulators.Emulators {
	t.Helper()
	moto, err := emulators.Start(t.Context(), emulators.Options{Getenv: func(string) string { return "" }})
	if errors.Is(err, emulators.ErrMissing) {
		missing(t, []string{wordApply, wordApplyAll}, "%v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := moto.Stop(); err != nil {
			t.Error(err)
		}
	})
	return moto
}
