package schema_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/schema"
)

// A change is a Go type before and after, and where which rule is broken: as
// "backward /properties/a", nothing if the change is compatible.
type change struct {
	name          string
	use           schema.Use
	before, after reflect.Type
	rule          schema.Rule
	want          []string
}

// event is a change of an event, command one of a command.
func event[Before, After any](name string, rule schema.Rule, want ...string) change {
	return change{name, schema.Written, reflect.TypeFor[Before](), reflect.TypeFor[After](), rule, want}
}

func command[Before, After any](name string, want ...string) change {
	return change{name, schema.Asked, reflect.TypeFor[Before](), reflect.TypeFor[After](), schema.Backward, want}
}

type (
	text struct {
		A string `json:"a"`
	}
	optionalText struct {
		A string `json:"a,omitempty"`
	}
	number struct {
		A int64 `json:"a"`
	}
	small struct {
		A int32 `json:"a"`
	}
	textAndMore struct {
		A string `json:"a"`
		B string `json:"b"`
	}
	textAndOptional struct {
		A string `json:"a"`
		B int    `json:"b,omitempty"`
	}
	line struct {
		Name  string `json:"name"`
		Price int64  `json:"price"`
	}
	lineWithNote struct {
		Name  string `json:"name"`
		Price int64  `json:"price"`
		Note  string `json:"note,omitempty"`
	}
	lineWithTax struct {
		Name  string `json:"name"`
		Price int64  `json:"price"`
		Tax   int64  `json:"tax"`
	}
	lines[L any] struct {
		Lines []L `json:"lines"`
	}
	values[V any] struct {
		A map[string]V `json:"a"`
	}
	of[V any] struct {
		A V `json:"a"`
	}
	node struct {
		Name  string `json:"name"`
		Nodes []node `json:"nodes,omitempty"`
	}
	nodeOfNumbers struct {
		Name  int             `json:"name"`
		Nodes []nodeOfNumbers `json:"nodes,omitempty"`
	}
	nodeWithNote struct {
		Name  string         `json:"name"`
		Note  string         `json:"note,omitempty"`
		Nodes []nodeWithNote `json:"nodes,omitempty"`
	}
	twoColours   string
	threeColours string
)

func (twoColours) Values() []string   { return []string{"red", "green"} }
func (threeColours) Values() []string { return []string{"red", "green", "blue"} }

func incompatible() []change {
	type none = struct{}
	return []change{
		event[none, text]("a required member is added", schema.Backward, "backward /properties/a"),
		event[optionalText, text]("an optional member becomes required", schema.Backward, "backward /properties/a"),
		event[text, number]("a text becomes a number", schema.Backward, "backward /properties/a"),
		event[number, text]("a number becomes a text", schema.Backward, "backward /properties/a"),
		event[of[bool], text]("a boolean becomes a text", schema.Backward, "backward /properties/a"),
		event[number, small]("a range is narrowed", schema.Backward, "backward /properties/a"),
		event[number, of[uint64]]("numbers lose their sign", schema.Backward, "backward /properties/a"),
		event[of[uint64], number]("numbers get a sign and half the range", schema.Backward, "backward /properties/a"),
		event[of[float64], number]("fractions become whole numbers", schema.Backward, "backward /properties/a"),
		event[number, of[float64]]("whole numbers become floats that can't hold them", schema.Backward, "backward /properties/a"),
		event[small, of[float32]]("whole numbers become small floats", schema.Backward, "backward /properties/a"),
		event[of[float64], of[float32]]("a range of fractions is narrowed", schema.Backward, "backward /properties/a"),
		event[text, of[threeColours]]("any text becomes one of some", schema.Backward, "backward /properties/a"),
		event[of[threeColours], of[twoColours]]("a value of an enum is gone", schema.Backward, "backward /properties/a"),
		event[text, of[time.Time]]("a text becomes a time", schema.Backward, "backward /properties/a"),
		event[text, of[[]byte]]("a text becomes bytes", schema.Backward, "backward /properties/a"),
		event[of[[]byte], of[*string]]("bytes become a text", schema.Backward, "backward /properties/a"),
		event[of[*string], text]("null is not allowed any more", schema.Backward, "backward /properties/a"),
		event[text, of[[]string]]("one becomes many", schema.Backward, "backward /properties/a"),
		event[of[[]string], text]("many become one", schema.Backward, "backward /properties/a"),
		event[of[[]string], of[[]int]]("the elements change their type", schema.Backward, "backward /properties/a/items"),
		event[of[[2]int], of[[3]int]]("an array of fixed length gets longer", schema.Backward, "backward /properties/a"),
		event[of[[]int], of[[3]int]]("an array gets a fixed length", schema.Backward, "backward /properties/a", "backward /properties/a"),
		event[lines[line], lines[lineWithTax]]("a required member is added within an element", schema.Backward, "backward /properties/lines/items/properties/tax"),
		event[of[line], of[of[string]]]("an object within becomes another", schema.Backward,
			"backward /properties/a/properties/a", "backward /properties/a/properties/name"),
		event[of[line], text]("an object becomes a text", schema.Backward, "backward /properties/a"),
		event[text, of[of[string]]]("a text is wrapped into an object", schema.Backward, "backward /properties/a"),
		event[values[int64], values[int32]]("the values of a map are narrowed", schema.Backward, "backward /properties/a/additionalProperties"),
		event[values[string], of[map[int]string]]("the keys of a map become numbers", schema.Backward, "backward /properties/a/propertyNames"),
		event[values[int64], of[line]]("a map becomes an object", schema.Backward,
			"backward /properties/a", "backward /properties/a/properties/name", "backward /properties/a/properties/price", "backward /properties/a"),
		event[of[line], values[int64]]("an object becomes a map of other values", schema.Backward, "backward /properties/a/properties/name"),
		event[of[struct{ B int }], of[map[int]int]]("an object becomes a map by numbers", schema.Backward, "backward /properties/a"),
		event[of[any], text]("anything becomes a text", schema.Backward, "backward /properties/a"),
		event[node, nodeOfNumbers]("a member of a type that contains itself", schema.Backward, "backward /properties/name"),
		event[text, struct {
			B string `json:"b"`
		}]("a required member is renamed", schema.Backward, "backward /properties/b", "backward /properties/a"),
		event[optionalText, struct {
			B string `json:"b,omitempty"`
		}]("an optional member is renamed", schema.Backward, "backward /properties/a"),
	}
}

func incompatibleForward() []change {
	return []change{
		event[text, struct{}]("a required member is removed", schema.Forward, "forward /properties/a"),
		event[text, optionalText]("a required member becomes optional", schema.Forward, "forward /properties/a"),
		event[of[twoColours], of[threeColours]]("an enum gets a value", schema.Forward, "forward /properties/a"),
		event[small, number]("a range is widened", schema.Forward, "forward /properties/a"),
		event[of[time.Time], text]("a time becomes any text", schema.Forward, "forward /properties/a"),
		event[text, of[*string]]("null becomes allowed", schema.Forward, "forward /properties/a"),
		event[of[line], values[any]]("an object becomes a map", schema.Forward,
			"forward /properties/a", "forward /properties/a/properties/name", "forward /properties/a/properties/price", "forward /properties/a"),
		event[optionalText, struct {
			B string `json:"b,omitempty"`
		}]("an optional member is renamed", schema.Forward, "forward /properties/b"),
		event[small, number]("a range is widened under full", schema.Full, "forward /properties/a"),
		event[number, small]("a range is narrowed under full", schema.Full, "backward /properties/a"),
		event[text, number]("a type changes under full", schema.Full, "backward /properties/a", "forward /properties/a"),
		command[textAndOptional, text]("a command loses an optional member", "backward /properties/b"),
		command[text, textAndMore]("a command needs another member", "backward /properties/b"),
		command[lines[lineWithNote], lines[line]]("a command loses a member within", "backward /properties/lines/items/properties/note"),
		command[text, of[line]]("a command's text becomes an object", "backward /properties/a"),
	}
}

func compatible() []change {
	return []change{
		event[text, text]("nothing changes", schema.Full),
		event[text, textAndOptional]("an optional member is added", schema.Full),
		event[textAndOptional, text]("an optional member is removed", schema.Full),
		event[textAndMore, text]("a required member is removed, and the log keeps it", schema.Backward),
		event[text, textAndMore]("a required member is added, which who knows none ignores", schema.Forward),
		event[text, optionalText]("a required member becomes optional", schema.Backward),
		event[optionalText, text]("an optional member is always written", schema.Forward),
		event[small, number]("a range is widened", schema.Backward),
		event[number, small]("a range is narrowed", schema.Forward),
		event[of[uint8], small]("an unsigned range becomes a wider signed one", schema.Backward),
		event[small, of[float64]]("small whole numbers become floats, which hold them", schema.Backward),
		event[of[float32], of[float64]]("small floats become large ones", schema.Backward),
		event[of[twoColours], of[threeColours]]("an enum gets a value", schema.Backward),
		event[of[threeColours], of[twoColours]]("a value is not written any more", schema.Forward),
		event[of[threeColours], text]("one of some becomes any text", schema.Backward),
		event[of[time.Time], text]("a time becomes any text", schema.Backward),
		event[text, of[*string]]("null becomes allowed", schema.Backward),
		event[of[[3]int], of[[]int]]("an array loses its fixed length", schema.Backward),
		event[lines[line], lines[lineWithNote]]("an optional member is added within an element", schema.Full),
		event[of[map[string]line], of[map[string]lineWithNote]]("an optional member is added within a map", schema.Full),
		event[of[map[int]string], values[string]]("the keys of a map become any text", schema.Backward),
		event[of[struct {
			B int64 `json:"b"`
			C int64 `json:"c"`
		}], values[int64]]("an object of numbers becomes a map of numbers", schema.Backward),
		event[text, of[any]]("a text becomes anything", schema.Backward),
		event[node, nodeWithNote]("a type that contains itself gets an optional member", schema.Full),
		event[of[line], of[*line]]("an object becomes a pointer", schema.Backward),
		event[text, struct {
			B int    `json:"b,omitempty"`
			A string `json:"a"`
		}]("the order of the members changes", schema.Full),
		command[text, textAndOptional]("a command takes another member"),
		command[textAndMore, struct {
			A string `json:"a"`
			B string `json:"b,omitempty"`
		}]("a command needs a member no more"),
		command[lines[line], lines[lineWithNote]]("a command takes another member within"),
		command[small, number]("a command takes larger numbers"),
	}
}

// TestTheGateRefuses holds the list of changes that break something.
func TestTheGateRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range slices.Concat(incompatible(), incompatibleForward()) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := c.compare()
			if !slices.Equal(places(got), c.want) || len(c.want) == 0 {
				t.Fatalf("breaks %q\n%q, want %q", places(got), got, c.want)
			}
			for _, b := range got {
				if b.Text == "" || !strings.Contains(b.String(), "breaks "+string(b.Rule)) || !strings.Contains(b.String(), b.Pointer+": "+b.Text) {
					t.Errorf("it says %q", b)
				}
			}
		})
	}
}

// TestTheGateAccepts holds the list of changes that break nothing, and tries it:
// what is written is valid under the other schema, and the other type reads it.
func TestTheGateAccepts(t *testing.T) {
	t.Parallel()
	for _, c := range compatible() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := c.compare(); len(got) > 0 {
				t.Fatalf("breaks %q", got)
			}
			if c.rule != schema.Forward {
				readable(t, c.before, c.after, c.use)
			}
			if c.rule != schema.Backward {
				readable(t, c.after, c.before, c.use)
			}
		})
	}
}

func (c change) compare() []schema.Break {
	return schema.Compare(schema.Of(c.before, c.use, nil), schema.Of(c.after, c.use, nil), c.rule)
}

func places(breaks []schema.Break) []string {
	var places []string
	for _, b := range breaks {
		places = append(places, string(b.Rule)+" "+b.Pointer)
	}
	return places
}

// readable writes values of one type and reads them with another.
func readable(t *testing.T, written, read reflect.Type, use schema.Use) {
	t.Helper()
	s := schema.Of(read, use, nil)
	random := newRandom(1)
	for range 200 {
		data, err := json.Marshal(random.value(written, use).Interface())
		if err != nil {
			t.Fatal(err)
		}
		if problems := schema.Validate(s, data); len(problems) > 0 {
			t.Fatalf("%s is not valid as %v: %v", data, read, problems)
		}
		if err := json.Unmarshal(data, reflect.New(read).Interface()); err != nil {
			t.Fatalf("%s can't be read as %v: %v", data, read, err)
		}
	}
}
