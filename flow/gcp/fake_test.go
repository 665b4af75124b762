package gcp_test

import (
	"context"
	"net"
	"sync/atomic"
	"testing"

	pb "cloud.google.com/go/firestore/apiv1/firestorepb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"

	"github.com/onevent/onevent/flow/gcp"
)

// A faultyFirestore answers every call with an error.
type faultyFirestore struct {
	pb.UnimplementedFirestoreServer
	answer *status.Status
	calls  atomic.Int64
}

func (f *faultyFirestore) Commit(context.Context, *pb.CommitRequest) (*pb.CommitResponse, error) {
	f.calls.Add(1)
	return nil, f.answer.Err()
}

func (f *faultyFirestore) BatchGetDocuments(*pb.BatchGetDocumentsRequest, pb.Firestore_BatchGetDocumentsServer) error {
	f.calls.Add(1)
	return f.answer.Err()
}

func (f *faultyFirestore) RunQuery(*pb.RunQueryRequest, pb.Firestore_RunQueryServer) error {
	f.calls.Add(1)
	return f.answer.Err()
}

// newFaultyStore opens a store on a Firestore that answers with a status.
func newFaultyStore(t *testing.T, answer *status.Status) (*gcp.Store, *faultyFirestore) {
	t.Helper()
	faulty := &faultyFirestore{answer: answer}
	address := serve(t, func(s *grpc.Server) { pb.RegisterFirestoreServer(s, faulty) })
	s, err := gcp.OpenStore(t.Context(), gcp.StoreOptions{Project: "onevent-test", Emulator: address})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, faulty
}

// serve serves gRPC until the test ends, and returns where.
func serve(t *testing.T, register func(*grpc.Server)) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(grpc.MaxRecvMsgSize(20 << 20))
	register(server)
	go server.Serve(listener)
	t.Cleanup(server.Stop)
	return listener.Addr().String()
}
