package host_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/gcp/host"
)

// The main of a container on Cloud Run.
func ExampleHost() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	h := host.Host{
		Functions: map[string]func(context.Context, driver.Message) error{
			"reserve-credit": func(_ context.Context, m driver.Message) error {
				fmt.Println(m.Topic, m.ID)
				return nil
			},
		},
		Handlers: map[string]http.Handler{"edge": http.NotFoundHandler()},
	}
	if err := h.Serve(ctx, os.Getenv("PORT")); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
