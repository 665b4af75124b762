package gcp_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	pb "cloud.google.com/go/firestore/apiv1/firestorepb"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/gcp"
)

// A listening server is a Firestore that can do nothing but listen. The emulator
// bears one target on a stream, the service many.
type listening struct {
	pb.UnimplementedFirestoreServer

	mu      sync.Mutex
	streams int
	targets map[string]*listened // by the name of the document
	broken  chan struct{}        // closed to break all streams
}

type listened struct {
	id     int32
	stream *listenStream
}

// A listenStream is sent to by one at a time.
type listenStream struct {
	mu sync.Mutex
	pb.Firestore_ListenServer
}

func (s *listenStream) turn(to pb.TargetChange_TargetChangeType, err error, ids ...int32) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	change := &pb.TargetChange{TargetChangeType: to, TargetIds: ids, Cause: status.Convert(err).Proto()}
	return s.Send(&pb.ListenResponse{ResponseType: &pb.ListenResponse_TargetChange{TargetChange: change}})
}

func (l *listening) Listen(stream pb.Firestore_ListenServer) error {
	if md, _ := metadata.FromIncomingContext(stream.Context()); len(md.Get("google-cloud-resource-prefix")) == 0 {
		return status.Error(codes.InvalidArgument, "no database")
	}
	l.mu.Lock()
	l.streams++
	broken := l.broken
	l.mu.Unlock()
	ended := make(chan error, 1)
	go func() { ended <- l.listen(&listenStream{Firestore_ListenServer: stream}) }()
	select {
	case err := <-ended:
		return err
	case <-broken:
		return status.Error(codes.Unavailable, "broken")
	}
}

func (l *listening) listen(s *listenStream) error {
	for {
		request, err := s.Recv()
		if err != nil {
			return err
		}
		switch t := request.GetTargetChange().(type) {
		case *pb.ListenRequest_AddTarget:
			id := t.AddTarget.GetTargetId()
			l.mu.Lock()
			l.targets[t.AddTarget.GetDocuments().GetDocuments()[0]] = &listened{id, s}
			l.mu.Unlock()
			if err := errors.Join(s.turn(pb.TargetChange_ADD, nil, id), s.turn(pb.TargetChange_CURRENT, nil, id)); err != nil {
				return err
			}
		case *pb.ListenRequest_RemoveTarget:
			l.forget(s, t.RemoveTarget)
			if err := s.turn(pb.TargetChange_REMOVE, nil, t.RemoveTarget); err != nil {
				return err
			}
		}
	}
}

func (l *listening) forget(s *listenStream, id int32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, t := range l.targets {
		if t.id == id && t.stream == s {
			delete(l.targets, name)
		}
	}
}

func (l *listening) target(name string) *listened {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.targets[name]
}

func (l *listening) count() (streams, targets int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.streams, len(l.targets)
}

// change tells of a change of a document.
func (l *listening) change(t *testing.T, name string) {
	t.Helper()
	to := l.target(name)
	to.stream.mu.Lock()
	defer to.stream.mu.Unlock()
	if err := to.stream.Send(&pb.ListenResponse{ResponseType: &pb.ListenResponse_DocumentChange{
		DocumentChange: &pb.DocumentChange{Document: &pb.Document{Name: name}, TargetIds: []int32{to.id}},
	}}); err != nil {
		t.Fatal(err)
	}
}

// newListening returns such a server, and a store on it.
func newListening(t *testing.T) (*listening, *gcp.Store) {
	t.Helper()
	l := &listening{targets: map[string]*listened{}, broken: make(chan struct{})}
	address := serve(t, func(s *grpc.Server) { pb.RegisterFirestoreServer(s, l) })
	conn, err := grpc.NewClient("passthrough:///"+address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	s, err := gcp.OpenStore(t.Context(), gcp.StoreOptions{Project: "p", Client: []option.ClientOption{option.WithGRPCConn(conn)}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return l, s
}

// A watching is one Watch of a document.
type watching struct {
	name  string
	calls chan struct{}
	ended chan error
	stop  context.CancelFunc
}

func watch(t *testing.T, s *gcp.Store, key string) *watching {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	w := &watching{
		name:  "projects/p/databases/(default)/documents/views-v/" + key,
		calls: make(chan struct{}, 100), ended: make(chan error, 1), stop: stop,
	}
	go func() {
		w.ended <- s.Watch(ctx, driver.Watch{View: "v", Key: key}, func() { w.calls <- struct{}{} })
	}()
	w.called(t)
	return w
}

func (w *watching) called(t *testing.T) {
	t.Helper()
	select {
	case <-w.calls:
	case err := <-w.ended:
		t.Fatalf("Watch ended: %v", err)
	case <-time.After(30 * time.Second):
		t.Fatal("nobody called")
	}
}

// end waits until the watch ends, and returns its error.
func (w *watching) end(t *testing.T) error {
	t.Helper()
	select {
	case err := <-w.ended:
		return err
	case <-time.After(30 * time.Second):
		t.Fatal("Watch did not end")
		return nil
	}
}

func TestWatchesShareStreams(t *testing.T) {
	t.Parallel()
	server, store := newListening(t)
	all := make([]*watching, 250)
	for i := range all {
		all[i] = watch(t, store, fmt.Sprint(i))
	}
	if streams, targets := server.count(); streams != 3 || targets != len(all) {
		t.Errorf("%d streams for %d targets", streams, targets)
	}
	for _, w := range all {
		server.change(t, w.name)
		w.called(t)
	}
	for _, w := range all[:249] {
		w.stop()
		if err := w.end(t); err != nil {
			t.Fatal(err)
		}
		if len(w.calls) > 0 {
			t.Errorf("%s was told more than once", w.name)
		}
	}
	server.change(t, all[249].name)
	all[249].called(t)
}

func TestAWatchEndsWithItsTargetAndWithItsStream(t *testing.T) {
	t.Parallel()
	server, store := newListening(t)
	a, b, c := watch(t, store, "a"), watch(t, store, "b"), watch(t, store, "c")
	to := server.target(a.name)
	if err := to.stream.turn(pb.TargetChange_REMOVE, status.Error(codes.PermissionDenied, "not you"), to.id); err != nil {
		t.Fatal(err)
	}
	if err := a.end(t); status.Code(errors.Unwrap(err)) != codes.PermissionDenied {
		t.Errorf("a target that was removed: %v", err)
	}
	server.change(t, b.name)
	b.called(t)
	server.mu.Lock()
	close(server.broken)
	server.broken = make(chan struct{})
	server.mu.Unlock()
	for _, w := range []*watching{b, c} {
		if err := w.end(t); status.Code(errors.Unwrap(err)) != codes.Unavailable {
			t.Errorf("a stream that broke: %v", err)
		}
	}
	again := watch(t, store, "b")
	server.change(t, again.name)
	again.called(t)
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if err := again.end(t); err == nil {
		t.Error("a watch outlived its store")
	}
}

func TestWatchOfNothingIsAnError(t *testing.T) {
	t.Parallel()
	_, store := newListening(t)
	for _, w := range []driver.Watch{{}, {View: "v", Query: driver.Query{Where: map[string]any{"a": 1}}}} {
		if err := store.Watch(t.Context(), w, func() { t.Error("called") }); err == nil {
			t.Errorf("%+v was watched", w)
		}
	}
}

// TestWatchTellsWhatAnotherStoreWrites is what a listener is for.
func TestWatchTellsWhatAnotherStoreWrites(t *testing.T) {
	t.Parallel()
	prefix := newPrefix()
	w := watch(t, openStore(t, prefix), "a")
	put(t, openStore(t, prefix), "a", map[string]int{"n": 1})
	w.called(t)
	w.stop()
	if err := w.end(t); err != nil {
		t.Error(err)
	}
}
