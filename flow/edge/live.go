package edge

import (
	"net/http"
	"net/url"
	"strings"
)

const (
	streamType = "text/event-stream"
	// lastHeader is what an EventSource sends when it comes back: the id of the
	// last event that it got.
	lastHeader = "Last-Event-ID"
)

// An opener returns what a request wants to follow, and where it stands. Plain is
// what answers the same request without a stream.
type opener func(r *http.Request, plain action) (source, reader, error)

// openers returns the paths that can be followed.
func (e *edge) openers() map[string]opener {
	return map[string]opener{
		"/views/{name}":        e.openDocuments,
		"/views/{name}/{key}":  e.openDocument,
		"/flows/{correlation}": e.openFlow,
	}
}

// follow answers with a stream where one is asked for, and plainly otherwise.
func (e *edge) follow(open opener, plain action) action {
	return func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Vary", "Accept")
		if !wantsStream(r) {
			return plain(w, r)
		}
		s, at, err := open(r, plain)
		if err != nil {
			return err
		}
		t, leave, err := e.hub.join(s) //nolint:contextcheck // what many follow is no one request's
		if err != nil {
			return err
		}
		defer leave()
		ctx, done := whileKnown(r.Context())
		defer done()
		return e.hub.tell(w, r.WithContext(ctx), t, at)
	}
}

// wantsStream says whether a request asks for a stream: what it accepts first is
// text/event-stream.
func wantsStream(r *http.Request) bool {
	first, _, _ := strings.Cut(r.Header.Get("Accept"), ",")
	typ, _, _ := strings.Cut(first, ";")
	return r.Method == http.MethodGet && strings.EqualFold(strings.TrimSpace(typ), streamType)
}

// isLive says whether a request is for a stream, which has a limit of its own.
func isLive(r *http.Request) bool {
	return wantsStream(r) && (strings.HasPrefix(r.URL.Path, "/views/") || strings.HasPrefix(r.URL.Path, "/flows/"))
}

// topicOf names what a request asks for: who asks for the same shares it.
func topicOf(r *http.Request) string {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return r.URL.Path + "?" + r.URL.RawQuery // which is refused
	}
	return r.URL.Path + "?" + values.Encode()
}
