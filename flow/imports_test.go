package flow_test

import (
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/onevent/onevent/"

// TestImports holds the arrows of the architecture: who may import whom, and
// why.
func TestImports(t *testing.T) {
	t.Parallel()
	for _, rule := range []struct {
		packages string
		// allowed are prefixes of import paths besides the standard library.
		allowed []string
		why     string
	}{
		{"flow", []string{module + "flow/driver", module + "flow/function", module + "flow/internal/"}, "the engine runs anywhere, so it needs nothing"},
		{"flow/function", nil, "its events are plain data"},
		{"flow/driver", nil, "a platform implements it and nothing else"},
		{"flow/usage", nil, "drivers count with it"},
		{"flow/cost", []string{module + "flow"}, "it is arithmetic"},
		{"flow/memory", []string{module + "flow/driver", module + "flow/clock", module + "flow/mailbox"}, "the model needs nothing"},
		{"flow/access", []string{module + "flow", "github.com/go-jose/go-jose/v4"}, "what guards the edge should be read in an afternoon"},
		{"events/...", []string{module + "flow", module + "events/"}, "events are plain data"},
		{"functions", []string{module + "flow", module + "events", module + "functions/"}, "functions speak to flow, not to a cloud"},
	} {
		t.Run(rule.packages, func(t *testing.T) {
			t.Parallel()
			out, err := exec.CommandContext(t.Context(), "go", "list", "-f", `{{join .Imports "\n"}}`, module+rule.packages).CombinedOutput()
			if err != nil {
				t.Fatalf("go list: %v\n%s", err, out)
			}
			for path := range strings.FieldsSeq(string(out)) {
				if strings.Contains(path, ".") && !hasPrefix(path, rule.allowed) {
					t.Errorf("%s imports %s: %s", rule.packages, path, rule.why)
				}
			}
		})
	}
}

func TestServicesDoNotImportEachOther(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}}: {{join .Imports " "}}`, module+"functions/...").CombinedOutput()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		service, imports, _ := strings.Cut(strings.TrimSpace(line), ": ")
		whole := service == module+"functions" || strings.HasPrefix(service, module+"functions/cmd/") ||
			strings.HasPrefix(service, module+"functions/drill") // it simulates all of them
		if whole {
			continue
		}
		for path := range strings.FieldsSeq(imports) {
			shared := strings.HasPrefix(path, module+"functions/internal/")
			if strings.HasPrefix(path, module+"functions/") && !shared || strings.HasPrefix(path, module+"flow/gcp") || strings.HasPrefix(path, module+"flow/aws") || strings.HasPrefix(path, module+"flow/local") {
				t.Errorf("%s imports %s: services share events, so that each can be deployed and deleted alone", service, path)
			}
		}
	}
}

func hasPrefix(path string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(path, p) {
			return true
		}
	}
	return false
}
