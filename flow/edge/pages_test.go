package edge_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/memory"
)

// read reads an answer that must be 200.
func (r *rig) read(path string, into any) {
	r.t.Helper()
	a := r.do(http.MethodGet, path, "")
	if err := json.Unmarshal([]byte(a.body), into); err != nil || a.status != http.StatusOK {
		r.t.Fatalf("%s: %d %s (%v)", path, a.status, a.body, err)
	}
}

// events reads all events of a path, page by page.
func (r *rig) events(path string) (ids []string) {
	r.t.Helper()
	for after := ""; ; {
		var page edge.EventPage
		r.read(path+"?limit=2&after="+after, &page)
		for _, e := range page.Events {
			ids = append(ids, e.ID)
		}
		if after = page.Next; after == "" {
			return ids
		}
		if len(page.Events) != 2 {
			r.t.Fatalf("%s: a page of %d events that is not the last", path, len(page.Events))
		}
	}
}

func TestPagesCoverStreamsAndFlows(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.press(`{"light":"a","house":"h","times":7}`)
	r.Run()
	var all edge.EventPage
	r.read("/streams/light/a", &all)
	for _, path := range []string{"/streams/light/a", "/flows/" + all.Events[0].Correlation} {
		r.read(path, &all)
		want := make([]string, 0, len(all.Events))
		for _, e := range all.Events {
			want = append(want, e.ID)
			if e.At != e.Time.String() || e.Actor != "anonymous" {
				t.Errorf("%s: %+v", path, e)
			}
		}
		if got := r.events(path); !slices.Equal(got, want) || len(want) < 7 {
			t.Errorf("%s: pages hold %d events, the whole %d", path, len(got), len(want))
		}
	}
	if a := r.do(http.MethodGet, "/streams/light/a?after=none", ""); a.status != http.StatusBadRequest || !strings.Contains(a.body, "none") {
		t.Errorf("after an unknown event: %+v", a)
	}
}

func TestPagesCoverWhatIsParked(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for range 5 {
		r.press(`{"light":"never","house":"h","times":2}`)
		r.Run()
	}
	seen := map[string]bool{}
	for after := ""; ; {
		var page edge.ParkedPage
		r.read("/parked?limit=2&after="+after, &page)
		for _, f := range page.Parked {
			seen[f.ID] = true
		}
		if after = page.Next; after == "" {
			break
		}
	}
	if len(seen) != 5 {
		t.Fatalf("%d parked, want 5", len(seen))
	}
}

// serveWorld returns a rig over a world.
func serveWorld(t *testing.T, w *flowtest.World) *rig {
	t.Helper()
	server := httptest.NewServer(edge.New(w.System(), edge.Options{}))
	t.Cleanup(server.Close)
	return &rig{World: w, t: t, server: server}
}

// A place is a command with a field of each type.
type place struct {
	Case  string         `json:"case"`
	Books []book         `json:"books"`
	By    map[string]int `json:"by"`
	Exact bool           `json:"exact"`
	Ratio float64        `json:"ratio"`
	When  time.Time      `json:"when,omitzero"`
	Next  *book          `json:"next,omitempty"`
}

type book struct {
	Title string `json:"title"`
	Pages uint16 `json:"pages"`
}

type placed struct {
	Case string `json:"case"`
}

func (place) Type() string   { return "edge_test.place" }
func (placed) Type() string  { return "edge_test.placed" }
func (p place) Key() string  { return p.Case }
func (p placed) Key() string { return p.Case }

type bookcase struct{}

func (b bookcase) Evolve(flow.Event) bookcase { return b }

// A Shelf is a document with a field of each type.
type Shelf struct {
	Name   string    `json:"name"`
	Digits string    `json:"digits"`
	Full   bool      `json:"full"`
	Boards int       `json:"boards"`
	Load   float64   `json:"load,omitempty"`
	Since  time.Time `json:"since"`
	Books  []string  `json:"books"`
}

// newShelves returns a rig whose view has three shelves, s1 to s3.
func newShelves(t *testing.T) *rig {
	t.Helper()
	store := memory.New()
	w := flowtest.NewWorld(t, flow.App{
		Events: flow.Final(placed{}),
		Functions: []flow.Function{
			flow.Command("place", func(bookcase, place) ([]flow.Event, error) { return nil, nil }).Emits(placed{}),
			flow.View("shelves", flow.Project(placed.Key, func(s Shelf, _ placed) Shelf { return s })),
		},
	}, &driver.Platform{Log: store, Views: store.Views(), Agenda: store.Agenda()})
	for i := 1; i <= 3; i++ {
		body, err := json.Marshal(Shelf{Name: fmt.Sprintf("shelf %d", i), Digits: fmt.Sprint(i), Full: i == 2, Boards: i, Load: float64(i) / 2})
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Views().Put(t.Context(), driver.Document{View: "shelves", Key: fmt.Sprintf("s%d", i), Body: body}, ""); err != nil {
			t.Fatal(err)
		}
	}
	return serveWorld(t, w)
}

func TestConditionsHaveTheTypesOfTheirFields(t *testing.T) {
	t.Parallel()
	r := newShelves(t)
	for query, want := range map[string]string{
		"name=shelf+1":                   "s1",
		"digits=2":                       "s2", // a text, though it looks like a number
		"full=true":                      "s2",
		"full=false":                     "s1 s3",
		"full=false&limit=1":             "s1",
		"boards=3":                       "s3",
		"boards=3.0":                     "s3",
		"load=0.5":                       "s1",
		"boards=2&full=false":            "",
		"name=":                          "",
		"name=" + url.QueryEscape(`"';`): "",
		"after=s1":                       "s2 s3",
	} {
		var page edge.DocumentPage
		r.read("/views/shelves?"+query, &page)
		var keys []string
		for _, d := range page.Documents {
			keys = append(keys, d.Key)
		}
		if got := strings.Join(keys, " "); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	for query, want := range map[string]string{
		"full=yes": "true or false", "full=1": "true or false", "boards=many": "a number", "boards=0x1": "a number", "load=NaN": "a number",
		"load=Inf": "a number", "boards=": "a number", "books=x": "found by", "Name=x": "known are", "name=a&name=b": "twice", "after=../x": "after",
		"name=%zz": "can't be read",
	} {
		a := r.do(http.MethodGet, "/views/shelves?"+query, "")
		if a.status != http.StatusBadRequest || !strings.Contains(a.body, want) {
			t.Errorf("%s: %d %s, want %q", query, a.status, a.body, want)
		}
	}
}

// TestCommandsAreDescribed holds that the example of a command can be sent.
func TestCommandsAreDescribed(t *testing.T) {
	t.Parallel()
	r := newShelves(t)
	var answer struct {
		Commands []edge.CommandInfo `json:"commands"`
	}
	r.read("/commands", &answer)
	if len(answer.Commands) != 1 || answer.Commands[0].Function != "place" {
		t.Fatalf("%+v", answer)
	}
	var fields []string
	for _, f := range answer.Commands[0].Fields {
		text := f.Name + " " + f.Type
		for _, inner := range f.Fields {
			text += " " + inner.Name
		}
		if !f.Required {
			text += " optional"
		}
		fields = append(fields, text)
	}
	want := "case string, books array title pages, by map, exact boolean, ratio number, when string optional, next object title pages optional"
	if got := strings.Join(fields, ", "); got != want {
		t.Errorf("fields %s\nwant   %s", got, want)
	}
	a := r.do(http.MethodPost, "/commands/"+answer.Commands[0].Name, string(answer.Commands[0].Example), "Content-Type", asJSON)
	if a.status != http.StatusOK || a.header.Get("Location") != "" {
		t.Errorf("%s: %+v", answer.Commands[0].Example, a)
	}
}
