package main

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/onevent/onevent/events/schemas"
)

const published = "../../events/schemas"

// onevent runs the program, and returns what it prints and its exit code.
func onevent(t *testing.T, args ...string) (out string, code int) {
	t.Helper()
	var b bytes.Buffer
	code = newProgram(&b).run(t.Context(), args)
	return b.String(), code
}

// TestTheSchemasAreThoseOfTheTypes holds that what is published is what is in use,
// and broke nothing since the last commit.
func TestTheSchemasAreThoseOfTheTypes(t *testing.T) {
	t.Parallel()
	if out, code := onevent(t, "schema", "check", "-dir", published); code != 0 {
		t.Fatalf("exit code %d: %s", code, out)
	}
}

// copied writes the published schemas to a folder, with a change to one of them:
// as if the types had been others then.
func copied(t *testing.T, name, from, to string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, schemas.Files); err != nil {
		t.Fatal(err)
	}
	if name == "" {
		return dir
	}
	data, err := fs.ReadFile(schemas.Files, name)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(data), from, to, 1)
	if changed == string(data) {
		t.Fatalf("%s has no %s", name, from)
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestABreakIsRefused holds what is said when the types break what was published,
// and that nothing is written.
func TestABreakIsRefused(t *testing.T) {
	t.Parallel()
	dir := copied(t, "order.created.v1.json", `"restaurant": {
      "type": "string"`, `"restaurant": {
      "type": "integer"`)
	for _, args := range [][]string{
		{"schema", "check", "-dir", published, "-against", dir},
		{"schema", "write", "-dir", dir},
	} {
		out, code := onevent(t, args...)
		for _, want := range []string{
			"order.created v1 was published", "/properties/restaurant: the type was a whole number and is a string (breaks backward",
			`flow.Upcast("order.created", 1, order.CreatedV1.Upcast)`, "1 published schemas would break",
		} {
			if code != 1 || !strings.Contains(out, want) {
				t.Errorf("%q: exit code %d, %s\nwant %s", args, code, out, want)
			}
		}
	}
	if data, err := os.ReadFile(filepath.Join(dir, "order.created.v1.json")); err != nil || !strings.Contains(string(data), `"type": "integer"`) {
		t.Errorf("the refused schema was written: %v", err)
	}
}

// TestACompatibleChangeIsToBeWritten holds that a check finds files that are out
// of date, and that writing them ends that.
func TestACompatibleChangeIsToBeWritten(t *testing.T) {
	t.Parallel()
	dir := copied(t, "order.cancelled.v1.json", `"detail": {`, `"gone": {"type": "boolean"}, "detail": {`)
	if out, code := onevent(t, "schema", "check", "-dir", dir); code != 1 || !strings.Contains(out, "order.cancelled.v1.json is not what the types are") {
		t.Fatalf("exit code %d: %s", code, out)
	}
	if out, code := onevent(t, "schema", "write", "-dir", dir); code != 0 || strings.TrimSpace(out) != "order.cancelled.v1.json" {
		t.Fatalf("exit code %d: %s", code, out)
	}
	if out, code := onevent(t, "schema", "check", "-dir", dir); code != 0 {
		t.Fatalf("exit code %d: %s", code, out)
	}
}

// TestWhatIsCommittedIsPublished holds that files that were changed or removed are
// compared with those of a commit.
func TestWhatIsCommittedIsPublished(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	root := t.TempDir()
	git := func(args ...string) {
		command := exec.CommandContext(t.Context(), "git", append([]string{"-C", root, "-c", "user.name=t", "-c", "user.email=t@example.org"}, args...)...)
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("git %q: %v\n%s", args, err, out)
		}
	}
	dir := filepath.Join(root, "events", "schemas")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	git("init", "-q")
	git("commit", "-q", "--allow-empty", "-m", "nothing is published")
	git("tag", "nothing")
	if err := os.CopyFS(dir, os.DirFS(copied(t, "commands/order.cancel.json", `"order": {`, `"why": {"type": "string"}, "order": {`))); err != nil {
		t.Fatal(err)
	}
	if out, code := onevent(t, "schema", "write", "-dir", dir); code != 0 || !strings.Contains(out, "commands/order.cancel.json") {
		t.Fatalf("what is not committed is not published: exit code %d: %s", code, out)
	}
	git("add", ".")
	git("commit", "-q", "-m", "published")
	if out, code := onevent(t, "schema", "check", "-dir", dir); code != 0 {
		t.Fatalf("exit code %d: %s", code, out)
	}
	if err := os.WriteFile(filepath.Join(dir, "order.forgotten.v1.json"), []byte(`{"$id": "urn:onevent:order.forgotten:1"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	git("add", ".")
	git("commit", "-q", "-m", "another event")
	for name, c := range map[string]struct {
		args []string
		want string
		code int
	}{
		"an event is gone":     {nil, "order.forgotten v1 was published (order.forgotten.v1.json) and is gone", 1},
		"it was not there":     {[]string{"-git", "HEAD^"}, "order.forgotten.v1.json is not what the types are", 1},
		"nothing was there":    {[]string{"-git", "nothing"}, "order.forgotten.v1.json is not what the types are", 1},
		"no such commit":       {[]string{"-git", "nowhere"}, "git rev-parse", 1},
		"an option, no commit": {[]string{"-git", "--all"}, "git rev-parse", 1},
		"two at once":          {[]string{"-git", "HEAD", "-against", root}, "exclude each other", 2},
		"no such folder":       {[]string{"-against", filepath.Join(root, "none")}, "no such file", 1},
		"an empty folder":      {[]string{"-against", t.TempDir()}, "order.forgotten.v1.json is not what the types are", 1},
	} {
		out, code := onevent(t, append([]string{"schema", "check", "-dir", dir}, c.args...)...)
		if code != c.code || !strings.Contains(out, c.want) {
			t.Errorf("%s: exit code %d: %s", name, code, out)
		}
	}
}

func TestSchemaShowsOne(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"order.created": `"$id": "urn:onevent:order.created:1"`, "order.place": `"$id": "urn:onevent:command:order.place"`} {
		if out, code := onevent(t, "schema", "show", name); code != 0 || !strings.Contains(out, want) {
			t.Errorf("%s: exit code %d: %s", name, code, out)
		}
	}
	if out, code := onevent(t, "schema", "show", "order.none"); code != 1 || !strings.Contains(out, "there is no event or command order.none") {
		t.Errorf("exit code %d: %s", code, out)
	}
	for _, args := range [][]string{{"schema"}, {"schema", "show"}, {"schema", "read"}, {"schema", "check", "more"}} {
		if _, code := onevent(t, args...); code != 2 {
			t.Errorf("%q: exit code %d", args, code)
		}
	}
}

func TestDocsAreWritten(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{"asyncapi": `"asyncapi": "3.0.0"`, "openapi": `"openapi": "3.1.1"`, "page": `<a href="./openapi.json">`} {
		if out, code := onevent(t, "docs", kind); code != 0 || !strings.Contains(out, want) || !strings.Contains(out, "Food to go") {
			t.Errorf("%s: exit code %d: %.200s", kind, code, out)
		}
	}
	dir := t.TempDir()
	if out, code := onevent(t, "docs", "-o", dir); code != 0 {
		t.Fatalf("exit code %d: %s", code, out)
	}
	for _, name := range []string{"asyncapi.json", "openapi.json", "index.html", "eventcatalog/services/accounting/index.mdx"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	for _, args := range [][]string{{"docs"}, {"docs", "eventcatalog"}, {"docs", "word"}, {"docs", "page", "openapi"}} {
		if _, code := onevent(t, args...); code != 2 {
			t.Errorf("%q: exit code %d", args, code)
		}
	}
}
