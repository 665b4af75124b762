package indexing

import (
	"fmt"
	"slices"

	"github.com/onevent/onevent/flow/gcp"
)

// Declared is what is declared of a database, as Terraform is told of it.
type Declared struct {
	// Indexes are the composite indexes, of single collections.
	Indexes []gcp.Index
	// Unindexed are the fields that have no index of their own.
	Unindexed []gcp.Field
}

// Check returns what is wrong: each query that has not its index, and each index
// that no query needs.
func Check(queries []Query, d Declared) []error {
	var problems []error
	needed := make([]bool, len(d.Indexes))
	for _, q := range queries {
		used, err := d.Serve(q)
		if err != nil {
			problems = append(problems, err)
		}
		for _, i := range used {
			needed[i] = true
		}
	}
	for i, index := range d.Indexes {
		if !needed[i] {
			problems = append(problems, fmt.Errorf("no query needs the index %s%v", index.Collection, index.Fields))
		}
	}
	return problems
}

// Serve returns the numbers of the composite indexes that answer a query, none where
// the fields' own do, and an error if nothing does.
func (d Declared) Serve(q Query) (indexes []int, err error) {
	switch {
	case q.Group:
		return nil, fmt.Errorf("%v: no index is over collections of that name wherever they are", q)
	case len(q.Order) == 0:
		return nil, d.single(q, q.Equal...)
	case len(q.Equal) == 0 && len(q.Order) == 1 && q.Order[0].Descending == q.Descending:
		return nil, d.single(q, q.Order[0].Field)
	default:
		return d.composite(q)
	}
}

// single returns an error if one of the fields has no index of its own.
func (d Declared) single(q Query, fields ...string) error {
	for _, field := range fields {
		if slices.Contains(d.Unindexed, gcp.Field{Collection: q.Collection, Path: field}) {
			return fmt.Errorf("%v: %s has no index of its own", q, field)
		}
	}
	return nil
}

// composite returns all indexes that have the query's order behind fields that it
// has by equality. They merge, if each of these fields is in one.
func (d Declared) composite(q Query) (indexes []int, err error) {
	covered := map[string]bool{}
	for i, index := range d.Indexes {
		before := len(index.Fields) - len(q.Order)
		if index.Collection != q.Collection || before < 0 || !q.ordered(index.Fields[before:]) ||
			slices.ContainsFunc(index.Fields[:before], func(f string) bool { return !slices.Contains(q.Equal, f) }) {
			continue
		}
		indexes = append(indexes, i)
		for _, field := range index.Fields[:before] {
			covered[field] = true
		}
	}
	if len(indexes) == 0 || len(covered) < len(q.Equal) {
		return nil, fmt.Errorf("%v: there is no composite index for it", q)
	}
	return indexes, nil
}

// ordered says whether fields, which all ascend and have the name behind them, are in
// the query's order, or in its reverse.
func (q Query) ordered(fields []string) bool {
	for i, o := range q.Order {
		if o.Field != fields[i] || o.Descending != q.Descending {
			return false
		}
	}
	return true
}
