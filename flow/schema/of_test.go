package schema_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow/internal/strict"
	"github.com/onevent/onevent/flow/schema"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// asked is what a command may hold, of each sort.
type asked struct {
	Text    string            `json:"text"`
	Maybe   string            `json:"maybe,omitempty"`
	Zero    int8              `json:"zero,omitzero"`
	Count   uint32            `json:"count"`
	Float   float64           `json:"float"`
	Single  float32           `json:"single"`
	Flag    bool              `json:"flag"`
	List    []int16           `json:"list"`
	Lines   []line            `json:"lines"`
	Pair    [2]string         `json:"pair"`
	Pointer *line             `json:"pointer"`
	Words   map[string]string `json:"words"`
	Tree    node              `json:"tree"`
	Plain   string
}

// TestOf compares the schemas of types that have everything with golden files.
func TestOf(t *testing.T) {
	t.Parallel()
	comments := func(t reflect.Type, field string) string {
		if t.PkgPath() == "" || field != "" && field != "Name" {
			return ""
		}
		return strings.TrimSpace("About "+t.Name()+" "+field) + "."
	}
	for name, c := range map[string]struct {
		goType reflect.Type
		use    schema.Use
	}{
		"written":   {reflect.TypeFor[everything](), schema.Written},
		"asked":     {reflect.TypeFor[asked](), schema.Asked},
		"recursive": {reflect.TypeFor[node](), schema.Written},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := schema.Of(c.goType, c.use, comments).Bytes()
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", name+".json")
			if *update {
				if err := os.WriteFile(golden, got, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != string(want) {
				t.Fatalf("got\n%s\nwant\n%s", got, want)
			}
			read, err := schema.Read(got)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := read.Bytes(); err != nil || string(again) != string(want) {
				t.Fatalf("read and written again: %s, %v", again, err)
			}
			compiled(t, read)
		})
	}
}

// TestValidateAgreesWithTheEdge holds that the schema of a command allows what
// the engine takes for one, and nothing else.
func TestValidateAgreesWithTheEdge(t *testing.T) {
	t.Parallel()
	s := schema.Of(reflect.TypeFor[asked](), schema.Asked, nil)
	random := newRandom(3)
	invalid := 0
	for range 2000 {
		data, err := json.Marshal(random.value(reflect.TypeFor[asked](), schema.Asked).Interface())
		if err != nil {
			t.Fatal(err)
		}
		data = random.damage(t, data)
		var into asked
		taken, problems := strict.Decode(data, &into), schema.Validate(s, data)
		if (len(taken) == 0) != (len(problems) == 0) {
			t.Fatalf("the engine says %v, the schema %v\n%s", taken, problems, data)
		}
		if len(problems) > 0 {
			invalid++
		}
	}
	if invalid < 500 || invalid > 1990 {
		t.Fatalf("%d of 2000 are invalid, so nothing is compared", invalid)
	}
}
