package schema_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	jsonschema "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/onevent/onevent/flow/internal/strict"
	"github.com/onevent/onevent/flow/schema"
)

// everything has a field of each sort.
type everything struct {
	embedded
	Text    string            `json:"text"`
	Maybe   string            `json:"maybe,omitempty"`
	Whole   int               `json:"whole"`
	Small   int8              `json:"small"`
	Count   uint32            `json:"count"`
	Float   float64           `json:"float"`
	Single  float32           `json:"single"`
	Flag    bool              `json:"flag"`
	At      time.Time         `json:"at"`
	Bytes   []byte            `json:"bytes"`
	List    []int16           `json:"list"`
	Pair    [2]string         `json:"pair"`
	Lines   []line            `json:"lines"`
	Pointer *line             `json:"pointer"`
	Words   map[string]string `json:"words"`
	Numbers map[int]bool      `json:"numbers"`
	Colour  threeColours      `json:"colour"`
	Quoted  int               `json:"quoted,string"`
	Tree    node              `json:"tree"`
	Any     any               `json:"any"`
	Digits  json.Number       `json:"digits"`
	Left    string            `json:"-"`
	Plain   string
	_       string
}

type embedded struct {
	Inner string `json:"inner"`
	Text  int    `json:"text"` // hidden by that of everything
}

// TestValidateAgreesWithAnotherValidator validates what encoding/json writes, and
// that with random damage, and compares the verdicts with those of a library that
// knows all of JSON Schema.
func TestValidateAgreesWithAnotherValidator(t *testing.T) {
	t.Parallel()
	for _, use := range []schema.Use{schema.Written, schema.Asked} {
		s := schema.Of(reflect.TypeFor[everything](), use, nil)
		other := compiled(t, s)
		random := newRandom(uint64(use))
		invalid := 0
		for i := range 1000 {
			data, err := json.Marshal(random.value(reflect.TypeFor[everything](), use).Interface())
			if err != nil {
				t.Fatal(err)
			}
			if problems := schema.Validate(s, data); len(problems) > 0 {
				t.Fatalf("value %d: %v\n%s", i, problems, data)
			}
			data = random.damage(t, data)
			problems := schema.Validate(s, data)
			value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			if err := other.Validate(value); (err == nil) != (len(problems) == 0) {
				t.Fatalf("value %d: we say %v, the other says %v\n%s", i, problems, err, data)
			}
			if len(problems) > 0 {
				invalid++
			}
		}
		if invalid < 300 || invalid > 990 {
			t.Fatalf("%d of 1000 damaged values are invalid, so nothing is compared", invalid)
		}
	}
}

func compiled(t *testing.T, s *schema.Schema) *jsonschema.Schema {
	t.Helper()
	data, err := s.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	c.AssertContent()
	if err := c.AddResource("urn:test", value); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("urn:test")
	if err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	return compiled
}

// damage changes something in a JSON value.
func (r random) damage(t *testing.T, data []byte) []byte {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		t.Fatal(err)
	}
	changed, err := json.Marshal(r.damaged(value))
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

func (r random) damaged(value any) any {
	switch v := value.(type) {
	case map[string]any:
		names := slices.Sorted(maps.Keys(v))
		if len(names) == 0 || r.IntN(12) == 0 {
			v[r.text()] = r.anything()
			return v
		}
		name := names[r.IntN(len(names))]
		if r.IntN(6) == 0 {
			delete(v, name)
			return v
		}
		v[name] = r.damaged(v[name])
		return v
	case []any:
		if len(v) > 0 && r.IntN(2) == 0 {
			i := r.IntN(len(v))
			v[i] = r.damaged(v[i])
			return v
		}
		return append(v, r.anything())
	}
	return r.anything()
}

func (r random) anything() any {
	return []any{
		nil, true, r.text(), json.Number("0"), json.Number("-129"), json.Number("127"), json.Number("4294967296"),
		json.Number("9223372036854775808"),
		[]any{},
		map[string]any{},
		[]any{"a", "b"},
		"2026-01-02T15:04:05+01:00", "YWJj", "red",
	}[r.IntN(14)]
}

// TestValidateSaysWhatIsWrong holds what a producer is told, and where.
func TestValidateSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	const good = `{"lines":[{"name":"pizza","price":950}]}`
	for name, c := range map[string]struct {
		use  schema.Use
		data string
		want []string
	}{
		"good":                     {schema.Asked, good, nil},
		"unknown, and written":     {schema.Written, `{"lines":null,"more":{"a":[1,"x"]}}`, nil},
		"unknown, and asked":       {schema.Asked, `{"lines":[],"more":1}`, []string{"/more: is unknown"}},
		"null, and asked":          {schema.Asked, `{"lines":null}`, []string{"/lines: is null, an array is wanted"}},
		"missing":                  {schema.Written, `{}`, []string{"/lines: is missing"}},
		"another type":             {schema.Written, `{"lines":"pizza"}`, []string{"/lines: is a string, an array is wanted"}},
		"within":                   {schema.Asked, `{"lines":[{"name":1,"price":true,"x/y~":0}]}`, []string{"/lines/0/name: is the number 1, a string is wanted", "/lines/0/price: is true, a whole number is wanted", "/lines/0/x~1y~0: is unknown"}},
		"twice":                    {schema.Written, `{"lines":[],"lines":[]}`, []string{"/lines: is there twice"}},
		"twice where none looks":   {schema.Written, `{"lines":[],"more":{"a":1,"a":2}}`, []string{"/more/a: is there twice"}},
		"a fraction":               {schema.Written, `{"lines":[{"name":"","price":1.0}]}`, []string{"/lines/0/price: is the number 1.0, a whole number is wanted"}},
		"an exponent":              {schema.Written, `{"lines":[{"name":"","price":1e2}]}`, []string{"/lines/0/price: is the number 1e2, a whole number is wanted"}},
		"out of range":             {schema.Written, `{"lines":[{"name":"","price":9223372036854775808}]}`, []string{"/lines/0/price: is out of range"}},
		"at the end of the range":  {schema.Written, `{"lines":[{"name":"","price":-9223372036854775808}]}`, nil},
		"beyond its lower end":     {schema.Written, `{"lines":[{"name":"","price":-9223372036854775809}]}`, []string{"/lines/0/price: is out of range"}},
		"no object":                {schema.Written, `[{"a":1}]`, []string{"is an array, an object is wanted"}},
		"no JSON":                  {schema.Written, `{"lines":[}`, []string{"not JSON: invalid character '}' looking for beginning of value"}},
		"two values":               {schema.Written, good + good, []string{"not JSON: something follows the value"}},
		"not UTF-8":                {schema.Written, "{\"lines\":[],\"a\":\"\xff\"}", []string{"not valid UTF-8"}},
		"half of a surrogate pair": {schema.Written, `{"lines":[],"a":"\ud800"}`, []string{"not JSON: half of a surrogate pair"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, p := range schema.Validate(schema.Of(reflect.TypeFor[lines[line]](), c.use, nil), []byte(c.data)) {
				got = append(got, p.String())
			}
			if !slices.Equal(got, c.want) {
				t.Fatalf("problems %q, want %q", got, c.want)
			}
		})
	}
}

// TestHostileDataCostsLittle holds that the answer is bounded, and that the
// exponent of a number costs nothing.
func TestHostileDataCostsLittle(t *testing.T) {
	t.Parallel()
	s := schema.Of(reflect.TypeFor[of[[]float32]](), schema.Asked, nil)
	many := schema.Validate(s, []byte(`{"a":[`+strings.Repeat(`"x",`, 1000)+`"x"]}`))
	if len(many) != 20 {
		t.Errorf("%d problems", len(many))
	}
	for number, valid := range map[string]bool{
		"1e-999999999999999999999": true, "1e999999999999999999999": false, "-1e39": false, "0e999999999": true, "0.00000": true, "-0": true,
		"3.4028235e38": true, "34028235e31": true, "3.4028236e38": false, "3.5e38": false, "340282346638528870000000000000000000000": true,
	} {
		if problems := schema.Validate(s, []byte(`{"a":[`+number+`]}`)); (len(problems) == 0) != valid {
			t.Errorf("%s: %v", number, problems)
		}
	}
	deep := schema.Validate(s, []byte(`{"b":`+strings.Repeat("[", 100000)+strings.Repeat("]", 100000)+`}`))
	if len(deep) != 1 {
		t.Errorf("deep nesting: %v", deep)
	}
}

// FuzzValidate holds that any data gets an answer, which is that of the engine.
func FuzzValidate(f *testing.F) {
	for _, seed := range []string{
		`{"text":"a","zero":1,"count":1,"float":1.5,"single":1,"flag":true,"list":[1],"lines":[],"pair":["a","b"],"pointer":{"name":"a","price":1},"words":{"a":"b"},"tree":{"name":"a","nodes":[{"name":"b"}]},"Plain":"p"}`,
		`{"text":null}`, `[]`, `{"a":1,"a":2}`, `{"single":1e99}`, `{"zero":-0,"count":1.0}`, `{"tree":{"nodes":{}}}`, "\xff", `"\ud800"`, `{"~/":0}`,
	} {
		f.Add([]byte(seed))
	}
	s := schema.Of(reflect.TypeFor[asked](), schema.Asked, nil)
	f.Fuzz(func(t *testing.T, data []byte) {
		var into asked
		taken, problems := strict.Decode(data, &into), schema.Validate(s, data)
		if (len(taken) == 0) != (len(problems) == 0) {
			t.Fatalf("the engine says %v, the schema %v", taken, problems)
		}
	})
}
