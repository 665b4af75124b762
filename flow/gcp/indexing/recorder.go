package indexing

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	pb "cloud.google.com/go/firestore/apiv1/firestorepb"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// A Recorder notes the queries that are made over connections: what is run, what is
// listened to and what is counted, each that needs something else once. The zero
// Recorder is empty. It may be used concurrently.
type Recorder struct {
	mu      sync.Mutex
	queries map[string]Query // by their String
	errs    map[string]error // by their text
}

// Client returns the option with which a store asks an emulator, as in
// "127.0.0.1:8080", and has its queries noted. It is for one store, which closes
// the connection.
func (r *Recorder) Client(emulator string) (option.ClientOption, error) {
	conn, err := grpc.NewClient("passthrough:///"+emulator,
		grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithStreamInterceptor(r.intercept))
	if err != nil {
		return nil, fmt.Errorf("indexing: emulator %s: %w", emulator, err)
	}
	return option.WithGRPCConn(conn), nil
}

func (r *Recorder) intercept(
	ctx context.Context, d *grpc.StreamDesc, c *grpc.ClientConn, method string, streamer grpc.Streamer, o ...grpc.CallOption,
) (grpc.ClientStream, error) {
	stream, err := streamer(ctx, d, c, method, o...)
	return tapped{stream, r}, err
}

// Queries returns what was noted, and an error if something was asked that the rules
// do not cover.
func (r *Recorder) Queries() ([]Query, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []Query
	for _, key := range slices.Sorted(maps.Keys(r.queries)) {
		all = append(all, r.queries[key])
	}
	return all, errors.Join(slices.Collect(maps.Values(r.errs))...)
}

// note notes a query.
func (r *Recorder) note(query *pb.StructuredQuery) {
	q, err := Of(query)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.queries == nil {
		r.queries, r.errs = map[string]Query{}, map[string]error{}
	}
	if err != nil {
		r.errs[err.Error()] = fmt.Errorf("indexing: %w", err)
		return
	}
	r.queries[q.String()] = q
}

// A tapped stream notes the queries that are sent on it.
type tapped struct {
	grpc.ClientStream

	recorder *Recorder
}

// SendMsg implements grpc.ClientStream.
func (t tapped) SendMsg(m any) error {
	switch m := m.(type) {
	case *pb.RunQueryRequest:
		t.recorder.note(m.GetStructuredQuery())
	case *pb.RunAggregationQueryRequest:
		t.recorder.note(m.GetStructuredAggregationQuery().GetStructuredQuery())
	case *pb.ListenRequest:
		if q := m.GetAddTarget().GetQuery(); q != nil {
			t.recorder.note(q.GetStructuredQuery())
		}
	}
	return t.ClientStream.SendMsg(m)
}
