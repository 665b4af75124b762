// Command bare is a functions-framework program that does nothing but open the
// clients that functions/cmd/gcp opens. The cold start of that one is compared with
// its.
package main

import (
	"context"
	"fmt"
	"os"

	firestore "cloud.google.com/go/firestore/apiv1"
	"cloud.google.com/go/pubsub/v2"
	"github.com/GoogleCloudPlatform/functions-framework-go/funcframework"
	cloudevents "github.com/cloudevents/sdk-go/v2"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "bare:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	conn, err := grpc.NewClient("passthrough:///"+os.Getenv("FIRESTORE_EMULATOR_HOST"), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	if _, err := firestore.NewClient(ctx, option.WithGRPCConn(conn)); err != nil {
		return err
	}
	if _, err := pubsub.NewClient(ctx, os.Getenv("GOOGLE_CLOUD_PROJECT")); err != nil {
		return err
	}
	nothing := func(context.Context, cloudevents.Event) error { return nil }
	if err := funcframework.RegisterCloudEventFunctionContext(ctx, "/", nothing); err != nil {
		return err
	}
	return funcframework.StartHostPort("127.0.0.1", os.Getenv("PORT"))
}
