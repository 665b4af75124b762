// Package edge serves a system over HTTP: commands in, views and the log out, all
// as JSON.
//
//	POST /commands/{name}            executes a command
//	POST /commands                   executes up to 100 commands, one after the other; see [BatchItem]
//	POST /webhooks/{source}          takes what somebody outside tells, signed
//	GET  /commands                   what can be asked for, with an example each
//	GET  /views/{name}               documents by key; ?field=value or ?where.field=value, ?after=KEY, ?limit=N, ?fields=a,b, ?token=, ?wait=
//	GET  /views/{name}/{key}         one document; ?fields=a,b, ?token=, ?wait=
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
// A command is answered 201 if it recorded something, 200 if it changed nothing or
// is a repetition under its Idempotency-Key, which counts for ever; 400 if it is
// not JSON, 422 if it is not valid or its key was used for another body, and 409
// with the domain's reason if it is refused. What follows from it follows by
// itself, later: to read it, name the command's token in the query, see
// [TokenHeader]. Reads of documents and events have an ETag, and take
// If-None-Match.
//
// A document, a query of documents and a flow can be followed: who asks for
// text/event-stream gets what is there, and then each change of it.
//
//	/views/{name}/{key}   event "document", or "absent" while there is none
//	/views/{name}         event "page", whenever the page has changed
//	/flows/{correlation}  event "event" for each event that is recorded, in the order of the log
//
// With the Last-Event-ID that it got last, a reader who was cut off is told what
// he missed, and nothing twice; one that nobody gave begins from the start. Of a
// document and a page readers see the newest, and not all that was in between.
// Of a flow they miss nothing: if an event was recorded late, among those that a
// reader had got before he was cut off, he is told the whole flow again.
//
// Errors are problem details (RFC 9457), see [Problem]. After an answer of 4xx
// nothing was stored. Who may call what is for [Options.Access] to say.
package edge

import (
	"cmp"
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
	// MaxLive is the most streams that are open at once, besides MaxInFlight; 0
	// means 20,000. Others are answered 503.
	MaxLive int
	// LiveEvery is the shortest time between two reads of what is followed,
	// however often it changes; 0 means 100 milliseconds.
	LiveEvery time.Duration
	// Heartbeat is after how long a stream that has nothing to tell says that it
	// is alive; 0 means 15 seconds.
	Heartbeat time.Duration
	// LiveWithin is how long a reader of a stream may take to take what is
	// written to him, before he is dropped; 0 means 10 seconds.
	LiveWithin time.Duration
	// Leaving ends all streams when it is closed, for a server that stops. Serve
	// ends them by itself; nil means that nothing else does.
	Leaving <-chan struct{}
	// Hosts are the names, without port, that requests to a loopback address
	// may carry as their host besides localhost and loopback addresses: those
	// of a proxy on this machine.
	Hosts []string
	// Mounts are more paths: documents, and what belongs to some functions.
	Mounts []Mount
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
	defaultMaxLive       = 20_000
	defaultLiveEvery     = 100 * time.Millisecond
	defaultHeartbeat     = 15 * time.Second
	defaultLiveWithin    = 10 * time.Second
)

// New returns the handler that serves a system.
func New(system *flow.System, o Options) http.Handler {
	o = o.withDefaults()
	app := system.App()
	e := &edge{
		system: system, app: app, commands: commandsOf(app), views: viewsOf(app),
		timeout: o.Timeout, longTimeout: o.LongTimeout, reader: make(chan struct{}, 1), log: o.Log,
		waiters: make(chan struct{}, max(1, sharesOf(o.MaxInFlight)[reads]/2)),
		pace:    newPace(sharesOf(o.MaxInFlight)[commands], o.CommandWithin),
		hub:     newHub(system, o),
		access:  o.Access,
	}
	mux := e.mux()
	e.mounts(mux, o.Mounts)
	return guarded{Handler: e.guard(mux, o), access: o.Access}
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
	o.MaxLive = cmp.Or(max(o.MaxLive, 0), defaultMaxLive)
	o.LiveEvery = cmp.Or(max(o.LiveEvery, 0), defaultLiveEvery)
	o.Heartbeat = cmp.Or(max(o.Heartbeat, 0), defaultHeartbeat)
	o.LiveWithin = cmp.Or(max(o.LiveWithin, 0), defaultLiveWithin)
	return o
}

type edge struct {
	system      *flow.System
	app         flow.App
	commands    map[string]flow.Function
	views       map[string]view
	timeout     time.Duration
	longTimeout time.Duration
	reader      chan struct{} // holds a token while somebody reads the whole log
	waiters     chan struct{} // holds a token for each query that waits for a view
	pace        *pace
	log         *slog.Logger
	hub         *hub
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
		{http.MethodPost, "/commands", e.batch},
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
func (e *edge) mux() *http.ServeMux {
	paths := map[string]map[string]action{}
	add := func(r route, do action) {
		if paths[r.path] == nil {
			paths[r.path] = map[string]action{}
		}
		paths[r.path][r.method] = do
	}
	for _, r := range e.routes() {
		add(r, within(e.timeout, r.do))
	}
	for _, r := range e.longRoutes() {
		add(r, within(e.longTimeout, prolonged(e.longTimeout, r.do)))
	}
	for path, open := range e.openers() {
		paths[path][http.MethodGet] = e.follow(open, paths[path][http.MethodGet])
	}
	for path, methods := range paths {
		for method, do := range methods {
			methods[method] = e.allowed(needsOf(method, path), do)
		}
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
		return show(w, r, map[string][]T{name: items})
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
