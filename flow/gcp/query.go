package gcp

import (
	"context"
	"errors"
	"io"
	"iter"

	pb "cloud.google.com/go/firestore/apiv1/firestorepb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// pageSize is how many documents are read at once. A page is held in memory, so
// that however slow the reader is, no call stays open; it is at most this many
// MiB.
const pageSize = 64

const nameField = "__name__"

const (
	equal   = pb.StructuredQuery_FieldFilter_EQUAL
	less    = pb.StructuredQuery_FieldFilter_LESS_THAN
	atMost  = pb.StructuredQuery_FieldFilter_LESS_THAN_OR_EQUAL
	atLeast = pb.StructuredQuery_FieldFilter_GREATER_THAN_OR_EQUAL
)

// A query selects documents of one collection. Indexes must cover every shape of
// it that is used.
type query struct {
	collection string
	where      []*pb.StructuredQuery_Filter
	orderBy    string // a field of integers; empty: by the id alone
	after      string // the full name after which to begin; only without orderBy
	limit      int    // 0: all
	namesOnly  bool
}

func where(field string, op pb.StructuredQuery_FieldFilter_Operator, v *pb.Value) *pb.StructuredQuery_Filter {
	return &pb.StructuredQuery_Filter{FilterType: &pb.StructuredQuery_Filter_FieldFilter{
		FieldFilter: &pb.StructuredQuery_FieldFilter{
			Field: &pb.StructuredQuery_FieldReference{FieldPath: field}, Op: op, Value: v,
		},
	}}
}

// documents returns the selected documents, in order, reading page by page.
func (s *Store) documents(ctx context.Context, what string, q query) iter.Seq2[*pb.Document, error] {
	return untilEnd(ctx, what, func(yield func(*pb.Document, error) bool) {
		for page, err := range s.pages(ctx, what, q) {
			if err != nil {
				yield(nil, err)
				return
			}
			for _, d := range page {
				if !yield(d, nil) {
					return
				}
			}
		}
	})
}

// untilEnd returns a sequence that ends with the context's error when that ends,
// also where what comes next is in memory.
func untilEnd[T any](ctx context.Context, what string, all iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		for v, err := range all {
			if err == nil && ctx.Err() != nil {
				yield(none, failed(ctx, what, ctx.Err()))
				return
			}
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// pages returns the selected documents a page at a time; after an error, nothing.
func (s *Store) pages(ctx context.Context, what string, q query) iter.Seq2[[]*pb.Document, error] {
	return func(yield func([]*pb.Document, error) bool) {
		request := s.request(q)
		for left := q.limit; ; {
			size := pageSize
			if q.limit > 0 {
				size = min(size, left)
			}
			request.Limit = wrapperspb.Int32(int32(size))
			page, err := s.page(ctx, what, request)
			if err != nil {
				yield(nil, err)
				return
			}
			left -= len(page)
			if len(page) > 0 && !yield(page, nil) || len(page) < size || q.limit > 0 && left == 0 {
				return
			}
			request.StartAt = behind(page[len(page)-1], q.orderBy)
		}
	}
}

// limited returns a query that is not read page by page.
func (s *Store) limited(q query) *pb.StructuredQuery {
	r := s.request(q)
	if q.limit > 0 {
		r.Limit = wrapperspb.Int32(int32(q.limit)) //nolint:gosec // a page's
	}
	return r
}

func (s *Store) request(q query) *pb.StructuredQuery {
	r := &pb.StructuredQuery{
		From: []*pb.StructuredQuery_CollectionSelector{{CollectionId: s.prefix + q.collection}},
	}
	switch len(q.where) {
	case 0:
	case 1:
		r.Where = q.where[0]
	default:
		r.Where = &pb.StructuredQuery_Filter{FilterType: &pb.StructuredQuery_Filter_CompositeFilter{
			CompositeFilter: &pb.StructuredQuery_CompositeFilter{
				Op: pb.StructuredQuery_CompositeFilter_AND, Filters: q.where,
			},
		}}
	}
	// The id is always named: the Enterprise edition has no order of its own.
	for _, field := range []string{q.orderBy, nameField} {
		if field != "" {
			r.OrderBy = append(r.OrderBy, &pb.StructuredQuery_Order{
				Field: &pb.StructuredQuery_FieldReference{FieldPath: field}, Direction: pb.StructuredQuery_ASCENDING,
			})
		}
	}
	if q.after != "" {
		r.StartAt = &pb.Cursor{Values: []*pb.Value{reference(q.after)}}
	}
	if q.namesOnly {
		r.Select = &pb.StructuredQuery_Projection{
			Fields: []*pb.StructuredQuery_FieldReference{{FieldPath: nameField}},
		}
	}
	return r
}

// behind returns the cursor that stands after a document.
func behind(d *pb.Document, orderBy string) *pb.Cursor {
	if orderBy == "" {
		return &pb.Cursor{Values: []*pb.Value{reference(d.GetName())}}
	}
	return &pb.Cursor{Values: []*pb.Value{d.GetFields()[orderBy], reference(d.GetName())}}
}

func (s *Store) page(ctx context.Context, what string, q *pb.StructuredQuery) ([]*pb.Document, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // lets go of the stream
	stream, err := s.client.RunQuery(ctx, &pb.RunQueryRequest{
		Parent: s.parent(), QueryType: &pb.RunQueryRequest_StructuredQuery{StructuredQuery: q},
	})
	if err != nil {
		return nil, failed(ctx, what, err)
	}
	var page []*pb.Document
	for {
		response, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			s.meter.Add(readOf(max(1, len(page)), page...))
			return page, nil
		}
		if err != nil {
			return nil, failed(ctx, what, err)
		}
		if d := response.GetDocument(); d != nil {
			page = append(page, d)
		}
	}
}
