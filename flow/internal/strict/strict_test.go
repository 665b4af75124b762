package strict_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow/internal/strict"
)

type item struct {
	Name  string `json:"name"`
	Count uint8  `json:"count"`
}

type command struct {
	Order  string            `json:"order"`
	Total  int64             `json:"total"`
	Ratio  float64           `json:"ratio,omitempty"`
	Urgent bool              `json:"urgent,omitempty"`
	Items  []item            `json:"items,omitempty"`
	Labels map[string]string `json:"labels,omitempty"`
	Note   *string           `json:"note,omitempty"`
}

func TestDecodeReads(t *testing.T) {
	t.Parallel()
	var c command
	in := `{"order":"42","total":-9223372036854775808,"ratio":1.5,"urgent":true,
		"items":[{"name":"soup \ud83c\udf5c","count":255}],"labels":{"a":"b"},"note":"n"}`
	if problems := strict.Decode([]byte(in), &c); len(problems) > 0 {
		t.Fatal(problems)
	}
	if c.Order != "42" || c.Total != -1<<63 || c.Items[0].Name != "soup 🍜" || c.Labels["a"] != "b" || *c.Note != "n" {
		t.Fatalf("%+v", c)
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	ok := `"order":"42","total":1`
	for name, c := range map[string]struct {
		in     string
		want   string // part of a problem
		syntax bool
	}{
		"nothing":              {``, "ends too early", true},
		"half an object":       {`{"order":"4`, "ends too early", true},
		"no JSON":              {`order=42`, "not JSON", true},
		"two values":           {`{` + ok + `}{}`, "something follows", true},
		"trailing garbage":     {`{` + ok + `}x`, "something follows", true},
		"comment":              {`{` + ok + `}//`, "something follows", true},
		"trailing comma":       {`{` + ok + `,}`, "not JSON", true},
		"single quotes":        {`{'order':1}`, "not JSON", true},
		"byte order mark":      {"\ufeff{" + ok + "}", "not JSON", true},
		"invalid UTF-8":        {"{\"order\":\"\xff\",\"total\":1}", "UTF-8", true},
		"lone high surrogate":  {`{"order":"\ud800","total":1}`, "surrogate", true},
		"lone low surrogate":   {`{"order":"\udc00","total":1}`, "surrogate", true},
		"high, then not low":   {`{"order":"\ud800\u0041","total":1}`, "surrogate", true},
		"too deep":             {strings.Repeat("[", 40) + strings.Repeat("]", 40), "deeper", true},
		"null":                 {`null`, "is null, an object is wanted", false},
		"array":                {`[]`, "is an array, an object is wanted", false},
		"string":               {`"x"`, "is a string, an object is wanted", false},
		"missing":              {`{"order":"42"}`, "/total: is missing", false},
		"all missing":          {`{}`, "/order: is missing", false},
		"unknown":              {`{` + ok + `,"totl":1}`, "/totl: is unknown", false},
		"wrong case":           {`{"Order":"42","total":1}`, `it is written "order"`, false},
		"twice":                {`{` + ok + `,"total":2}`, "/total: is there twice", false},
		"null field":           {`{"order":null,"total":1}`, "/order: is null", false},
		"number for string":    {`{"order":42,"total":1}`, "/order: is the number 42, a string", false},
		"string for number":    {`{"order":"42","total":"1"}`, "/total: is a string, a whole number", false},
		"fraction":             {`{"order":"42","total":1.5}`, "/total: is 1.5, a whole number", false},
		"exponent":             {`{"order":"42","total":1e2}`, "/total: is 1e2, a whole number", false},
		"too large":            {`{"order":"42","total":9223372036854775808}`, "/total: is out of range", false},
		"float too large":      {`{` + ok + `,"ratio":1e400}`, "/ratio: is out of range", false},
		"number for bool":      {`{` + ok + `,"urgent":1}`, "/urgent: is the number 1, true or false", false},
		"object for array":     {`{` + ok + `,"items":{}}`, "/items: is an object, an array", false},
		"in an array":          {`{` + ok + `,"items":[{"name":"a","count":256}]}`, "/items/0/count: is out of range", false},
		"negative":             {`{` + ok + `,"items":[{"name":"a","count":-1}]}`, "/items/0/count: is out of range", false},
		"unknown in an array":  {`{` + ok + `,"items":[{"name":"a","count":1,"x":1}]}`, "/items/0/x: is unknown", false},
		"slash in a name":      {`{` + ok + `,"a/b":1}`, "/a~1b: is unknown", false},
		"number in a map":      {`{` + ok + `,"labels":{"a":1}}`, "/labels/a: is the number 1", false},
		"twice in a map":       {`{` + ok + `,"labels":{"a":"1","a":"2"}}`, "/labels/a: is there twice", false},
		"null for a pointer":   {`{` + ok + `,"note":null}`, "/note: is null", false},
		"long name is clipped": {`{` + ok + `,"` + strings.Repeat("x", 500) + `":1}`, "/xxxxxxxxxxxxxxxxxxxx…: is unknown", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var into command
			problems := strict.Decode([]byte(c.in), &into)
			if len(problems) == 0 {
				t.Fatalf("%s was taken: %+v", c.in, into)
			}
			text := ""
			var textSb96 strings.Builder
			for _, p := range problems {
				textSb96.WriteString(p.String() + "\n")
			}
			text += textSb96.String()
			if !strings.Contains(text, c.want) || problems[0].Syntax != c.syntax {
				t.Fatalf("problems %q (syntax %v), want %q (syntax %v)", text, problems[0].Syntax, c.want, c.syntax)
			}
		})
	}
}

func TestDecodeBoundsItsAnswer(t *testing.T) {
	t.Parallel()
	var in strings.Builder
	in.WriteString(`{"order":"42","total":1`)
	for i := range 1000 {
		fmt.Fprintf(&in, `,"x%d":1`, i)
	}
	in.WriteString("}")
	var c command
	if n := len(strict.Decode([]byte(in.String()), &c)); n != 20 {
		t.Fatalf("%d problems", n)
	}
}
