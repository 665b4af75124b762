package cloud_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	pb "cloud.google.com/go/firestore/apiv1/firestorepb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// Scales weigh the documents that commits write, as Firestore bills them, see
// https://cloud.google.com/firestore/docs/storage-size. Indexes are not in it.
type scales struct {
	records, heads atomic.Int64 // bytes
}

// dial returns a connection to Firestore whose commits are weighed. Who gets it
// closes it.
func (s *scales) dial(tb testing.TB, address string) *grpc.ClientConn {
	tb.Helper()
	conn, err := grpc.NewClient("passthrough:///"+address,
		grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithUnaryInterceptor(s.weigh))
	if err != nil {
		tb.Fatal(err)
	}
	return conn
}

func (s *scales) weigh(
	ctx context.Context, method string, request, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, o ...grpc.CallOption,
) error {
	err := invoke(ctx, method, request, reply, conn, o...)
	commit, ok := request.(*pb.CommitRequest)
	if err != nil || !ok {
		return err
	}
	for _, w := range commit.GetWrites() {
		path := strings.Split(w.GetUpdate().GetName(), "/")
		switch collection := path[max(0, len(path)-2)]; {
		case strings.HasSuffix(collection, "events"):
			s.records.Add(sizeOf(w.GetUpdate()))
		case strings.HasSuffix(collection, "streams"):
			s.heads.Add(sizeOf(w.GetUpdate()))
		}
	}
	return nil
}

// sizeOf returns the bytes of a document: its name, its fields and 32 more.
func sizeOf(d *pb.Document) int64 {
	_, path, _ := strings.Cut(d.GetName(), "/documents/")
	size := 16 + 32
	for part := range strings.SplitSeq(path, "/") {
		size += len(part) + 1
	}
	for name, v := range d.GetFields() {
		size += len(name) + 1
		switch v.GetValueType().(type) {
		case *pb.Value_StringValue:
			size += len(v.GetStringValue()) + 1
		case *pb.Value_BytesValue:
			size += len(v.GetBytesValue())
		default: // a number or a time
			size += 8
		}
	}
	return int64(size)
}
