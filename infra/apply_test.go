package infra_test

import (
	"archive/zip"
	"context"
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/infra"
	"github.com/onevent/onevent/functions/deploy"
)

// override lets the provider speak to moto, which has no host for each bucket.
const override = `provider "aws" {
  s3_use_path_style = true
}
`

// TestApply applies all of infra/aws to moto: it succeeds, a second time changes
// nothing, the policies hold for what is there, and after it was destroyed nothing
// is left. It takes minutes, most of which the provider waits, so it must be asked
// for: ONEVENT_REQUIRE lists aws for some functions, or aws-all.
//
// Moto differs from AWS, see https://docs.getmoto.org: it does not know the
// subscribers of a budget (DescribeSubscribersForNotification), so there is none;
// and setting one attribute of a queue takes its policy away, so the module sets
// them one after the other.
func TestApply(t *testing.T) {
	t.Parallel()
	if !required("aws") && !required("aws-all") {
		t.Skip("applying takes minutes; ask for it with ONEVENT_REQUIRE=aws")
	}
	d, err := infra.Describe(deploy.App(), deploy.Needs())
	if err != nil {
		t.Fatal(err)
	}
	if !required("aws-all") {
		d = some(d, "reserve-credit", "charge-card", "revenue")
	}
	w := copied(t, "aws", "examples/complete")
	if err := w.init(t.Context()); err != nil {
		noProvider(t, "aws", err)
	}
	w.env = append(w.env,
		"AWS_ENDPOINT_URL="+startMoto(t), "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_EC2_METADATA_DISABLED=true")
	write(t, filepath.Join(w.dir, "moto_override.tf"), []byte(override))
	settings := []string{
		"-no-color", "-input=false", "-parallelism=50", "-var=deletion_protection=false", "-var=budget=null",
		"-var=archive=" + archive(t, w.dir), "-var=description_file=" + description(t, w.dir, d),
	}
	with := func(args ...string) []string { return slices.Concat(args, settings) }

	w.must(t, with("apply", "-auto-approve")...)
	if out, err := w.run(t.Context(), with("plan", "-detailed-exitcode", "-out=again")...); err != nil {
		t.Fatalf("applying it again changes something (%v): %v\n%s", changed(err), err, out)
	}
	// The plan on what is there knows everything, also what AWS names.
	p := policy{d: d, all: w.show(t, "again").resources()}
	for _, problem := range p.check() {
		t.Error(problem)
	}
	checkProtection(t, w, with)

	w.must(t, with("destroy", "-auto-approve")...)
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

// some returns a description of a few functions.
func some(d infra.Description, names ...string) infra.Description {
	programs := map[string]infra.Program{}
	for _, name := range names {
		programs[name] = d.Functions[name]
	}
	d.Functions = programs
	return d
}

func description(t *testing.T, dir string, d infra.Description) string {
	t.Helper()
	data, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "described.json")
	write(t, file, data)
	return file
}

// archive returns a zip archive; nobody runs what is in it.
func archive(t *testing.T, dir string) string {
	t.Helper()
	file := filepath.Join(dir, "onevent.zip")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	if _, err := z.Create("bootstrap"); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
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

// startMoto starts moto for the time of a test, and returns its address.
func startMoto(t *testing.T) string {
	t.Helper()
	program, err := exec.LookPath("moto_server")
	if err != nil {
		missing(t, "moto_server is not installed (pip install 'moto[server]')")
	}
	address := freeAddress(t)
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	// It must not end before the last cleanup of the test.
	c := exec.CommandContext(context.WithoutCancel(t.Context()), program, "-H", "127.0.0.1", "-p", port)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Process.Kill()
		c.Wait()
	})
	for deadline := time.Now().Add(time.Minute); !answers(t, "http://"+address); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("moto does not answer in a minute")
		}
	}
	return "http://" + address
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func answers(t *testing.T, url string) bool {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/moto-api/data.json", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
