// Package edge serves a system over HTTP: commands in, views and the log out, all
// as JSON.
//
//	POST /commands/{name}            executes a command
//	POST /webhooks/{source}          takes what somebody outside tells, signed
//	GET  /commands                   what can be asked for, with an example each
//	GET  /views/{name}               documents; ?field=value, ?after=KEY, ?limit=N
//	GET  /views/{name}/{key}         one document
//	GET  /streams/{namespace}/{key}  the audit trail of one thing
//	GET  /flows/{correlation}        the events of one business flow
//	GET  /log                        all events; ?from=TIME, ?type=, ?stream=, ?limit=N
//	GET  /parked                     what was given up; ?function=, ?error=TEXT, ?type=, ?after=, ?limit=N
//	GET  /parked/{id}                one of it, with its history
//	POST /parked/{id}/redrive        handles it again
//	POST /parked/redrive             has all of it handled again that {function?, error?, type?} selects, {rate?} a second
//	GET  /retrying                   what failed and will be tried again; parameters as for /parked
//	GET  /paused                     the functions that keep failing, and when they are tried next
//	GET  /audit                      reads the whole log, and says whether it adds up
//	GET  /redecide                   reads the whole log, and says what this code would decide otherwise
//	GET  /events, GET /functions     what can happen, and what is done about it
//	GET  /healthz                    whether the system can read its log, and its version
//
// Errors are problem details (RFC 9457), see [Problem]. After an answer of 4xx
// nothing was stored. Who may call what is for [Options.Access] to say.
package edge

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/access"
)

// Options are how the edge serves. The zero value is useful.
type Options struct {
	// Access says who may do what. The zero value is open to all, on loopback
	// only: what comes from elsewhere is answered 403, and Serve refuses to begin.
	Access access.Access
	// MaxInFlight is the most requests there are at once; 0 means 512. Half of
	// it is for commands, three eighths are for reads, and one is for what
	// operators do: /audit, /redecide and redrives. Reads above that are
	// answered 503, all others 429.
	MaxInFlight int
	// CommandWithin is how long a command may take before it is a sign of
	// overload; 0 means 1 second. While commands take longer, fewer and fewer
	// are let in at once, and the others are answered 429.
	CommandWithin time.Duration
	// Backlog returns how many messages wait to be handled; nil means that
	// nobody knows. It is called at most ten times a second, by the command
	// that comes then, and has a second to answer. While it fails, commands are
	// executed.
	Backlog func(context.Context) (int, error)
	// MaxBacklog is the backlog above which commands are answered 429; 0 means
	// 100,000. It is passed by what is accepted between two calls of Backlog,
	// and by what follows from what was accepted.
	MaxBacklog int
	// Timeout is the most time that one request may take; 0 means 20 seconds.
	Timeout time.Duration
	// LongTimeout is the same for what reads the whole log or the whole list of
	// what is parked: /audit, /redecide and POST /parked/redrive; 0 means 10
	// minutes.
	LongTimeout time.Duration
	// Hosts are the names, without port, that requests to a loopback address
	// may carry as their host besides localhost and loopback addresses: those
	// of a proxy on this machine.
	Hosts []string
	// Log gets what went wrong with the system; nil means that nobody wants to
	// know.
	Log *slog.Logger
}

const (
	defaultInFlight      = 512
	defaultCommandWithin = time.Second
	defaultMaxBacklog    = 100_000
	defaultTimeout       = 20 * time.Second
	defaultLongTimeout   = 10 * time.Minute
)

// New returns the handler that serves a system.
func New(system *flow.System, o Options) http.Handler {
	o = o.withDefaults()
	app := system.App()
	e := &edge{
		system: system, app: app, commands: map[string]bool{}, views: viewsOf(app),
		timeout: o.Timeout, longTimeout: o.LongTimeout, reader: make(chan struct{}, 1), log: o.Log,
		access: o.Access,
	}
	for _, c := range Commands(app) {
		e.commands[c.Name] = true
	}
	return guarded{Handler: e.guard(e.mux(), o), access: o.Access}
}

func (o Options) withDefaults() Options {
	if o.MaxInFlight <= 0 {
		o.MaxInFlight = defaultInFlight
	}
	if o.CommandWithin <= 0 {
		o.CommandWithin = defaultCommandWithin
	}
	if o.MaxBacklog <= 0 {
		o.MaxBacklog = defaultMaxBacklog
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.LongTimeout <= 0 {
		o.LongTimeout = defaultLongTimeout
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

type edge struct {
	system      *flow.System
	app         flow.App
	commands    map[string]bool
	views       map[string]view
	timeout     time.Duration
	longTimeout time.Duration
	reader      chan struct{} // holds a token while somebody reads the whole log
	log         *slog.Logger
	access      access.Access
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
		{http.MethodPost, "/webhooks/{source}", e.webhook},
		{http.MethodGet, "/commands", list("commands", Commands(e.app))},
		{http.MethodGet, "/events", list("events", Events(e.app))},
		{http.MethodGet, "/functions", list("functions", Functions(e.app))},
		{http.MethodGet, "/views/{name}", e.documents},
		{http.MethodGet, "/views/{name}/{key}", e.document},
		{http.MethodGet, "/streams/{namespace}/{key}", e.stream},
		{http.MethodGet, "/flows/{correlation}", e.flow},
		{http.MethodGet, "/log", e.history},
		{http.MethodGet, "/parked", e.parked},
		{http.MethodGet, "/parked/{id}", e.parkedOne},
		{http.MethodPost, "/parked/{id}/redrive", e.redrive},
		{http.MethodGet, "/retrying", e.retrying},
		{http.MethodGet, "/paused", e.paused},
		{http.MethodGet, healthPath, e.health},
	}
}

const healthPath = "/healthz"

// mux routes requests. What it does not route, it answers with a problem.
func (e *edge) mux() http.Handler {
	paths := map[string]map[string]action{}
	add := func(r route, do action) {
		if paths[r.path] == nil {
			paths[r.path] = map[string]action{}
		}
		paths[r.path][r.method] = e.allowed(needsOf(r.method, r.path), do)
	}
	for _, r := range e.routes() {
		add(r, within(e.timeout, r.do))
	}
	for _, r := range e.longRoutes() {
		add(r, within(e.longTimeout, prolonged(e.longTimeout, r.do)))
	}
	mux := http.NewServeMux()
	for path, methods := range paths {
		mux.Handle(path, e.handler(byMethod(path, methods)))
	}
	mux.Handle("/", e.handler(func(_ http.ResponseWriter, r *http.Request) error {
		return problem(http.StatusNotFound, "unknown-path",
			"there is nothing at %s; look at /commands, /views/{name}, /streams/{namespace}/{key}, /flows/{correlation}, /log, /events, /functions, "+
				"/parked, /retrying, /paused, /audit, /redecide, /healthz",
			quote(r.URL.Path))
	}))
	return mux
}

// byMethod returns what a path does, whatever the method.
func byMethod(path string, methods map[string]action) action {
	if get, ok := methods[http.MethodGet]; ok {
		methods[http.MethodHead] = get
	}
	allowed := strings.Join(slices.Sorted(maps.Keys(methods)), ", ")
	return func(w http.ResponseWriter, r *http.Request) error {
		if do, ok := methods[r.Method]; ok {
			return do(w, r)
		}
		w.Header().Set("Allow", allowed)
		return problem(http.StatusMethodNotAllowed, "method-not-allowed", "%s takes %s, not %s", path, allowed, clip(r.Method))
	}
}

func (e *edge) handler(do action) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := do(w, r); err != nil {
			e.fail(w, r, err)
		}
	})
}

// within bounds the time of an action.
func within(timeout time.Duration, do action) action {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, cancel := context.WithTimeout(r.Context(), timeout)
		defer cancel()
		return do(w, r.WithContext(ctx))
	}
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
	status := map[string]string{"status": "ok"}
	if e.app.Version != "" {
		status["version"] = e.app.Version
	}
	return answer(w, http.StatusOK, status)
}
