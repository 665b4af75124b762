package infra_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A folder is a module as it is written.
type folder struct {
	text      string
	variables map[string]bool // whether it must be given
	outputs   map[string]bool
}

// folderOf reads a module. A folder without any file is none.
func folderOf(t *testing.T, dir string) folder {
	t.Helper()
	f := folder{variables: map[string]bool{}, outputs: map[string]bool{}}
	files, err := fs.Glob(os.DirFS("."), path.Join(dir, "*.tf"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %d files: %v", dir, len(files), err)
	}
	for _, file := range files {
		f.text += read(t, file) + "\n"
	}
	for name, body := range f.named(t, "variable") {
		f.variables[name] = !regexp.MustCompile(`(?m)^  default +=`).MatchString(body)
	}
	for name := range f.named(t, "output") {
		f.outputs[name] = true
	}
	return f
}

// named returns the bodies of the blocks of a kind that has one label.
func (f folder) named(t *testing.T, kind string) map[string]string {
	t.Helper()
	bodies := map[string]string{}
	for _, at := range regexp.MustCompile(`(?m)^`+kind+` "([^"]+)" \{`).FindAllStringSubmatchIndex(f.text, -1) {
		body, ok := braced(f.text[at[1]:])
		if !ok {
			t.Errorf("%s is not closed", f.text[at[0]:at[1]])
		}
		bodies[f.text[at[2]:at[3]]] = body
	}
	return bodies
}

// TestReferences holds, also for a cloud whose provider can't be had, that modules
// are given what they take, and asked for what they have.
func TestReferences(t *testing.T) {
	t.Parallel()
	for _, cloud := range clouds() {
		dirs, err := fs.Glob(os.DirFS("."), cloud+"/modules/*")
		if err != nil {
			t.Fatal(err)
		}
		for _, root := range roots() {
			dirs = append(dirs, path.Join(cloud, root))
		}
		for _, dir := range dirs {
			t.Run(dir, func(t *testing.T) {
				t.Parallel()
				checkReferences(t, dir)
			})
		}
	}
}

func checkReferences(t *testing.T, dir string) {
	t.Helper()
	f := folderOf(t, dir)
	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`\bvar\.([a-z_0-9]+)`).FindAllStringSubmatch(f.text, -1) {
		used[m[1]] = true
	}
	if a, b := sorted(used), sorted(f.variables); !slices.Equal(a, b) {
		t.Errorf("uses the variables %v, declares %v", a, b)
	}
	modules := map[string]folder{}
	for name, body := range f.named(t, "module") {
		source := regexp.MustCompile(`source += "([^"]+)"`).FindStringSubmatch(body)
		if source == nil {
			t.Fatalf("the module %s has no source", name)
		}
		modules[name] = folderOf(t, path.Join(dir, source[1]))
		checkArguments(t, name, body, modules[name])
	}
	for _, m := range regexp.MustCompile(`\bmodule\.([a-z_]+)(?:\[[^\]]+\])?\.([a-z_]+)`).FindAllStringSubmatch(f.text, -1) {
		if !modules[m[1]].outputs[m[2]] {
			t.Errorf("%s has no output %s", m[1], m[2])
		}
	}
	checkResources(t, f)
}

func checkArguments(t *testing.T, name, body string, called folder) {
	t.Helper()
	given := map[string]bool{"source": true, "for_each": true, "depends_on": true}
	for _, m := range regexp.MustCompile(`(?m)^  ([a-z_]+) +=`).FindAllStringSubmatch(body, -1) {
		if _, ok := called.variables[m[1]]; !ok && !given[m[1]] {
			t.Errorf("%s is given %s, which it does not take", name, m[1])
		}
		given[m[1]] = true
	}
	for variable, must := range called.variables {
		if must && !given[variable] {
			t.Errorf("%s is not given %s", name, variable)
		}
	}
}

// checkResources holds that a resource that is named is there.
func checkResources(t *testing.T, f folder) {
	t.Helper()
	there := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^(resource|data) "([^"]+)" "([^"]+)" \{`).FindAllStringSubmatch(f.text, -1) {
		there[m[2]+"."+m[3]] = true
	}
	for _, m := range regexp.MustCompile(`\b((?:google|aws)_[a-z0-9_]+\.[a-z_]+)`).FindAllStringSubmatch(f.text, -1) {
		if !there[m[1]] {
			t.Errorf("there is no %s", m[1])
		}
	}
	locals := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^  ([a-z_]+) += `).FindAllStringSubmatch(strings.Join(localsOf(f.text), "\n"), -1) {
		locals[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`\blocal\.([a-z_]+)`).FindAllStringSubmatch(f.text, -1) {
		if !locals[m[1]] {
			t.Errorf("there is no local %s", m[1])
		}
	}
}

func localsOf(text string) (bodies []string) {
	for _, part := range strings.Split("\n"+text, "\nlocals {")[1:] {
		body, _ := braced(part)
		bodies = append(bodies, body)
	}
	return bodies
}
