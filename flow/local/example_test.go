package local_test

import (
	"context"
	"fmt"
	"os"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/local"
)

func ExampleOpen() {
	dir, err := os.MkdirTemp("", "onevent")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	store, err := local.Open(ctx, dir, nil)
	if err != nil {
		panic(err)
	}
	defer store.Close()

	_, err = local.Open(ctx, dir, nil)
	fmt.Println("opened twice:", err != nil)

	head, err := store.Log().Head(ctx, "order/42")
	fmt.Println(head.Seq, err)
	// Output:
	// opened twice: true
	// 0 <nil>
}

func ExampleOpenReadOnly() {
	dir, err := os.MkdirTemp("", "onevent")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	owner, err := local.Open(ctx, dir, nil)
	if err != nil {
		panic(err)
	}
	defer owner.Close()

	reader, err := local.OpenReadOnly(ctx, dir, nil) // in another process, say
	if err != nil {
		panic(err)
	}
	defer reader.Close()
	backlog, err := reader.Backlog(ctx)
	fmt.Println(backlog, err)
	// Output:
	// map[dead-letters:0] <nil>
}

func ExampleStore_Broker() {
	dir, err := os.MkdirTemp("", "onevent")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	ctx, cancel := context.WithCancel(context.Background())
	store, err := local.Open(ctx, dir, nil)
	if err != nil {
		panic(err)
	}
	defer store.Close()

	broker := store.Broker(&local.BrokerOptions{MaxAttempts: 5})
	if err := broker.Declare(ctx, driver.Subscription{Name: "reserve-credit", Topics: []string{"order.created"}}); err != nil {
		panic(err)
	}
	if err := broker.Publish(ctx, driver.Message{ID: "1", Topic: "order.created", Data: []byte(`{"order":"42"}`)}); err != nil {
		panic(err)
	}
	err = broker.Receive(ctx, "reserve-credit", func(_ context.Context, m driver.Message) error {
		fmt.Println(m.Topic, string(m.Data), m.Attempt)
		cancel()
		return nil
	})
	fmt.Println(err)
	// Output:
	// order.created {"order":"42"} 1
	// <nil>
}

func ExamplePlatform() {
	dir, err := os.MkdirTemp("", "onevent")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	store, err := local.Open(context.Background(), dir, nil)
	if err != nil {
		panic(err)
	}
	defer store.Close()

	p := local.Platform(store, store.Broker(nil))
	fmt.Println(p.Log != nil && p.Views != nil && p.Agenda != nil && p.Publisher != nil)
	fmt.Println(p.Clock != nil && p.Random != nil && p.Mailbox != nil)
	// Output:
	// true
	// true
}
