// Command bare is the least that a function on Google Cloud can be: Google's
// functions framework, a client of Firestore and one of Pub/Sub, and a function
// that reads a document, writes two and publishes one message. The start of
// Onevent's program is compared with its.
//
//	PORT                     where to listen
//	GOOGLE_CLOUD_PROJECT     the project
//	FIRESTORE_EMULATOR_HOST  the emulator of Firestore
//	PUBSUB_EMULATOR_HOST     the emulator of Pub/Sub
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	firestore "cloud.google.com/go/firestore/apiv1"
	pb "cloud.google.com/go/firestore/apiv1/firestorepb"
	"cloud.google.com/go/pubsub/v2"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"github.com/GoogleCloudPlatform/functions-framework-go/funcframework"
	cloudevents "github.com/cloudevents/sdk-go/v2"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "bare:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	project := os.Getenv("GOOGLE_CLOUD_PROJECT")
	conn, err := dial(os.Getenv("FIRESTORE_EMULATOR_HOST"))
	if err != nil {
		return err
	}
	documents, err := firestore.NewClient(ctx, option.WithGRPCConn(conn))
	if err != nil {
		return err
	}
	if conn, err = dial(os.Getenv("PUBSUB_EMULATOR_HOST")); err != nil {
		return err
	}
	messages, err := pubsub.NewClient(ctx, project, option.WithGRPCConn(conn), option.WithTelemetryDisabled())
	if err != nil {
		return err
	}
	f := function{documents: documents, messages: messages, project: project}
	if err := funcframework.RegisterCloudEventFunctionContext(ctx, "/", f.handle); err != nil {
		return err
	}
	return funcframework.StartHostPort("", os.Getenv("PORT"))
}

// dial connects as the program that this is compared with does on emulators: left
// alone, the client of Pub/Sub opens a pool of connections, which takes longer.
func dial(address string) (*grpc.ClientConn, error) {
	return grpc.NewClient("passthrough:///"+address, grpc.WithTransportCredentials(insecure.NewCredentials()))
}

type function struct {
	documents *firestore.Client
	messages  *pubsub.Client
	project   string
}

// handle does what handling an event costs, without meaning.
func (f function) handle(ctx context.Context, e cloudevents.Event) error {
	// As an administrator, for whom the emulator looks at no security rules.
	ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer owner")
	database := "projects/" + f.project + "/databases/(default)"
	if err := f.read(ctx, database, database+"/documents/bare-heads/"+e.ID()); err != nil {
		return err
	}
	body := map[string]*pb.Value{"body": {ValueType: &pb.Value_BytesValue{BytesValue: e.Data()}}}
	write := func(collection string) *pb.Write {
		name := database + "/documents/" + collection + "/" + e.ID()
		return &pb.Write{Operation: &pb.Write_Update{Update: &pb.Document{Name: name, Fields: body}}}
	}
	if _, err := f.documents.Commit(ctx, &pb.CommitRequest{
		Database: database, Writes: []*pb.Write{write("bare-events"), write("bare-heads")},
	}); err != nil {
		return err
	}
	_, err := f.messages.TopicAdminClient.Publish(ctx, &pubsubpb.PublishRequest{
		Topic:    "projects/" + f.project + "/topics/bare",
		Messages: []*pubsubpb.PubsubMessage{{Data: e.Data()}},
	})
	if status.Code(err) == codes.NotFound {
		return nil // nobody listens
	}
	return err
}

func (f function) read(ctx context.Context, database, name string) error {
	stream, err := f.documents.BatchGetDocuments(ctx, &pb.BatchGetDocumentsRequest{
		Database: database, Documents: []string{name},
	})
	for err == nil {
		_, err = stream.Recv()
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
