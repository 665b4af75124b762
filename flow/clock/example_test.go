package clock_test

import (
	"context"
	"fmt"
	"time"

	"github.com/onevent/onevent/flow/clock"
)

func ExampleSystem() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	fmt.Println(clock.System{}.Sleep(ctx, time.Hour))
	// Output: context deadline exceeded
}
