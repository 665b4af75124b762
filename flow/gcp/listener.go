package gcp

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"slices"

	pb "cloud.google.com/go/firestore/apiv1/firestorepb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// errStalled says that a stream does not take what is asked of it.
var errStalled = errors.New("the stream is stalled")

// A listener is one stream, on which Firestore tells of the changes of its
// targets.
type listener struct {
	store    *Store
	cancel   context.CancelFunc
	requests chan *pb.ListenRequest
	targets  map[int32]*target // guarded by the store's listeners
	last     int32             // the id that was given last
}

// newListener opens a stream. Whatever may wait is done in the background, and an
// error of it is the targets'.
func newListener(s *Store) *listener {
	// It lives as long as somebody watches, whoever began.
	ctx, cancel := context.WithCancel(context.Background())
	// Firestore finds the database by the headers: the requests name it too
	// late.
	ctx = metadata.AppendToOutgoingContext(ctx,
		"google-cloud-resource-prefix", s.database, "x-goog-request-params", "database="+url.QueryEscape(s.database))
	l := &listener{
		store: s, cancel: cancel, requests: make(chan *pb.ListenRequest, 2*maxTargets), targets: map[int32]*target{},
	}
	go l.run(ctx)
	return l
}

// request has a request sent. The lock of the listeners is held.
func (l *listener) request(r *pb.ListenRequest) {
	select {
	case l.requests <- r:
	default:
		l.store.listeners.end(l, errStalled)
	}
}

func (l *listener) run(ctx context.Context) {
	err := l.listen(ctx)
	all := &l.store.listeners
	all.mu.Lock()
	defer all.mu.Unlock()
	all.end(l, err)
}

func (l *listener) listen(ctx context.Context) error {
	stream, err := l.store.client.Listen(ctx)
	if err != nil {
		return err
	}
	go l.send(ctx, stream)
	for {
		response, err := stream.Recv()
		if err != nil {
			return err
		}
		l.take(response)
	}
}

// send sends what is requested. An error ends the stream, and who receives from
// it learns why.
func (l *listener) send(ctx context.Context, stream pb.Firestore_ListenClient) {
	for {
		select {
		case r := <-l.requests:
			if stream.Send(r) != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// take tells the targets that a response is about.
func (l *listener) take(response *pb.ListenResponse) {
	all := &l.store.listeners
	all.mu.Lock()
	defer all.mu.Unlock()
	switch r := response.GetResponseType().(type) {
	case *pb.ListenResponse_TargetChange:
		l.turn(r.TargetChange)
	case *pb.ListenResponse_DocumentChange:
		l.store.meter.Add(readOf(1, r.DocumentChange.GetDocument()))
		l.ring(r.DocumentChange.GetTargetIds())
		l.ring(r.DocumentChange.GetRemovedTargetIds())
	case *pb.ListenResponse_DocumentDelete:
		l.ring(r.DocumentDelete.GetRemovedTargetIds())
	case *pb.ListenResponse_DocumentRemove:
		l.ring(r.DocumentRemove.GetRemovedTargetIds())
	case *pb.ListenResponse_Filter:
		l.ring([]int32{r.Filter.GetTargetId()})
	}
}

// turn takes what happens to targets themselves. That one is current is told as
// a change: from then on it is watched.
func (l *listener) turn(c *pb.TargetChange) {
	ids := c.GetTargetIds()
	if len(ids) == 0 { // it concerns all
		ids = slices.Collect(maps.Keys(l.targets))
	}
	switch c.GetTargetChangeType() {
	case pb.TargetChange_CURRENT, pb.TargetChange_RESET:
		l.ring(ids)
	case pb.TargetChange_REMOVE:
		for _, id := range ids {
			if t := l.targets[id]; t != nil {
				delete(l.targets, id)
				t.failed <- removedBy(c)
			}
		}
	case pb.TargetChange_ADD, pb.TargetChange_NO_CHANGE:
	}
}

func (l *listener) ring(ids []int32) {
	for _, id := range ids {
		if t := l.targets[id]; t != nil {
			t.ring()
		}
	}
}

// removedBy returns why Firestore removed a target.
func removedBy(c *pb.TargetChange) error {
	if cause := c.GetCause(); cause != nil {
		return status.Error(codes.Code(cause.GetCode()), cause.GetMessage()) //nolint:gosec // the codes are few
	}
	return status.Error(codes.Unavailable, "the target was removed")
}
