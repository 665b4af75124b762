package gcp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strconv"

	pb "cloud.google.com/go/firestore/apiv1/firestorepb"

	"github.com/onevent/onevent/flow/driver"
)

// A document holds 1 MiB, a commit 10. The body of a record that is larger than
// one document is written in parts, in the record's own commit: the first in the
// record's document, the others in documents named like it.

const (
	parts      = "parts"
	fieldParts = "parts" // how many more documents there are; missing: none
	// partBytes leaves room in a document for all other fields.
	partBytes = driver.MaxBytes
)

// splitBody returns the first part of a body, and the writes of the others.
func (l eventLog) splitBody(r driver.Record) (first []byte, more []*pb.Write) {
	body := r.Body
	first, body = body[:min(len(body), partBytes)], body[min(len(body), partBytes):]
	for i := 1; len(body) > 0; i++ {
		n := min(len(body), partBytes)
		more = append(more, update(l.partName(r.ID, i), fields{fieldBody: raw(body[:n])}, condition("")))
		body = body[n:]
	}
	return first, more
}

func (l eventLog) partName(id string, n int) string {
	return l.name(parts, keyID(id)+"-"+strconv.Itoa(n))
}

// A stored record is one as its own document has it.
type stored struct {
	driver.Record
	more int // parts of the body
}

func storedOf(d *pb.Document) stored {
	return stored{Record: recordOf(d), more: int(d.GetFields()[fieldParts].GetIntegerValue())}
}

// whole returns a record with all parts of its body. They are read when the record
// is wanted, so that however many are read ahead, one is large at a time.
func (l eventLog) whole(ctx context.Context, s stored) (driver.Record, error) {
	r := s.Record
	if s.more == 0 {
		return r, nil
	}
	names := make([]string, s.more)
	for i := range names {
		names[i] = l.partName(r.ID, i+1)
	}
	found, err := l.getAll(ctx, "parts of record "+r.ID, names)
	if err != nil {
		return r, err
	}
	r.Body = slices.Clip(r.Body)
	for _, name := range names {
		part, ok := found[name]
		if !ok {
			return r, fmt.Errorf("gcp: record %s: %s is missing; the log was changed", r.ID, lastPart(name))
		}
		r.Body = append(r.Body, part.GetFields()[fieldBody].GetBytesValue()...)
	}
	return r, nil
}

// wholes returns records with all parts of their bodies.
func (l eventLog) wholes(ctx context.Context, all iter.Seq2[stored, error]) iter.Seq2[driver.Record, error] {
	return func(yield func(driver.Record, error) bool) {
		for s, err := range all {
			r := s.Record
			if err == nil {
				r, err = l.whole(ctx, s)
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// getAll returns the documents that exist, by name.
func (s *Store) getAll(ctx context.Context, what string, names []string) (map[string]*pb.Document, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // lets go of the stream
	stream, err := s.client.BatchGetDocuments(ctx, &pb.BatchGetDocumentsRequest{Database: s.database, Documents: names})
	if err != nil {
		return nil, failed(ctx, what, err)
	}
	found := map[string]*pb.Document{}
	for answered := 0; ; {
		response, err := stream.Recv()
		switch {
		case errors.Is(err, io.EOF) && answered == len(names):
			s.meter.Add(readOf(len(names), slices.Collect(maps.Values(found))...))
			return found, nil
		case err != nil:
			return nil, failed(ctx, what, err)
		}
		if response.GetResult() != nil {
			answered++
		}
		if d := response.GetFound(); d != nil {
			found[d.GetName()] = d
		}
	}
}
