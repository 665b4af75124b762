package gcp_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	pb "cloud.google.com/go/firestore/apiv1/firestorepb"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/gcp"
)

// A shape is what decides which index a query needs.
type shape struct {
	collection string
	equal      string // fields, with commas between
	order      string // the field that is compared and ordered by
}

// A queryTap notes the shapes of all queries.
type queryTap struct {
	mu     sync.Mutex
	shapes []shape
}

func (q *queryTap) intercept(
	ctx context.Context, d *grpc.StreamDesc, c *grpc.ClientConn, method string, streamer grpc.Streamer, o ...grpc.CallOption,
) (grpc.ClientStream, error) {
	stream, err := streamer(ctx, d, c, method, o...)
	return tappedStream{stream, q}, err
}

type tappedStream struct {
	grpc.ClientStream
	tap *queryTap
}

func (s tappedStream) SendMsg(m any) error {
	if r, ok := m.(*pb.RunQueryRequest); ok {
		s.tap.note(r.GetStructuredQuery())
	}
	return s.ClientStream.SendMsg(m)
}

func (q *queryTap) note(r *pb.StructuredQuery) {
	q.mu.Lock()
	defer q.mu.Unlock()
	s := shape{collection: r.GetFrom()[0].GetCollectionId()}
	filters := r.GetWhere().GetCompositeFilter().GetFilters()
	if f := r.GetWhere().GetFieldFilter(); f != nil {
		filters = []*pb.StructuredQuery_Filter{r.GetWhere()}
	}
	var equal []string
	for _, f := range filters {
		field := f.GetFieldFilter().GetField().GetFieldPath()
		if f.GetFieldFilter().GetOp() == pb.StructuredQuery_FieldFilter_EQUAL {
			equal = append(equal, field)
		} else {
			s.order = field
		}
	}
	for _, o := range r.GetOrderBy() {
		if field := o.GetField().GetFieldPath(); field != "__name__" {
			s.order = field
		}
	}
	s.equal = strings.Join(equal, ",")
	if !slices.Contains(q.shapes, s) {
		q.shapes = append(q.shapes, s)
	}
}

// The emulator answers every query. Firestore refuses one without its index: here
// every query that a store makes is held against the indexes that it says it
// needs, and they against the queries.
func TestIndexesAreThoseOfTheQueries(t *testing.T) {
	t.Parallel()
	prefix, tap := newPrefix(), &queryTap{}
	for _, s := range tappedShapes(t, prefix, tap) {
		switch {
		case s.order == "":
			// Equality needs each field's own index, and no composite one.
			for field := range strings.SplitSeq(s.equal, ",") {
				if slices.Contains(gcp.Unindexed(prefix, "v"), gcp.Field{Collection: s.collection, Path: field}) {
					t.Errorf("%+v selects by %s, which has no index", s, field)
				}
			}
		case !slices.ContainsFunc(gcp.Indexes(prefix), s.served):
			t.Errorf("no index for %+v", s)
		}
	}
	for _, index := range gcp.Indexes(prefix) {
		if !slices.ContainsFunc(tap.shapes, func(s shape) bool { return s.served(index) }) {
			t.Errorf("no query needs %+v", index)
		}
	}
}

// served says whether an index answers a query.
func (s shape) served(i gcp.Index) bool {
	return i.Collection == s.collection && slices.Equal(i.Fields, []string{s.equal, s.order})
}

// tappedShapes makes every query there is.
func tappedShapes(t *testing.T, prefix string, tap *queryTap) []shape {
	t.Helper()
	conn, err := grpc.NewClient("passthrough:///"+needEmulators(t).Firestore,
		grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithStreamInterceptor(tap.intercept))
	if err != nil {
		t.Fatal(err)
	}
	s, err := gcp.OpenStore(t.Context(), gcp.StoreOptions{
		Project: "onevent-test", Prefix: prefix, Client: []option.ClientOption{option.WithGRPCConn(conn)},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	ctx := t.Context()
	where := map[string]any{"a": "x", "b": true}
	errs := []error{
		drain(s.Log().Stream(ctx, "order/1", 1, 9)), drain(s.Log().Flow(ctx, "c")), drain(s.Log().Scan(ctx, 0, driver.Forever)),
		drain(s.Views().Query(ctx, "v", driver.Query{})), drain(s.Views().Query(ctx, "v", driver.Query{Where: where, After: "k"})),
		s.Views().Drop(ctx, "v"),
	}
	for _, kind := range driver.Kinds() {
		errs = append(errs, drain(s.Agenda().Due(ctx, kind, driver.Forever, 0)))
	}
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(tap.shapes) < 10 {
		t.Fatalf("only %d shapes of queries were seen: %+v", len(tap.shapes), tap.shapes)
	}
	return tap.shapes
}
