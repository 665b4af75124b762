package host

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
)

// Tick is the name under which the tick is served: Cloud Scheduler posts to it
// once a minute.
const Tick = "tick"

// For returns the host of a system: each function and view behind its
// subscription, the dead letters, and the tick. The HTTP edge, which is another
// handler, is for main to add.
func For(system *flow.System, log *slog.Logger) Host {
	h := Host{
		Functions: map[string]func(context.Context, driver.Message) error{driver.DeadLetters: system.Bury},
		Handlers:  map[string]http.Handler{Tick: tick(system, log)},
		Log:       log,
	}
	for _, s := range system.Subscriptions() {
		h.Functions[s.Name] = system.Deliver
	}
	return h
}

// tick serves POST: it does what has fallen due, until nothing more has, and
// answers 204, or 500 if an item failed, which stays for the next tick.
func tick(system *flow.System, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "a tick is posted", http.StatusMethodNotAllowed)
			return
		}
		for {
			ticked, err := system.Tick(r.Context())
			if err != nil {
				if log != nil {
					log.ErrorContext(r.Context(), "tick failed", "error", err)
				}
				http.Error(w, "not all done", http.StatusInternalServerError)
				return
			}
			if !ticked.More {
				w.WriteHeader(http.StatusNoContent)
				return
			}
		}
	})
}
