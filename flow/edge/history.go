package edge

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
)

// An Event is one event as the edge tells it: what the log has, and its time in
// words.
type Event struct {
	flow.Recorded
	// At is Time as RFC 3339, in UTC.
	At string `json:"at"`
}

// An EventPage is a part of a stream, a flow or the log.
type EventPage struct {
	Events []Event `json:"events"`
	// Next is the parameter of the next page: "after" for a stream and a flow,
	// "from" for the log. It is empty on the last page.
	Next string `json:"next,omitempty"`
}

func pageOf(events []flow.Recorded, next string) EventPage {
	page := EventPage{Events: make([]Event, len(events)), Next: next}
	for i, e := range events {
		page.Events[i] = Event{Recorded: e, At: e.Time.String()}
	}
	return page
}

func eventID(e flow.Recorded) string { return e.ID }
func eventSize(e flow.Recorded) int  { return len(e.Data) }

func (e *edge) stream(w http.ResponseWriter, r *http.Request) error {
	namespace, err := keyOf(r, "namespace")
	if err != nil {
		return err
	}
	key, err := keyOf(r, "key")
	if err != nil {
		return err
	}
	unknown := notFound("unknown-stream", "the stream %s/%s has no events", namespace, key)
	return e.tell(w, r, e.system.Stream(r.Context(), namespace, key), unknown)
}

func (e *edge) flow(w http.ResponseWriter, r *http.Request) error {
	correlation, err := keyOf(r, "correlation")
	if err != nil {
		return err
	}
	unknown := notFound("unknown-flow", "there is no flow %s; the correlation of an event names its flow", correlation)
	return e.tell(w, r, e.system.Flow(r.Context(), correlation), unknown)
}

// tell answers with a page of events, or with a problem if there are none.
func (*edge) tell(w http.ResponseWriter, r *http.Request, events iter.Seq2[flow.Recorded, error], unknown *Problem) error {
	values, err := parameters(r, "after", "limit")
	if err != nil {
		return err
	}
	limit, err := limitOf(values)
	if err != nil {
		return err
	}
	found, more, err := collect(past(events, values.Get("after"), eventID), limit, eventSize)
	if errors.Is(err, flow.ErrUnknown) {
		return unknown
	}
	if err != nil {
		return err
	}
	next := ""
	if more {
		next = found[len(found)-1].ID
	}
	return show(w, r, pageOf(found, next))
}

// maxScanned is how many events one request looks at to find those it asks for.
const maxScanned = 20_000

// A search is what a request wants of the log.
type search struct {
	from      flow.Time
	typ       string // empty for all
	namespace string // empty for all
	key       string // empty for all
	limit     int
}

func (e *edge) history(w http.ResponseWriter, r *http.Request) error {
	values, err := parameters(r, "from", "type", "stream", "limit")
	if err != nil {
		return err
	}
	s, err := e.searchOf(values)
	if err != nil {
		return err
	}
	found, next, err := s.run(e.source(r.Context(), s))
	if err != nil {
		return err
	}
	return show(w, r, pageOf(found, next))
}

func (e *edge) searchOf(values url.Values) (s search, err error) {
	s.typ = values.Get("type")
	if s.typ != "" && !slices.Contains(e.app.Events.Types(), s.typ) {
		return s, badParameter("there is no event type %s; GET /events lists them", quote(s.typ))
	}
	if stream := values.Get("stream"); stream != "" {
		var isStream bool
		s.namespace, s.key, isStream = strings.Cut(stream, "/")
		if flow.CheckKey(s.namespace) != nil || isStream && flow.CheckKey(s.key) != nil {
			return s, badParameter("the stream %s is neither namespace/key nor a namespace", quote(stream))
		}
	}
	if s.from, err = timeOf(values.Get("from")); err != nil {
		return s, err
	}
	s.limit, err = limitOf(values)
	return s, err
}

// timeOf reads microseconds or RFC 3339; nothing is the beginning.
func timeOf(text string) (flow.Time, error) {
	if text == "" {
		return 0, nil
	}
	if micros, err := strconv.ParseInt(text, 10, 64); err == nil && micros >= 0 {
		return flow.Time(micros), nil
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return 0, badParameter("from %s is neither microseconds since 1970 nor a time as 2006-01-02T15:04:05Z", quote(text))
	}
	return driver.TimeOf(at), nil
}

// source returns the events among which to search: one stream if it is named, the
// log otherwise.
func (e *edge) source(ctx context.Context, s search) iter.Seq2[flow.Recorded, error] {
	if s.key == "" {
		return e.system.Log(ctx, s.from, driver.Forever)
	}
	return e.system.Stream(ctx, s.namespace, s.key)
}

// run returns the events that the search is for, and the time from which to
// search on. A page never parts events of one time, so that none is told twice or
// missed.
func (s search) run(events iter.Seq2[flow.Recorded, error]) (found []flow.Recorded, next string, err error) {
	var last flow.Time
	scanned, bytes := 0, 0
	for e, err := range events {
		switch {
		case errors.Is(err, flow.ErrUnknown):
			return nil, "", nil
		case err != nil:
			return nil, "", err
		case e.Time != last && (len(found) >= s.limit || scanned >= maxScanned || bytes > pageBytes):
			return found, strconv.FormatInt(int64(e.Time), 10), nil
		}
		last = e.Time
		scanned++
		if s.wants(e) {
			found = append(found, e)
			bytes += len(e.Data)
		}
	}
	return found, "", nil
}

func (s search) wants(e flow.Recorded) bool {
	return e.Time >= s.from && (s.typ == "" || e.Type == s.typ) && (s.namespace == "" || flow.Namespace(e.Type) == s.namespace)
}
