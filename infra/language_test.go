package infra_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// only is what Terraform or OpenTofu alone understands, or not from 1.8 on, which is what
// the ranges promise. See https://opentofu.org/docs/language and
// https://developer.hashicorp.com/terraform/language/functions.
func only() map[string]*regexp.Regexp {
	return map[string]*regexp.Regexp{
		"values that are not kept":       regexp.MustCompile(`\bephemeral(asnull)?\b|^\s+[a-z_]+_wo(_version)?\s+=`),
		"a function of one of the two":   regexp.MustCompile(`\b(base64gunzip|cidrcontains|templatestring|urldecode)\(`),
		"a function of a provider":       regexp.MustCompile(`\bprovider::`),
		"what Terraform says of itself":  regexp.MustCompile(`\bterraform\.applying\b`),
		"OpenTofu's encryption of state": regexp.MustCompile(`^  encryption \{`),
		"HashiCorp's cloud":              regexp.MustCompile(`^  cloud \{`),
		"blocks of Terraform alone":      regexp.MustCompile(`^(action|ephemeral|list|store) "`),
	}
}

// TestBothProgramsUnderstandIt holds that nothing is written that only Terraform or
// only OpenTofu has, and that every folder says for which versions it is.
func TestBothProgramsUnderstandIt(t *testing.T) {
	t.Parallel()
	for _, cloud := range clouds() {
		err := fs.WalkDir(os.DirFS("."), cloud, func(file string, e fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case e.IsDir():
				checkVersions(t, file)
			case strings.HasSuffix(file, ".tofu"):
				t.Errorf("%s is for OpenTofu alone", file)
			case strings.HasSuffix(file, ".tf") || strings.HasSuffix(file, ".hcl"):
				checkLanguage(t, file)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func checkLanguage(t *testing.T, file string) {
	t.Helper()
	for i, line := range strings.Split(read(t, file), "\n") {
		for what, found := range only() {
			if found.MatchString(line) {
				t.Errorf("%s:%d has %s: %s", file, i+1, what, line)
			}
		}
	}
}

// checkVersions holds that a folder with Terraform has ranges: open to what comes, and
// closed to what may break it. And a validation looks at its own variable: others may be
// looked at from 1.9 on.
func checkVersions(t *testing.T, dir string) {
	t.Helper()
	if files, err := filepath.Glob(filepath.Join(dir, "*.tf")); err != nil || len(files) == 0 {
		return
	}
	f := folderOf(t, dir)
	provider := regexp.MustCompile(`(?m)^      version = ">= \d+\.\d+\.0, < \d+\.0\.0"$`)
	if !strings.Contains(f.text, `required_version = ">= 1.8.0, < 2.0.0"`) || len(provider.FindAllString(f.text, -1)) != 1 {
		t.Errorf("%s does not say for which versions it is", dir)
	}
	for name, body := range f.named(t, "variable") {
		for _, m := range regexp.MustCompile(`\b(var|local|module|data)\.([a-z_0-9]+)`).FindAllStringSubmatch(body, -1) {
			if m[1] != "var" || m[2] != name {
				t.Errorf("%s: the variable %s looks at %s", dir, name, m[0])
			}
		}
	}
}
