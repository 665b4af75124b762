package memory_test

import (
	"context"
	"fmt"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/memory"
)

func ExampleNew() {
	ctx, store := context.Background(), memory.New()
	head, _ := store.Head(ctx, "order/42")
	record := driver.Record{ID: "8f6b9a0ec4d14bf3a1f5b6a7c8d9e0f1", Stream: "order/42", Seq: 1, Count: 1, Body: []byte("created")}
	head.Seq = 1
	fmt.Println(store.Commit(ctx, driver.Commit{Record: record, Head: &head}))
	fmt.Println(store.Commit(ctx, driver.Commit{Record: record, Head: &head}))
	for r := range store.Stream(ctx, "order/42", 1, 1) {
		fmt.Printf("%d %s\n", r.Seq, r.Body)
	}
	// Output:
	// <nil>
	// memory: record 8f6b9a0ec4d14bf3a1f5b6a7c8d9e0f1: conflict
	// 1 created
}

func ExampleNewBroker() {
	ctx, cancel := context.WithCancel(context.Background())
	broker := memory.NewBroker(memory.Options{})
	defer broker.Close()
	_ = broker.Declare(ctx, driver.Subscription{Name: "create-ticket", Topics: []string{"order.approved"}})
	_ = broker.Publish(ctx, driver.Message{ID: "1", Topic: "order.approved", Data: []byte(`{"order":"42"}`)})
	_ = broker.Receive(ctx, "create-ticket", func(_ context.Context, m driver.Message) error {
		fmt.Printf("%s %s\n", m.Topic, m.Data)
		cancel()
		return nil
	})
	// Output: order.approved {"order":"42"}
}
