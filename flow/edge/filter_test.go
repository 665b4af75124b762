package edge_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/memory"
)

// A Shadow is a document whose fields have the names of parameters.
type Shadow struct {
	Limit  int    `json:"limit"`
	Sort   string `json:"sort"`
	Wait   bool   `json:"wait"`
	Token  string `json:"token,omitempty"`
	Prefix string `json:"where.sort"`
}

// newShadows returns a rig whose view has the shadows a and b.
func newShadows(t *testing.T) *rig {
	t.Helper()
	store := memory.New()
	w := flowtest.NewWorld(t, flow.App{
		Events: flow.Final(placed{}),
		Functions: []flow.Function{
			flow.Command("place", func(bookcase, place) ([]flow.Event, error) { return nil, nil }).Emits(placed{}),
			flow.View("shadows", flow.Project(placed.Key, func(s Shadow, _ placed) Shadow { return s })),
		},
	}, &driver.Platform{Log: store, Views: store.Views(), Agenda: store.Agenda()})
	for key, s := range map[string]Shadow{
		"a": {Limit: 1, Sort: "up", Wait: true, Prefix: "x"}, "b": {Limit: 2, Sort: "down", Token: "t", Prefix: "y"},
	} {
		body, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Views().Put(t.Context(), driver.Document{View: "shadows", Key: key, Body: body}, ""); err != nil {
			t.Fatal(err)
		}
	}
	return serveWorld(t, w)
}

func (r *rig) keys(path string) string {
	r.t.Helper()
	var page edge.DocumentPage
	r.read(path, &page)
	var keys []string
	for _, d := range page.Documents {
		keys = append(keys, d.Key)
	}
	return strings.Join(keys, " ")
}

func TestFieldsWithNamesOfParameters(t *testing.T) {
	t.Parallel()
	r := newShadows(t)
	for query, want := range map[string]string{
		"":                                "a b",
		"where.limit=2":                   "b",
		"where.limit=2&limit=1":           "b",
		"limit=2":                         "a b",
		"where.sort=up":                   "a",
		"sort=key&where.sort=down":        "b",
		"where.wait=true":                 "a",
		"where.token=t":                   "b",
		"where.where.sort=y":              "b",
		"where.where.sort=y&where.sort=x": "",
	} {
		if got := r.keys("/views/shadows?" + query); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	for query, want := range map[string]string{
		"where.limit=x": "a number is wanted", "where.nothing=1": "known are", "where.=1": "known are", "where.limit=1&where.limit=2": "twice",
		"sort=up": "unsupported-sort", "wait=true": "nothing to wait for",
	} {
		if a := r.do(http.MethodGet, "/views/shadows?"+query, ""); a.status != http.StatusBadRequest || !strings.Contains(a.body, want) {
			t.Errorf("%s: %d %s, want %q", query, a.status, a.body, want)
		}
	}
	shelves := newShelves(t)
	if got := shelves.keys("/views/shelves?where.full=false&boards=3"); got != "s3" {
		t.Errorf("both forms: %q", got)
	}
	if a := shelves.do(http.MethodGet, "/views/shelves?where.full=true&full=true", ""); a.status != http.StatusBadRequest || !strings.Contains(a.body, "two conditions on full") {
		t.Errorf("one field in both forms: %+v", a)
	}
}

func TestOrderIsByKeyOnly(t *testing.T) {
	t.Parallel()
	r := newShelves(t)
	if got := r.keys("/views/shelves?sort=key&limit=2"); got != "s1 s2" {
		t.Errorf("sort=key: %q", got)
	}
	for _, order := range []string{"-key", "boards", "-boards", "", "KEY", "key,boards"} {
		a := r.do(http.MethodGet, "/views/shelves?sort="+order, "")
		if a.status != http.StatusBadRequest || !strings.Contains(a.body, "unsupported-sort") || !strings.Contains(a.body, "sort=key") {
			t.Errorf("sort=%s: %d %s", order, a.status, a.body)
		}
	}
}

func TestFieldsAreSelected(t *testing.T) {
	t.Parallel()
	r := newShelves(t)
	for path, want := range map[string]string{
		"/views/shelves/s1?fields=boards,name": `{"name":"shelf 1","boards":1}`, // in the document's order
		"/views/shelves/s1?fields=name,boards": `{"name":"shelf 1","boards":1}`,
		"/views/shelves/s1?fields=books":       `{"books":null}`,
		"/views/shelves?fields=full&limit=1":   `{"documents":[{"key":"s1","document":{"full":false}}],"next":"s1"}`,
	} {
		if a := r.do(http.MethodGet, path, ""); a.status != http.StatusOK || strings.TrimSpace(a.body) != want {
			t.Errorf("%s: %d %s, want %s", path, a.status, a.body, want)
		}
	}
	shadows := newShadows(t)
	if a := shadows.do(http.MethodGet, "/views/shadows/a?fields=token", ""); strings.TrimSpace(a.body) != "{}" {
		t.Errorf("a field that the document lacks: %+v", a)
	}
	for _, path := range []string{"/views/shelves", "/views/shelves/s1"} {
		for fields, want := range map[string]string{
			"colour": "known are name, digits", "": "no field", "name,": "no field", "Name": "no field", "name,name": "twice", "where.name": "no field",
			"name&fields=full": "twice",
		} {
			if a := r.do(http.MethodGet, path+"?fields="+fields, ""); a.status != http.StatusBadRequest || !strings.Contains(a.body, want) {
				t.Errorf("%s?fields=%s: %d %s, want %q", path, fields, a.status, a.body, want)
			}
		}
	}
	if a := r.do(http.MethodGet, "/views/shelves/s1?limit=1", ""); a.status != http.StatusBadRequest {
		t.Errorf("limit on one document: %+v", a)
	}
}
