package edge

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
)

func (e *edge) openDocument(r *http.Request, plain action) (source, reader, error) {
	view, _, err := e.find(r)
	if err != nil {
		return source{}, nil, err
	}
	key, err := keyOf(r, "key")
	if err != nil {
		return source{}, nil, err
	}
	read := answers{event: "document", do: plain, url: r.URL, values: map[string]string{"name": view, "key": key}}.read
	return source{name: topicOf(r), watch: driver.Watch{View: view, Key: key}, read: read}, newestAt(r), nil
}

func (e *edge) openDocuments(r *http.Request, plain action) (source, reader, error) {
	name, v, err := e.find(r)
	if err != nil {
		return source{}, nil, err
	}
	q, err := v.watched(r.URL.Query())
	if err != nil {
		return source{}, nil, err
	}
	read := answers{event: "page", do: plain, url: r.URL, values: map[string]string{"name": name}}.read
	return source{name: topicOf(r), watch: driver.Watch{View: name, Query: q}, read: read}, newestAt(r), nil
}

func newestAt(r *http.Request) reader { return &newest{last: r.Header.Get(lastHeader)} }

// watched returns a query that selects all documents on which an answer depends.
// It is as narrow as the page where nothing but filters, after and limit is asked
// for.
func (v view) watched(values url.Values) (q driver.Query, err error) {
	q.Where = map[string]any{}
	narrow := true
	for name := range values {
		typ, isField := v.types[name]
		switch {
		case isField:
			if q.Where[name], err = conditionOf(name, typ, values.Get(name)); err != nil {
				return q, err
			}
		case name == "after":
			narrow = narrow && flow.CheckKey(values.Get(name)) == nil
		case name != "limit":
			narrow = false
		}
	}
	if limit, err := limitOf(values); err == nil && narrow {
		q.After, q.Limit = values.Get("after"), limit+1 // the one that makes a next page, too
	}
	return q, nil
}

// Answers are what a path answers when it is asked again and again.
type answers struct {
	event  string // the name of the event that carries them
	do     action
	url    *url.URL
	values map[string]string // of the path
}

// read asks once more. What is unknown may come to be: it is absent.
func (a answers) read(ctx context.Context, old *state) (*state, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, a.url.String(), http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("edge: live: %w", err)
	}
	for name, value := range a.values {
		r.SetPathValue(name, value)
	}
	got := &recorder{header: http.Header{}, status: http.StatusOK}
	var p *Problem
	err = a.do(got, r)
	switch {
	case errors.As(err, &p) && p.Status == http.StatusNotFound:
		return a.state(old, "absent", "absent", []byte("null")), nil
	case err != nil:
		return nil, err
	case got.status != http.StatusOK:
		return nil, fmt.Errorf("edge: live: %s was answered %d", a.url, got.status)
	}
	body := bytes.TrimSuffix(got.body.Bytes(), []byte("\n"))
	id := strings.Trim(got.header.Get("ETag"), `"`)
	if id == "" {
		id = versionOf(body)
	}
	return a.state(old, a.event, id, body), nil
}

func (answers) state(old *state, event, id string, data []byte) *state {
	if old.ready && old.id == id {
		return old
	}
	now := newState()
	now.ready, now.id, now.frame = true, id, frameOf(event, id, data)
	now.size = len(now.frame)
	return now
}

// A recorder takes an answer down.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (r *recorder) Header() http.Header { return r.header }

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) { r.status = status }

// Write implements http.ResponseWriter.
func (r *recorder) Write(data []byte) (int, error) { return r.body.Write(data) }
