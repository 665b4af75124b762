package gcp_test

import (
	"context"
	"fmt"
	"os"

	"github.com/onevent/onevent/flow/gcp"
	"github.com/onevent/onevent/flow/gcp/emulators"
)

// The emulators come up on ports of their own. In the cloud, the options name the
// project and no more.
func ExampleOpenStore() {
	ctx := context.Background()
	running, err := emulators.Start(ctx, emulators.Options{})
	if err != nil {
		fmt.Println(err) // says how to install them
		return
	}
	defer running.Stop()
	store, err := gcp.OpenStore(ctx, gcp.StoreOptions{Project: "shop", Emulator: running.Firestore})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()
	head, err := store.Log().Head(ctx, "order/42")
	fmt.Println(head.Seq, err)
}

func ExampleNewBroker() {
	broker, err := gcp.NewBroker(context.Background(), gcp.BrokerOptions{Project: os.Getenv("GOOGLE_CLOUD_PROJECT")})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer broker.Close()
}

// What Terraform declares.
func ExampleIndexes() {
	for _, i := range gcp.Indexes("shop-")[:3] {
		fmt.Println(i.Collection, i.Fields)
	}
	// Output:
	// shop-events [stream last]
	// shop-events [slot time]
	// shop-outbox [slot due]
}
