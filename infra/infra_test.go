package infra_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow/infra"
	"github.com/onevent/onevent/functions/deploy"
)

const described = "functions.json"

func clouds() []string { return []string{"aws", "gcp"} }

// roots are the folders that are applied by themselves, or as one module.
func roots() []string { return []string{".", "bootstrap", "examples/complete"} }

func TestTheDescriptionIsThatOfTheBindings(t *testing.T) {
	t.Parallel()
	d, err := infra.Describe(deploy.App(), deploy.Needs())
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Check(described); err != nil {
		t.Errorf("%v; write it again: go run ./cmd/onevent infra write", err)
	}
}

// TestBothCloudsReadTheDescriptionAlike holds what decides who is deployed, with
// which secrets and rights: it is one text, and tested where a cloud can be had.
func TestBothCloudsReadTheDescriptionAlike(t *testing.T) {
	t.Parallel()
	one, err := os.ReadFile("aws/description.tf")
	if err != nil {
		t.Fatal(err)
	}
	other, err := os.ReadFile("gcp/description.tf")
	if err != nil {
		t.Fatal(err)
	}
	if string(one) != string(other) {
		t.Error("aws/description.tf and gcp/description.tf differ")
	}
}

func TestBothCloudsHaveTheSameModules(t *testing.T) {
	t.Parallel()
	modules := func(cloud string) (names []string) {
		entries, err := os.ReadDir(filepath.Join(cloud, "modules"))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return names
	}
	if one, other := strings.Join(modules("aws"), " "), strings.Join(modules("gcp"), " "); one != other {
		t.Errorf("aws has %s, gcp has %s", one, other)
	}
}

func TestFormat(t *testing.T) {
	t.Parallel()
	for _, cloud := range clouds() {
		t.Run(cloud, func(t *testing.T) {
			t.Parallel()
			w := copied(t, cloud, ".")
			if out, err := w.run(t.Context(), "fmt", "-recursive", "-check", "-diff"); err != nil {
				t.Errorf("not formatted (run: terraform fmt -recursive infra):\n%s", out)
			}
		})
	}
}

// TestValidate validates what can be applied, and runs the tests of each cloud,
// which plan with a provider that calls nobody. A provider that can't be had skips
// it; that of Google is not required.
func TestValidate(t *testing.T) {
	t.Parallel()
	for _, cloud := range clouds() {
		t.Run(cloud, func(t *testing.T) {
			t.Parallel()
			for _, root := range roots() {
				w := copied(t, cloud, root, "AWS_REGION=eu-central-1")
				if err := w.init(t.Context(), cloud); err != nil {
					noProvider(t, cloud, err)
				}
				w.must(t, "validate", "-no-color")
				if root == "." {
					w.must(t, "test", "-no-color")
				}
			}
		})
	}
}
