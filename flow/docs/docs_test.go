package docs_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/onevent/onevent/events/schemas"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/docs"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/internal/testapp/light"
	old "github.com/onevent/onevent/flow/internal/testapp/old/light"
	"github.com/onevent/onevent/flow/schema"
	"github.com/onevent/onevent/functions"
)

// food is the application of this repository, with its published schemas.
func food(t *testing.T) *docs.Docs {
	t.Helper()
	return documents(t, functions.App(functions.Settings{}), docs.Options{Title: "Food to go", Published: schemas.Files})
}

// grown is the test application with old versions of its events: one before the
// event of today, one renamed, one split; and with a webhook.
func grown() flow.App {
	app := testapp.App(nil)
	app.Events = flow.Join(app.Events, old.Today(
		func(lamp string) light.SwitchedOn { return light.SwitchedOn{Light: lamp} },
		func(lamp string) light.SwitchedOff { return light.SwitchedOff{Light: lamp} },
	))
	app.Functions = append(app.Functions, flow.Webhook("lamp_maker", nobody{}, func(string, []byte) (light.SwitchedOn, error) {
		return light.SwitchedOn{}, flow.ErrIgnore
	}).Emits(light.SwitchedOn{}))
	return app
}

// nobody is the verifier of senders whom nobody believes.
type nobody struct{}

func (nobody) Verify(flow.Incoming, time.Time) (string, error) { return "", flow.ErrForged }

func documents(t *testing.T, app flow.App, o docs.Options) *docs.Docs {
	t.Helper()
	d, err := docs.New(app, o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// files returns all documents by their paths.
func files(t *testing.T, d *docs.Docs) map[string][]byte {
	t.Helper()
	all, err := d.EventCatalog()
	if err != nil {
		t.Fatal(err)
	}
	for name, write := range map[string]func() ([]byte, error){
		"asyncapi.json": d.AsyncAPI, "openapi.json": d.OpenAPI,
		"index.html": func() ([]byte, error) { return d.Page(".") },
	} {
		if all[name], err = write(); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func TestDocumentsAreTheSameEachTime(t *testing.T) {
	t.Parallel()
	if !reflect.DeepEqual(files(t, food(t)), files(t, food(t))) {
		t.Fatal("two documents of one application differ")
	}
}

// tree reads a JSON document.
func tree(t *testing.T, data []byte) map[string]any {
	t.Helper()
	var document map[string]any
	if err := json.Unmarshal(data, &document); err != nil {
		t.Fatal(err)
	}
	return document
}

// at returns what lies at a path of names in a document.
func at(t *testing.T, document any, names ...string) any {
	t.Helper()
	for _, name := range names {
		members, ok := document.(map[string]any)
		if !ok || members[name] == nil {
			t.Fatalf("there is no %q of %q", name, names)
		}
		document = members[name]
	}
	return document
}

func keys(document any) []string {
	var names []string
	for name := range document.(map[string]any) {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// TestAsyncAPIHasEveryVersion holds that a channel has the versions of its event,
// and functions their operations on it.
func TestAsyncAPIHasEveryVersion(t *testing.T) {
	t.Parallel()
	document := tree(t, files(t, documents(t, grown(), docs.Options{}))["asyncapi.json"])
	channels := at(t, document, "channels")
	for typ, want := range map[string][]string{
		"light.switched_on":  {"light.switched_on.v1", "light.switched_on.v2"},
		"light.switched_off": {"light.switched_off.v1"},
		"light.lit":          {"light.lit.v1"},
		"light.flashed":      {"light.flashed.v1"},
	} {
		if got := keys(at(t, channels, typ, "messages")); !slices.Equal(got, want) {
			t.Errorf("messages of %s: %q, want %q", typ, got, want)
		}
	}
	if got := keys(at(t, document, "components", "schemas", "light.switched_on.v1", "properties")); !slices.Equal(got, []string{"lamp"}) {
		t.Errorf("the old version has %q", got)
	}
	operations := at(t, document, "operations")
	for _, want := range []string{"press-light.emits.light.switched_on", "count-light.takes.light.switched_on", "lights.takes.light.switched_on"} {
		at(t, operations, want)
	}
	if got := len(at(t, operations, "press-light.emits.light.switched_on", "messages").([]any)); got != 1 {
		t.Errorf("%d versions are written", got)
	}
	if got := len(at(t, operations, "lights.takes.light.switched_on", "messages").([]any)); got != 2 {
		t.Errorf("%d versions are read", got)
	}
}

// TestOpenAPIHasWebhooks holds that each has a path, and its event in the words.
func TestOpenAPIHasWebhooks(t *testing.T) {
	t.Parallel()
	document := tree(t, files(t, documents(t, grown(), docs.Options{}))["openapi.json"])
	summary := at(t, document, "paths", "/webhooks/lamp_maker", "post", "summary")
	if summary != "Takes what lamp_maker tells: light.switched_on." {
		t.Errorf("it says %v", summary)
	}
}

// TestEventCatalogHasEveryVersion holds where the versions of an event lie.
func TestEventCatalogHasEveryVersion(t *testing.T) {
	t.Parallel()
	all := files(t, documents(t, grown(), docs.Options{Title: "Lights & bells"}))
	for name, want := range map[string]string{
		"events/light.switched_on/index.mdx":                   `version: "2.0.0"`,
		"events/light.switched_on/versioned/1.0.0/index.mdx":   "deprecated: ",
		"events/light.switched_on/versioned/1.0.0/schema.json": `"lamp"`,
		"events/light.lit/index.mdx":                           "deprecated: ",
		"commands/light.press/index.mdx":                       `"path":"/commands/light.press"`,
		"services/testapp/index.mdx":                           `{"id":"light.switched_on","version":"2.0.0"}`,
		"queries/view-lights/index.mdx":                        `"method":"GET"`,
		"flows/light.press/index.mdx":                          `"next_steps"`,
		"domains/lights-bells/index.mdx":                       "```mermaid\nflowchart LR",
		"domains/lights-bells/openapi.json":                    `"openapi": "3.1.1"`,
	} {
		if !strings.Contains(string(all[name]), want) {
			t.Errorf("%s has no %s:\n%s", name, want, all[name])
		}
	}
	for name := range all {
		if path.Clean(name) != name || strings.Contains(name, "..") {
			t.Errorf("the path %q", name)
		}
	}
}

// TestPublishedSchemasBringTheirWords holds that the documents say what the source
// says, but only where the published schema is that of the type.
func TestPublishedSchemasBringTheirWords(t *testing.T) {
	t.Parallel()
	const about = "Created says that a consumer placed an order."
	if got := files(t, food(t)); !strings.Contains(string(got["asyncapi.json"]), about) || !strings.Contains(string(got["index.html"]), about) {
		t.Error("the documents do not say what order.created is")
	}
	data, err := fs.ReadFile(schemas.Files, "order.created.v1.json")
	if err != nil {
		t.Fatal(err)
	}
	other := fstest.MapFS{"order.created.v1.json": {Data: bytes.Replace(data, []byte(`"total"`), []byte(`"sum"`), 1)}}
	stale := documents(t, functions.App(functions.Settings{}), docs.Options{Published: other})
	if got := files(t, stale); strings.Contains(string(got["asyncapi.json"]), about) || strings.Contains(string(got["asyncapi.json"]), `"sum"`) {
		t.Error("the documents have a schema that is not that of the type")
	}
	if _, err := docs.New(grown(), docs.Options{Published: fstest.MapFS{"a.b.v1.json": {Data: []byte("{")}}}); err == nil {
		t.Error("a schema that can't be read is no error")
	}
}

// TestExamplesAreValid holds that each example in the documents is what its schema
// allows.
func TestExamplesAreValid(t *testing.T) {
	t.Parallel()
	app := functions.App(functions.Settings{})
	set, err := schema.Make(docs.Subjects(app), nil)
	if err != nil {
		t.Fatal(err)
	}
	all := files(t, food(t))
	messages := at(t, tree(t, all["asyncapi.json"]), "components", "messages")
	paths := at(t, tree(t, all["openapi.json"]), "paths")
	examples := 0
	for _, s := range set.Subjects() {
		var value any
		if s.Version > 0 {
			value = at(t, at(t, messages, strings.TrimSuffix(s.Path(), ".json"), "examples").([]any)[0], "payload")
		} else {
			value = at(t, paths, "/commands/"+s.Type, "post", "requestBody", "content", "application/json", "examples", "example", "value")
		}
		data, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		if problems := schema.Validate(set.Get(s.Type, s.Version), data); len(problems) > 0 {
			t.Errorf("the example of %s: %v\n%s", s, problems, data)
		}
		examples++
	}
	if want := len(app.Events.Types()); examples <= want {
		t.Errorf("%d examples of %d events and the commands", examples, want)
	}
}
