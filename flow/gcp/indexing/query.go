package indexing

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	pb "cloud.google.com/go/firestore/apiv1/firestorepb"
)

// nameField is a document's name. Every index ends with it.
const nameField = "__name__"

// A Query is what of a query decides which index it needs. Queries that need the
// same are equal in their String.
type Query struct {
	// Collection is the collection's id.
	Collection string
	// Group is set where all collections with the id are meant, wherever they are.
	Group bool
	// Equal are the fields that must have a value, sorted.
	Equal []string
	// Order are the fields that are compared or ordered by, without those of Equal
	// and without the name at their end.
	Order []Order
	// Descending is the direction of the name at the end.
	Descending bool
}

// An Order is a field with its direction.
type Order struct {
	Field      string
	Descending bool
}

// String returns the query in one line.
func (q Query) String() string {
	var b strings.Builder
	b.WriteString(q.Collection)
	if q.Group {
		b.WriteString(" (group)")
	}
	if len(q.Equal) > 0 {
		b.WriteString(" where " + strings.Join(q.Equal, ", "))
	}
	b.WriteString(" by ")
	for _, o := range q.Order {
		b.WriteString(direction(o.Field, o.Descending) + ", ")
	}
	b.WriteString(direction(nameField, q.Descending))
	return b.String()
}

func direction(field string, descending bool) string {
	if descending {
		return field + " descending"
	}
	return field
}

// Of returns what a query needs. It returns an error for what these rules do not
// cover: several collections, OR, and all comparisons but =, <, <=, > and >=.
func Of(r *pb.StructuredQuery) (Query, error) {
	if len(r.GetFrom()) != 1 {
		return Query{}, fmt.Errorf("%d collections", len(r.GetFrom()))
	}
	from := r.GetFrom()[0]
	q := Query{Collection: from.GetCollectionId(), Group: from.GetAllDescendants()}
	var compared []string
	for f, err := range filters(r.GetWhere()) {
		if err != nil {
			return Query{}, fmt.Errorf("%s: %w", q.Collection, err)
		}
		field := f.GetField().GetFieldPath()
		switch f.GetOp() {
		case pb.StructuredQuery_FieldFilter_EQUAL:
			q.Equal = append(q.Equal, field)
		case pb.StructuredQuery_FieldFilter_LESS_THAN, pb.StructuredQuery_FieldFilter_LESS_THAN_OR_EQUAL,
			pb.StructuredQuery_FieldFilter_GREATER_THAN, pb.StructuredQuery_FieldFilter_GREATER_THAN_OR_EQUAL:
			compared = append(compared, field)
		default:
			return Query{}, fmt.Errorf("%s: %s is compared by %s", q.Collection, field, f.GetOp())
		}
	}
	slices.Sort(q.Equal)
	q.Equal = slices.Compact(q.Equal)
	q.order(r.GetOrderBy(), compared)
	return q, nil
}

// order takes the orders as Firestore completes them: with the fields that are
// compared, and with the name, in the direction of the last.
func (q *Query) order(orders []*pb.StructuredQuery_Order, compared []string) {
	add := func(field string, descending bool) {
		known := slices.ContainsFunc(q.Order, func(o Order) bool { return o.Field == field })
		if field != nameField && !known && !slices.Contains(q.Equal, field) {
			q.Order = append(q.Order, Order{field, descending})
		}
	}
	for _, o := range orders {
		q.Descending = o.GetDirection() == pb.StructuredQuery_DESCENDING
		add(o.GetField().GetFieldPath(), q.Descending)
		if o.GetField().GetFieldPath() == nameField {
			return // it is unique: what is behind it orders nothing
		}
	}
	slices.Sort(compared)
	for _, field := range compared {
		add(field, q.Descending)
	}
}

// filters returns the comparisons that must all hold.
func filters(f *pb.StructuredQuery_Filter) func(func(*pb.StructuredQuery_FieldFilter, error) bool) {
	return func(yield func(*pb.StructuredQuery_FieldFilter, error) bool) { each(f, yield) }
}

func each(f *pb.StructuredQuery_Filter, yield func(*pb.StructuredQuery_FieldFilter, error) bool) bool {
	composite := f.GetCompositeFilter()
	switch {
	case f == nil:
		return true
	case f.GetFieldFilter() != nil:
		return yield(f.GetFieldFilter(), nil)
	case composite == nil || composite.GetOp() != pb.StructuredQuery_CompositeFilter_AND:
		return yield(nil, errors.New("a filter that is neither a comparison nor AND"))
	}
	for _, part := range composite.GetFilters() {
		if !each(part, yield) {
			return false
		}
	}
	return true
}
