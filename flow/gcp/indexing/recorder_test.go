package indexing_test

import (
	"errors"
	"io"
	"net"
	"testing"

	firestore "cloud.google.com/go/firestore/apiv1"
	pb "cloud.google.com/go/firestore/apiv1/firestorepb"
	"google.golang.org/grpc"

	"github.com/onevent/onevent/flow/gcp/indexing"
)

// newServer returns the address of a Firestore that can do nothing.
func newServer(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	pb.RegisterFirestoreServer(server, pb.UnimplementedFirestoreServer{})
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return listener.Addr().String()
}

// What is run, listened to and counted is noted, each that needs something else
// once.
func TestRecorder(t *testing.T) {
	t.Parallel()
	recorder := &indexing.Recorder{}
	option, err := recorder.Client(newServer(t))
	if err != nil {
		t.Fatal(err)
	}
	client, err := firestore.NewClient(t.Context(), option)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for range 2 {
		askEachWay(t, client)
	}
	queries, err := recorder.Queries()
	if err != nil || len(queries) != 3 || queries[0].String() != "c where a by __name__" ||
		queries[1].String() != "c where b by __name__" || queries[2].String() != "c where d by __name__" {
		t.Errorf("queries %v: %v", queries, err)
	}
	if _, err := client.RunQuery(t.Context(), &pb.RunQueryRequest{}); err != nil {
		t.Fatal(err)
	}
	if _, err := recorder.Queries(); err == nil {
		t.Error("a query that can't be judged is no error")
	}
}

// askEachWay asks for a by running, for b by listening and for d by counting.
func askEachWay(t *testing.T, client *firestore.Client) {
	t.Helper()
	ctx := t.Context()
	_, runErr := client.RunQuery(ctx, &pb.RunQueryRequest{
		QueryType: &pb.RunQueryRequest_StructuredQuery{StructuredQuery: asked(t, "a=")},
	})
	_, countErr := client.RunAggregationQuery(ctx, &pb.RunAggregationQueryRequest{
		QueryType: &pb.RunAggregationQueryRequest_StructuredAggregationQuery{StructuredAggregationQuery: &pb.StructuredAggregationQuery{
			QueryType: &pb.StructuredAggregationQuery_StructuredQuery{StructuredQuery: asked(t, "d=")},
		}},
	})
	stream, listenErr := client.Listen(ctx)
	if err := errors.Join(runErr, countErr, listenErr); err != nil {
		t.Fatal(err)
	}
	err := stream.Send(&pb.ListenRequest{TargetChange: &pb.ListenRequest_AddTarget{AddTarget: &pb.Target{
		TargetType: &pb.Target_Query{Query: &pb.Target_QueryTarget{
			QueryType: &pb.Target_QueryTarget_StructuredQuery{StructuredQuery: asked(t, "b=")},
		}},
	}}})
	if err != nil && !errors.Is(err, io.EOF) { // the server may have ended it
		t.Fatal(err)
	}
}
