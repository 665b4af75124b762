package mailbox_test

import (
	"context"
	"fmt"

	"github.com/onevent/onevent/flow/mailbox"
)

func ExampleNew() {
	boxes := mailbox.New()
	leave, err := boxes.Enter(context.Background(), "order/42")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer leave()
	fmt.Println("nobody else works on order/42")
	// Output: nobody else works on order/42
}
