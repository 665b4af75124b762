package scripts_test

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/onevent/onevent/internal/require"
)

// A descriptor of the OCI image specification.
type descriptor struct {
	Digest string `json:"digest"`
}

// A manifest is what the tests read of an image.
type manifest struct {
	Config descriptor   `json:"config"`
	Layers []descriptor `json:"layers"`
}

// A layout is an OCI image layout in a folder.
type layout string

func (l layout) read(t *testing.T, d descriptor, into any) {
	t.Helper()
	data, err := os.ReadFile(l.blob(d))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

func (l layout) blob(d descriptor) string {
	return filepath.Join(string(l), "blobs", strings.Replace(d.Digest, ":", "/", 1))
}

// unpack writes the files of all layers to a folder, and returns their modes.
func (l layout) unpack(t *testing.T, m manifest, dir string) map[string]int64 {
	t.Helper()
	files := map[string]int64{}
	for _, d := range m.Layers {
		f, err := os.Open(l.blob(d))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		for r := tar.NewReader(z); ; {
			h, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if h.Typeflag == tar.TypeDir {
				os.Mkdir(filepath.Join(dir, h.Name), 0o700)
				continue
			}
			data, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			files[h.Name] = h.Mode
			if err := os.WriteFile(filepath.Join(dir, h.Name), data, 0o700); err != nil {
				t.Fatal(err)
			}
		}
	}
	return files
}

// made returns what scripts/image says that it made.
func made(t *testing.T, args ...string) map[string]string {
	t.Helper()
	r := run(t, os.Environ(), "image", args...)
	if r.code != 0 {
		t.Fatalf("scripts/image %s: %d\n%s", strings.Join(args, " "), r.code, r.problems)
	}
	said := map[string]string{}
	for line := range strings.Lines(r.out) {
		name, value, _ := strings.Cut(line, " ")
		said[name] = strings.TrimSpace(value)
	}
	return said
}

func slow(t *testing.T) {
	t.Helper()
	if !require.Listed("image") {
		t.Skip("programs are built for the clouds where ONEVENT_REQUIRE lists image")
	}
}

func TestImage(t *testing.T) {
	t.Parallel()
	slow(t)
	dir := t.TempDir()
	l := layout(filepath.Join(dir, "image"))
	first := made(t, "--output", string(l), "--arch", runtime.GOARCH)
	second := made(t, "gcp", "--output", filepath.Join(dir, "again"), "--arch", runtime.GOARCH)
	if first["digest"] == "" || first["digest"] != second["digest"] {
		t.Errorf("two builds of one source are %s and %s", first["digest"], second["digest"])
	}
	t.Log(first["digest"], first["size"])

	var m manifest
	l.read(t, descriptor{first["digest"]}, &m)
	var config struct {
		Architecture, OS string
		Config           struct {
			User       string
			Entrypoint []string
		} `json:"config"`
	}
	l.read(t, m.Config, &config)
	if config.OS != "linux" || config.Architecture != runtime.GOARCH || config.Config.User != "65532:65532" {
		t.Errorf("it is for %s/%s and runs as %q", config.OS, config.Architecture, config.Config.User)
	}
	root := filepath.Join(dir, "root")
	os.Mkdir(root, 0o700)
	files := l.unpack(t, m, root)
	if len(files) != 2 || files["onevent"] != 0o555 || files["etc/ssl/certs/ca-certificates.crt"] != 0o444 {
		t.Errorf("it is not one program and its CA roots: %v", files)
	}
	if !slices.Equal(config.Config.Entrypoint, []string{"/onevent"}) {
		t.Errorf("it starts %v", config.Config.Entrypoint)
	}
	starts(t, nil, filepath.Join(root, "onevent"), "ONEVENT_OIDC_ISSUER")
	listsModules(t, first["sbom"], "cloud.google.com/go/firestore", "golang.org/x/crypto/x509roots/fallback")
}

func TestArchive(t *testing.T) {
	t.Parallel()
	slow(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "onevent.zip")
	first := made(t, "aws", "--arch", runtime.GOARCH, "--output", file)
	second := made(t, "--output", filepath.Join(dir, "again.zip"), "--arch", runtime.GOARCH, "aws")
	if first["digest"] == "" || first["digest"] != second["digest"] {
		t.Errorf("two builds of one source are %s and %s", first["digest"], second["digest"])
	}
	z, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	if len(z.File) != 1 || z.File[0].Name != "bootstrap" || z.File[0].Mode() != 0o755 {
		t.Fatalf("it is not one bootstrap that can be run: %v %s", z.File[0].Name, z.File[0].Mode())
	}
	r, err := z.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "bootstrap")
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(program, data, 0o700); err != nil {
		t.Fatal(err)
	}
	starts(t, []string{
		"FUNCTION_TARGET=edge", "AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=key", "AWS_SECRET_ACCESS_KEY=secret",
	}, program, "ONEVENT_OIDC_ISSUER")
	listsModules(t, first["sbom"], "github.com/aws/aws-lambda-go")
}

// starts holds that a program runs here, and says what its environment lacks.
func starts(t *testing.T, env []string, program, needs string) {
	t.Helper()
	if runtime.GOOS != "linux" {
		return
	}
	c := exec.CommandContext(t.Context(), program)
	c.Env = slices.Concat(env, []string{"HOME=/"}) // not those of the test
	out, err := c.CombinedOutput()
	if err == nil || !strings.Contains(string(out), needs) {
		t.Errorf("without configuration: %v\n%s", err, out)
	}
}

// listsModules holds that an SBOM lists modules, each with a version and an address.
func listsModules(t *testing.T, file string, modules ...string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var sbom struct {
		Version  string `json:"spdxVersion"`
		Packages []struct {
			ID, Name, VersionInfo string
			ExternalRefs          []struct{ ReferenceLocator string }
		}
		Relationships []struct{ RelatedSPDXElement string }
	}
	if err := json.Unmarshal(data, &sbom); err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, p := range sbom.Packages {
		if len(p.ExternalRefs) == 1 && p.ExternalRefs[0].ReferenceLocator == "pkg:golang/"+p.Name+"@"+p.VersionInfo && p.VersionInfo != "" {
			found[p.Name] = true
		}
	}
	for _, m := range append(modules, "stdlib") {
		if !found[m] {
			t.Errorf("%s does not list %s", file, m)
		}
	}
	if sbom.Version != "SPDX-2.3" || len(sbom.Relationships) != len(sbom.Packages) {
		t.Errorf("%s: %s, %d packages, %d relationships", file, sbom.Version, len(sbom.Packages), len(sbom.Relationships))
	}
}

func TestImageRefuses(t *testing.T) {
	t.Parallel()
	slow(t)
	dir := t.TempDir()
	write(t, filepath.Join(dir, "letters"), "dear")
	run(t, os.Environ(), "image", "--help").must(t, 0, "SBOM", "Exit codes:")
	for line, word := range map[string]string{
		"azure": "neither gcp nor aws", "gcp now": "unexpected argument", "--arch 386": "neither amd64 nor arm64", "aws --push a/b:c": "for images",
		"--fast": "-fast",
	} {
		run(t, os.Environ(), "image", strings.Fields(line)...).must(t, 2, word)
	}
	run(t, os.Environ(), "image", "--arch", runtime.GOARCH, "--output", dir).must(t, 1, "no OCI layout")
	if _, err := os.Stat(filepath.Join(dir, "letters")); err != nil {
		t.Error("a folder with something else is replaced: ", err)
	}
}
