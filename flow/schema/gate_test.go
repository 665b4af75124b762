package schema_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/onevent/onevent/flow/schema"
)

// full is an event whose rule is full.
type full struct {
	A string `json:"a"`
	B string `json:"b"`
}

func (full) Compatibility() string { return "full" }

// forward has the shape of full but for a member, and a weaker rule.
type forward struct {
	A string `json:"a"`
	B string `json:"b"`
	C string `json:"c,omitempty"`
}

func (forward) Compatibility() string { return "forward" }

type wrongRule struct{}

func (wrongRule) Compatibility() string { return "backwards" }

type outdated struct {
	A string `json:"a"`
}

func (outdated) Deprecated() bool { return true }

func set(t *testing.T, subjects ...schema.Subject) schema.Set {
	t.Helper()
	s, err := schema.Make(subjects, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func today(version int, zero any) schema.Subject {
	return schema.Subject{Type: "a.happened", Version: version, Zero: zero}
}

func before(version int, zero any) schema.Subject {
	return schema.Subject{Type: "a.happened", Version: version, Old: true, Zero: zero}
}

func ask(zero any) schema.Subject { return schema.Subject{Type: "a.do", Zero: zero} }

// TestTheGate holds what may become of what was published.
func TestTheGate(t *testing.T) {
	t.Parallel()
	type subjects = []schema.Subject
	for name, c := range map[string]struct {
		published, now subjects
		want           []string // parts of what is said, nothing if all is well
	}{
		"nothing changes":            {subjects{today(1, text{}), ask(text{})}, subjects{today(1, text{}), ask(text{})}, nil},
		"an event is new":            {nil, subjects{today(1, text{})}, nil},
		"a compatible change":        {subjects{today(1, text{})}, subjects{today(1, textAndOptional{})}, nil},
		"a version is added":         {subjects{today(1, text{})}, subjects{before(1, text{}), today(2, number{})}, nil},
		"a weaker rule":              {subjects{today(1, full{})}, subjects{today(1, textAndMore{})}, nil},
		"a stronger rule":            {subjects{today(1, textAndMore{})}, subjects{today(1, full{})}, nil},
		"an old version is forward":  {subjects{today(1, full{})}, subjects{before(1, textAndMore{}), today(2, text{})}, nil},
		"a deprecated command goes":  {subjects{ask(outdated{})}, nil, nil},
		"a command is deprecated":    {subjects{ask(text{})}, subjects{ask(outdated{})}, nil},
		"a renamed event":            {subjects{{Type: "a.was_called", Version: 1, Zero: text{}}}, subjects{{Type: "a.was_called", Version: 1, Old: true, Zero: text{}}, today(1, text{})}, nil},
		"an incompatible change":     {subjects{today(1, text{})}, subjects{today(1, number{})}, []string{"a.happened v1 was published (a.happened.v1.json)", "/properties/a: the type was a string and is a whole number", "breaks backward", `flow.Upcast("a.happened", 1, schema_test.numberV1.Upcast)`, "add version 2"}},
		"of the second version":      {subjects{before(1, text{}), today(2, text{})}, subjects{before(1, text{}), today(2, number{})}, []string{"a.happened v2", `flow.Upcast("a.happened", 2, schema_test.numberV2.Upcast)`, "add version 3"}},
		"of an old version":          {subjects{before(1, text{}), today(2, text{})}, subjects{before(1, number{}), today(2, text{})}, []string{"a.happened v1", "An old version stays as it was written"}},
		"weaker rule and change":     {subjects{today(1, full{})}, subjects{today(1, text{})}, []string{"breaks forward", `the member "b" was required and is gone`}},
		"two rules together":         {subjects{today(1, forward{})}, subjects{today(1, text{})}, []string{"breaks forward"}},
		"an event is gone":           {subjects{today(1, text{})}, nil, []string{"a.happened v1 was published (a.happened.v1.json) and is gone", "The log may hold it for ever", `flow.Upcast("a.happened", 1, …)`}},
		"the newest version is gone": {subjects{before(1, text{}), today(2, text{})}, subjects{today(1, text{})}, []string{"a.happened v2", "is gone"}},
		"a command breaks":           {subjects{ask(text{})}, subjects{ask(number{})}, []string{"command a.do was published (commands/a.do.json)", "breaks backward", "add a command of another name"}},
		"a command is gone":          {subjects{ask(text{})}, nil, []string{"command a.do", "is gone", "Deprecated() bool"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var said []string
			for _, r := range set(t, c.now...).Check(set(t, c.published...)) {
				said = append(said, r.String())
			}
			if (len(said) == 0) != (len(c.want) == 0) || len(said) > 1 {
				t.Fatalf("it says %q", said)
			}
			for _, want := range c.want {
				if !strings.Contains(said[0], want) {
					t.Errorf("it says\n%s\nand not %q", said[0], want)
				}
			}
		})
	}
}

// TestFilesAreWrittenOnce holds that what is written is what is read, and is
// written again only where something changed.
func TestFilesAreWrittenOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := set(t, today(1, full{}), ask(everything{}), schema.Subject{Type: "a.grew", Version: 12, Zero: node{}})
	write := func(s schema.Set) []string {
		changed, err := s.Write(dir)
		if err != nil {
			t.Fatal(err)
		}
		return changed
	}
	other := filepath.Join(dir, "schemas.go")
	if err := os.WriteFile(other, []byte("package schemas\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, want := write(s), []string{"a.grew.v12.json", "a.happened.v1.json", "commands/a.do.json"}; !slices.Equal(got, want) {
		t.Fatalf("written %q, want %q", got, want)
	}
	if got := write(s); len(got) > 0 {
		t.Fatalf("written again: %q", got)
	}
	loaded, err := schema.Load(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	if refusals := s.Check(loaded); len(refusals) > 0 || len(loaded.Subjects()) != 3 {
		t.Fatalf("%v of %v", refusals, loaded.Subjects())
	}
	for _, subject := range s.Subjects() {
		want, err := s.Get(subject.Type, subject.Version).Bytes()
		if err != nil {
			t.Fatal(err)
		}
		got, err := loaded.Get(subject.Type, subject.Version).Bytes()
		if err != nil || string(got) != string(want) {
			t.Errorf("%s is read as %s, %v; want %s", subject, got, err, want)
		}
	}
	if got := write(set(t, today(1, full{}))); !slices.Equal(got, []string{"a.grew.v12.json", "commands/a.do.json"}) {
		t.Fatalf("removed %q", got)
	}
	if _, err := os.Stat(other); err != nil {
		t.Error("a file that is no schema was removed")
	}
}

func TestWhatIsNoSchemaIsAnError(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]map[string]string{
		"not JSON":       {"a.b.v1.json": `{`},
		"another's":      {"a.b.v1.json": `{"$id":"urn:onevent:a.c:1"}`},
		"a wrong rule":   {"a.b.v1.json": `{"$id":"urn:onevent:a.b:1","x-onevent-compatibility":"sometimes"}`},
		"wrong types":    {"a.b.v1.json": `{"$id":"urn:onevent:a.b:1","type":7}`},
		"wrong members":  {"a.b.v1.json": `{"$id":"urn:onevent:a.b:1","properties":[]}`},
		"a bad command":  {"commands/a.b.json": `[]`},
		"another's name": {"commands/a.b.json": `{"$id":"urn:onevent:a.b:1"}`},
	} {
		folder := fstest.MapFS{}
		for path, data := range files {
			folder[path] = &fstest.MapFile{Data: []byte(data)}
		}
		if _, err := schema.Load(folder); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for name, c := range map[string]struct {
		typ     string
		version int
		id      string
		bad     bool
	}{
		"there":          {"a.b", 1, "urn:onevent:a.b:1", false},
		"a command":      {"a.b", 0, "urn:onevent:command:a.b", false},
		"not there":      {"a.c", 1, "", false},
		"no version":     {"a.b", -1, "", false},
		"another folder": {"../a.b", 1, "", false},
		"broken":         {"a.d", 1, "", true},
	} {
		s, err := schema.LoadOne(fstest.MapFS{
			"a.b.v1.json": {Data: []byte(`{"$id":"urn:onevent:a.b:1"}`)}, "commands/a.b.json": {Data: []byte(`{"$id":"urn:onevent:command:a.b"}`)},
			"a.d.v1.json": {Data: []byte(`{`)},
		}, c.typ, c.version)
		if (err != nil) != c.bad || (s != nil) != (c.id != "") || s != nil && s.ID != c.id {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
	others, err := schema.Load(fstest.MapFS{"README.md": {}, "a.json": {}, "a.v0.json": {}, "a.v01.json": {}, "deep/a.b.v1.json": {}, "commands/x/y.json": {}})
	if err != nil || len(others.Subjects()) > 0 {
		t.Errorf("other files: %v, %v", others.Subjects(), err)
	}
	for name, subjects := range map[string][]schema.Subject{
		"twice":    {today(1, text{}), today(1, number{})},
		"a rule":   {today(1, wrongRule{})},
		"no type":  {today(1, nil)},
		"a string": {today(1, "a")},
	} {
		if _, err := schema.Make(subjects, nil); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestDescribedTakesWordsOnly holds that words are taken where the shape is the
// same.
func TestDescribedTakesWordsOnly(t *testing.T) {
	t.Parallel()
	published := map[string][]byte{}
	for _, s := range set(t, today(1, node{}), ask(textAndMore{})).Subjects() {
		d, err := s.Schema(nil)
		if err != nil {
			t.Fatal(err)
		}
		d.Description = "It is described."
		if published[s.Path()], err = json.Marshal(d); err != nil {
			t.Fatal(err)
		}
	}
	other, err := schema.Parse(maps.Clone(published))
	if err != nil {
		t.Fatal(err)
	}
	described := set(t, today(1, node{}), ask(text{})).Described(other)
	if got := described.Get("a.happened", 1).Description; got == "" {
		t.Error("the same shape got no words")
	}
	if got := described.Get("a.do", 0).Description; got != "" {
		t.Error("another shape got words")
	}
}
