// Package host serves functions on Cloud Run: messages that Pub/Sub pushes, and
// HTTP. It is served by Google's functions framework, whose conventions it
// keeps: PORT, FUNCTION_TARGET, CLOUD_RUN_TIMEOUT_SECONDS.
//
// The push subscriptions must deliver without a wrapper and with metadata, as
// gcp.Broker.DeclarePush declares them: then a push is a CloudEvent in binary mode.
package host

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/GoogleCloudPlatform/functions-framework-go/funcframework"

	"github.com/onevent/onevent/flow/driver"
)

// defaultGrace is a little less than what Cloud Run leaves an instance between
// SIGTERM and SIGKILL.
const defaultGrace = 9 * time.Second

// A Host is what one container serves: all of it, each at the path of its name,
// or the one that FUNCTION_TARGET names, at "/".
type Host struct {
	// Functions handle messages, by the name of their subscription. nil is
	// answered with 204, by which Pub/Sub knows that the message is done. An
	// error is answered with 500, or 503 if it has a method After() time.Duration,
	// and the message is delivered again after a pause.
	//
	// A message that is no CloudEvent reaches the function too, as it is: its ID
	// is that of Pub/Sub, its topic the one of the subscription.
	Functions map[string]func(context.Context, driver.Message) error
	// Handlers answer HTTP. They see the path without their name.
	Handlers map[string]http.Handler
	// Bind is the address to listen at; empty means all, which Cloud Run needs.
	Bind string
	// Grace is how long Serve waits for the requests at work when it is to end;
	// 0 means 9 seconds, since Cloud Run kills after 10.
	Grace time.Duration
	// Log takes the errors of functions; nil means that nobody does.
	Log *slog.Logger
}

// Handler returns the handler for a target, or for all if it is empty. It is what
// Serve serves.
func (h Host) Handler(target string) (http.Handler, error) {
	all, err := h.targets()
	if err != nil {
		return nil, err
	}
	if target != "" {
		one, ok := all[target]
		if !ok {
			return nil, fmt.Errorf("host: no function %q", target)
		}
		return one, nil
	}
	mux := http.NewServeMux()
	for name, one := range all {
		mux.Handle("/"+name, atRoot(one))
		mux.Handle("/"+name+"/", http.StripPrefix("/"+name, one))
	}
	return mux, nil
}

// atRoot has a handler see the path "/".
func atRoot(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.Clone(r.Context())
		r.URL.Path, r.URL.RawPath = "/", ""
		next.ServeHTTP(w, r)
	})
}

// targets returns what there is to serve, by name.
func (h Host) targets() (map[string]http.Handler, error) {
	all := make(map[string]http.Handler, len(h.Functions)+len(h.Handlers))
	for name, handle := range h.Functions {
		all[name] = h.push(name, handle)
	}
	for name, handler := range h.Handlers {
		if all[name] != nil {
			return nil, fmt.Errorf("host: %q is a function and a handler", name)
		}
		all[name] = handler
	}
	for name, one := range all {
		if name == "" || strings.ContainsAny(name, "/{} ") {
			return nil, fmt.Errorf("host: %q is no name", name)
		}
		if one == nil {
			return nil, fmt.Errorf("host: nothing to serve as %q", name)
		}
	}
	return all, nil
}

// Serve serves at a port until ctx ends. Then it turns new requests away with
// 503, waits for those at work, and returns nil; or an error, if they take longer
// than Grace.
//
// It is to be called once in a process, from main: the framework has one registry
// for all, and its listener stays until the process ends.
func (h Host) Serve(ctx context.Context, port string) error {
	handler, err := h.Handler(os.Getenv("FUNCTION_TARGET"))
	if err != nil {
		return err
	}
	gate := newGate(handler)
	// One registration at "/" serves both with a target and without.
	if err := funcframework.RegisterHTTPFunctionContext(ctx, "/", gate.ServeHTTP); err != nil {
		return fmt.Errorf("host: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- funcframework.StartHostPort(h.Bind, port) }()
	select {
	case err := <-ended:
		return fmt.Errorf("host: port %s: %w", port, err)
	case <-ctx.Done():
	}
	grace := h.Grace
	if grace == 0 {
		grace = defaultGrace
	}
	late := time.NewTimer(grace)
	defer late.Stop()
	select {
	case <-gate.close():
		return nil
	case <-late.C:
		return errors.New("host: requests are still at work after " + grace.String())
	}
}
