// Package edge serves a system over HTTP: commands in, views and the log out, all
// as JSON.
//
//	POST /commands/{name}            executes a command
//	GET  /commands                   what can be asked for, with an example each
//	GET  /views/{name}               documents; ?field=value, ?after=KEY, ?limit=N
//	GET  /views/{name}/{key}         one document
//	GET  /streams/{namespace}/{key}  the audit trail of one thing
//	GET  /flows/{correlation}        the events of one business flow
//	GET  /log                        all events; ?from=TIME, ?type=, ?stream=, ?limit=N
//	GET  /parked                     what was given up
//	POST /parked/{id}/redrive        handles it again
//	GET  /events, GET /functions     what can happen, and what is done about it
//	GET  /healthz                    whether the system can read its log
//
// Errors are problem details (RFC 9457), see [Problem]. After an answer of 4xx
// nothing was stored. The edge knows nobody: who may call it is for the network,
// or a proxy, to say.
package edge

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/onevent/onevent/flow"
)

// Options are how the edge serves. The zero value is useful.
type Options struct {
	// MaxInFlight is the most requests at work at once; 0 means 512. Those above
	// it are answered 503.
	MaxInFlight int
	// Timeout is the most time that one request may take; 0 means 20 seconds.
	Timeout time.Duration
	// Hosts are the names, without port, that requests to a loopback address
	// may carry as their host besides localhost and loopback addresses: those
	// of a proxy on this machine.
	Hosts []string
	// Log gets what went wrong with the system; nil means that nobody wants to
	// know.
	Log *slog.Logger
}

const (
	defaultInFlight = 512
	defaultTimeout  = 20 * time.Second
)

// New returns the handler that serves a system.
func New(system *flow.System, o Options) http.Handler {
	if o.MaxInFlight <= 0 {
		o.MaxInFlight = defaultInFlight
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	app := system.App()
	e := &edge{system: system, app: app, commands: map[string]bool{}, views: viewsOf(app), timeout: o.Timeout, log: o.Log}
	for _, c := range Commands(app) {
		e.commands[c.Name] = true
	}
	return e.guard(e.mux(), o)
}

type edge struct {
	system   *flow.System
	app      flow.App
	commands map[string]bool
	views    map[string]view
	timeout  time.Duration
	log      *slog.Logger
}

// An action answers a request, or returns an error, which becomes a problem. It
// writes nothing before it has succeeded.
type action func(w http.ResponseWriter, r *http.Request) error

type route struct {
	method, path string
	do           action
}

func (e *edge) routes() []route {
	return []route{
		{http.MethodPost, "/commands/{name}", e.execute},
		{http.MethodGet, "/commands", list("commands", Commands(e.app))},
		{http.MethodGet, "/events", list("events", Events(e.app))},
		{http.MethodGet, "/functions", list("functions", Functions(e.app))},
		{http.MethodGet, "/views/{name}", e.documents},
		{http.MethodGet, "/views/{name}/{key}", e.document},
		{http.MethodGet, "/streams/{namespace}/{key}", e.stream},
		{http.MethodGet, "/flows/{correlation}", e.flow},
		{http.MethodGet, "/log", e.history},
		{http.MethodGet, "/parked", e.parked},
		{http.MethodPost, "/parked/{id}/redrive", e.redrive},
		{http.MethodGet, healthPath, e.health},
	}
}

const healthPath = "/healthz"

// mux routes requests. What it does not route, it answers with a problem.
func (e *edge) mux() http.Handler {
	mux := http.NewServeMux()
	allowed := map[string]string{}
	for _, r := range e.routes() {
		mux.Handle(r.method+" "+r.path, e.handler(r.do))
		allowed[r.path] = r.method
		if r.method == http.MethodGet {
			allowed[r.path] = "GET, HEAD"
		}
	}
	for path, methods := range allowed {
		mux.Handle(path, e.handler(func(w http.ResponseWriter, r *http.Request) error {
			w.Header().Set("Allow", methods)
			return problem(http.StatusMethodNotAllowed, "method-not-allowed", "%s takes %s, not %s", path, methods, clip(r.Method))
		}))
	}
	mux.Handle("/", e.handler(func(_ http.ResponseWriter, r *http.Request) error {
		return problem(http.StatusNotFound, "unknown-path",
			"there is nothing at %s; look at /commands, /views/{name}, /streams/{namespace}/{key}, /flows/{correlation}, /log, /events, /functions, /parked",
			quote(r.URL.Path))
	}))
	return mux
}

func (e *edge) handler(do action) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), e.timeout)
		defer cancel()
		if err := do(w, r.WithContext(ctx)); err != nil {
			e.fail(w, r, err)
		}
	})
}

// list answers with a list that never changes.
func list[T any](name string, items []T) action {
	return func(w http.ResponseWriter, r *http.Request) error {
		if _, err := parameters(r); err != nil {
			return err
		}
		return answer(w, http.StatusOK, map[string][]T{name: items})
	}
}

// health reads the end of a stream that has none: one read, which fails if the
// log can't be read.
func (e *edge) health(w http.ResponseWriter, r *http.Request) error {
	if _, err := e.system.Begin(r.Context(), strings.TrimPrefix(healthPath, "/"), "probe"); err != nil && !errors.Is(err, flow.ErrUnknown) {
		return err
	}
	return answer(w, http.StatusOK, map[string]string{"status": "ok"})
}
