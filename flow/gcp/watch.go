package gcp

import (
	"context"
	"errors"
	"time"

	pb "cloud.google.com/go/firestore/apiv1/firestorepb"

	"github.com/onevent/onevent/flow/driver"
)

const (
	// lookAnyway is how often a watch says that something may have changed: so
	// long a connection that is dead and does not say so goes unnoticed.
	lookAnyway = time.Minute
	// lookEvery is the same where there is no room for one more target.
	lookEvery = time.Second
)

// Watch implements driver.Watcher with Firestore's own listener: a change that
// any process makes is told as soon as Firestore tells it. Up to 1,000 watches
// share few streams; further ones call changed once a second.
//
// It reads each selected document when it begins, and once more when it changes.
func (s *Store) Watch(ctx context.Context, w driver.Watch, changed func()) error {
	what, wanted, err := s.targetOf(w)
	if err != nil {
		return failed(ctx, what, err)
	}
	t := s.listeners.add(s, wanted) //nolint:contextcheck // a stream is shared, and outlives who began it
	if t == nil {
		driver.Poll(ctx, lookEvery, changed)
		return nil
	}
	defer s.listeners.remove(t)
	anyway := time.NewTicker(lookAnyway)
	defer anyway.Stop()
	for {
		select {
		case <-t.changed:
			changed()
		case <-anyway.C:
			changed()
		case err := <-t.failed:
			if ctx.Err() != nil {
				return nil // that is how a watch ends
			}
			return failed(ctx, what, err)
		case <-ctx.Done():
			return nil
		}
	}
}

// targetOf returns the target that Firestore calls what is watched.
func (s *Store) targetOf(w driver.Watch) (what string, t *pb.Target, err error) {
	switch {
	case w.View == "" && w.Flow == "":
		return "watch", nil, errors.New("neither a view nor a flow")
	case w.View == "":
		filters := []*pb.StructuredQuery_Filter{where(fieldCorrelation, equal, text(w.Flow))}
		return "watch flow " + w.Flow, s.queryTarget(query{collection: events, where: filters}), nil
	case w.Key != "":
		name := s.name(documentsOf(w.View), keyID(w.Key))
		return "watch " + w.View + "/" + w.Key, &pb.Target{TargetType: &pb.Target_Documents{
			Documents: &pb.Target_DocumentsTarget{Documents: []string{name}},
		}}, nil
	}
	what = "watch " + w.View
	filters, err := selectBy(w.Query.Where)
	if err != nil {
		return what, nil, err
	}
	q := query{collection: documentsOf(w.View), where: filters, limit: w.Query.Limit}
	if w.Query.After != "" {
		q.after = s.name(q.collection, keyID(w.Query.After))
	}
	return what, s.queryTarget(q), nil
}

func (s *Store) queryTarget(q query) *pb.Target {
	return &pb.Target{TargetType: &pb.Target_Query{Query: &pb.Target_QueryTarget{
		Parent: s.parent(), QueryType: &pb.Target_QueryTarget_StructuredQuery{StructuredQuery: s.limited(q)},
	}}}
}
