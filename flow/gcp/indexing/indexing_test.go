package indexing_test

import (
	"strings"
	"testing"

	pb "cloud.google.com/go/firestore/apiv1/firestorepb"

	"github.com/onevent/onevent/flow/gcp"
	"github.com/onevent/onevent/flow/gcp/indexing"
)

// asked returns a query that is written as "a= b> /c -d": comparisons, then orders,
// those that descend with a minus.
func asked(t *testing.T, text string) *pb.StructuredQuery {
	t.Helper()
	q := &pb.StructuredQuery{From: []*pb.StructuredQuery_CollectionSelector{{CollectionId: "c"}}}
	all := &pb.StructuredQuery_CompositeFilter{Op: pb.StructuredQuery_CompositeFilter_AND}
	field := func(name string) *pb.StructuredQuery_FieldReference {
		return &pb.StructuredQuery_FieldReference{FieldPath: name}
	}
	for word := range strings.FieldsSeq(text) {
		name := strings.Trim(word, "=>/-")
		switch {
		case word == "group":
			q.From[0].AllDescendants = true
		case strings.HasPrefix(word, "/"):
			q.OrderBy = append(q.OrderBy, &pb.StructuredQuery_Order{Field: field(name), Direction: pb.StructuredQuery_ASCENDING})
		case strings.HasPrefix(word, "-"):
			q.OrderBy = append(q.OrderBy, &pb.StructuredQuery_Order{Field: field(name), Direction: pb.StructuredQuery_DESCENDING})
		default:
			op := pb.StructuredQuery_FieldFilter_EQUAL
			if strings.HasSuffix(word, ">") {
				op = pb.StructuredQuery_FieldFilter_GREATER_THAN
			}
			all.Filters = append(all.Filters, filter(name, op))
		}
	}
	if len(all.Filters) > 0 {
		q.Where = &pb.StructuredQuery_Filter{FilterType: &pb.StructuredQuery_Filter_CompositeFilter{CompositeFilter: all}}
	}
	return q
}

func filter(name string, op pb.StructuredQuery_FieldFilter_Operator) *pb.StructuredQuery_Filter {
	return &pb.StructuredQuery_Filter{FilterType: &pb.StructuredQuery_Filter_FieldFilter{FieldFilter: &pb.StructuredQuery_FieldFilter{
		Field: &pb.StructuredQuery_FieldReference{FieldPath: name}, Op: op,
	}}}
}

func TestServe(t *testing.T) {
	t.Parallel()
	declared := indexing.Declared{
		Indexes: []gcp.Index{
			{Collection: "c", Fields: []string{"a", "x"}},
			{Collection: "c", Fields: []string{"b", "x"}},
			{Collection: "c", Fields: []string{"x", "y"}},
			{Collection: "other", Fields: []string{"a", "y"}},
		},
		Unindexed: []gcp.Field{{Collection: "c", Path: "bare"}, {Collection: "other", Path: "a"}},
	}
	for query, problem := range map[string]string{
		"":                       "", // all, by name
		"/__name__":              "",
		"-__name__":              "",
		"a=":                     "",
		"a= b= d= /__name__":     "", // the fields' own merge
		"d= -__name__":           "",
		"bare=":                  "c where bare by __name__: bare has no index of its own",
		"a= bare= /__name__":     "bare has no index of its own",
		"/d":                     "",
		"-d":                     "",
		"/d -__name__":           "c by d, __name__ descending: there is no composite index",
		"d>":                     "",
		"bare>":                  "bare has no index of its own",
		"/bare /__name__":        "bare has no index of its own",
		"a= /x /__name__":        "",
		"a= -x":                  "", // read from its end
		"a= /x -__name__":        "there is no composite index",
		"a= x>":                  "",
		"a= x> /x":               "",
		"a= x= /x":               "", // an order of one value
		"a= b= /x":               "", // two composite indexes merge
		"a= d= /x":               "c where a, d by x, __name__: there is no composite index",
		"a= /y":                  "there is no composite index",
		"x= /y":                  "",
		"/x /y":                  "",
		"-x -y -__name__":        "",
		"/x -y":                  "there is no composite index",
		"y> /x":                  "",
		"/y /x":                  "there is no composite index",
		"a= /__name__ /whatever": "",
		"group a=":               "c (group) where a",
	} {
		q, err := indexing.Of(asked(t, query))
		if err != nil {
			t.Fatalf("%q: %v", query, err)
		}
		_, err = declared.Serve(q)
		if (err == nil) != (problem == "") || err != nil && !strings.Contains(err.Error(), problem) {
			t.Errorf("%q: %v, want %q", query, err, problem)
		}
	}
}

// What the rules do not cover is told, and is not taken to be served.
func TestOfWhatIsNotCovered(t *testing.T) {
	t.Parallel()
	or := asked(t, "a= b=")
	or.GetWhere().GetCompositeFilter().Op = pb.StructuredQuery_CompositeFilter_OR
	for want, q := range map[string]*pb.StructuredQuery{
		"0 collections":              {},
		"neither a comparison nor":   or,
		"a is compared by NOT_EQUAL": {From: asked(t, "").GetFrom(), Where: filter("a", pb.StructuredQuery_FieldFilter_NOT_EQUAL)},
		"a is compared by IN":        {From: asked(t, "").GetFrom(), Where: filter("a", pb.StructuredQuery_FieldFilter_IN)},
	} {
		if _, err := indexing.Of(q); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestCheckTellsOfBoth(t *testing.T) {
	t.Parallel()
	q, err := indexing.Of(asked(t, "a= /x"))
	if err != nil {
		t.Fatal(err)
	}
	needed := gcp.Index{Collection: "c", Fields: []string{"a", "x"}}
	if problems := indexing.Check([]indexing.Query{q}, indexing.Declared{Indexes: []gcp.Index{needed}}); len(problems) != 0 {
		t.Errorf("problems %v", problems)
	}
	problems := indexing.Check([]indexing.Query{q}, indexing.Declared{Indexes: []gcp.Index{{Collection: "c", Fields: []string{"x", "a"}}}})
	if len(problems) != 2 || !strings.Contains(problems[0].Error(), "no composite index") || !strings.Contains(problems[1].Error(), "no query needs") {
		t.Errorf("problems %v", problems)
	}
}
