package docs_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow/docs"
	"github.com/onevent/onevent/internal/require"
)

// TestTheToolsOfTheFormatsTakeTheDocuments checks the documents with the official
// AsyncAPI parser, two validators of OpenAPI 3.1 and the SDK of EventCatalog. They
// come from npm, so it runs if ONEVENT_REQUIRE lists npm, or if
// scripts/check-docs install has run.
func TestTheToolsOfTheFormatsTakeTheDocuments(t *testing.T) {
	t.Parallel()
	script, err := filepath.Abs("../../scripts/check-docs")
	if err != nil {
		t.Fatal(err)
	}
	required := require.Listed("npm")
	if err := exec.CommandContext(t.Context(), script, "installed").Run(); err != nil && !required {
		t.Skip("the validators are not installed; scripts/check-docs install does it, with Node.js and npm")
	}
	// One after the other: both may install.
	for name, d := range map[string]*docs.Docs{
		"food":  food(t),
		"grown": documents(t, grown(), docs.Options{Title: "Lights", Version: "1.2.3"}),
	} {
		all, err := d.EventCatalog()
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		write(t, filepath.Join(dir, "eventcatalog"), all)
		write(t, dir, files(t, d))
		out, err := exec.CommandContext(t.Context(), script, dir).CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
		for _, want := range []string{"asyncapi.json: AsyncAPI 3.0.0", "openapi.json: OpenAPI 3.1.1 (3.1)", "eventcatalog: 1 of kind domain"} {
			if !strings.Contains(string(out), want) {
				t.Errorf("%s: it says %s", name, out)
			}
		}
	}
}

func write(t *testing.T, dir string, files map[string][]byte) {
	t.Helper()
	for name, data := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
