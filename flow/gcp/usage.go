package gcp

import (
	"strings"

	pb "cloud.google.com/go/firestore/apiv1/firestorepb"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"google.golang.org/protobuf/proto"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/gcp/internal/wire"
	"github.com/onevent/onevent/flow/usage"
)

// Usage is what Google bills, counted since the store or the broker was opened. The
// Standard edition of Firestore bills documents, whatever their size; the Enterprise
// edition bills the units. Sizes are those on the wire, which are within a few per
// cent of what is billed.
type Usage = usage.Usage

const (
	// readUnit and writeUnit are the bytes of a unit of the Enterprise edition, see
	// https://cloud.google.com/firestore/enterprise/pricing.
	readUnit, writeUnit = 4096, 1024
	// leastBilled is the least that Pub/Sub bills for a call or a delivery, see
	// https://cloud.google.com/pubsub/pricing.
	leastBilled = 1000
)

// readOf returns what a call costs that looked for n documents, and found some: what
// is not there is billed too.
func readOf(n int, found ...*pb.Document) Usage {
	u := Usage{Reads: int64(n), ReadUnits: float64(n)}
	for _, d := range found {
		u.ReadUnits += float64(usage.Units(proto.Size(d), readUnit) - 1)
	}
	return u
}

// wrote returns what a write costs. On the Enterprise edition, each index that has
// the document's fields is a unit more.
func (s *Store) wrote(w *pb.Write) Usage {
	if w.GetDelete() != "" {
		return Usage{Deletes: 1, WriteUnits: 1}
	}
	d := w.GetUpdate()
	size := proto.Size(d)
	u := Usage{Writes: 1, Indexed: s.indexed(d)}
	u.WriteUnits = usage.Units(size, writeUnit) + u.Indexed
	if c, ok := w.GetCurrentDocument().GetConditionType().(*pb.Precondition_Exists); ok && !c.Exists {
		u.NewBytes = int64(size)
	}
	return u
}

// indexed returns how many of the store's indexes have an entry for a document.
func (s *Store) indexed(d *pb.Document) (n int64) {
	collection, _, _ := strings.Cut(strings.TrimPrefix(d.GetName(), s.parent()+"/"), "/")
	for _, field := range []string{fieldLast, fieldTime, fieldCorrelation} {
		if collection == s.prefix+events && d.GetFields()[field] != nil {
			n++ // stream and last, slot and time, correlation
		}
	}
	if d.GetFields()[fieldDue] != nil {
		n++
	}
	return n
}

// billed returns the bytes that Pub/Sub bills for messages of one call.
func billed(messages ...*pubsubpb.PubsubMessage) int64 {
	size := 0
	for _, m := range messages {
		size += proto.Size(m)
	}
	return int64(max(leastBilled, size))
}

// BilledBytes returns what Pub/Sub bills each time that it delivers a message. It is
// ErrTooLarge for one that can't be published.
func BilledBytes(m driver.Message) (int64, error) {
	attributes, err := wire.Encode(m)
	if err != nil {
		return 0, err
	}
	return billed(&pubsubpb.PubsubMessage{Data: m.Data, Attributes: attributes}), nil
}
