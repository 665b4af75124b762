package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/local"
)

// A program is the command line at work. All verbs speak HTTP: to a system that
// runs, or, with -data, to an edge within this process.
type program struct {
	app    flow.App
	in     io.Reader
	out    io.Writer
	err    io.Writer
	getenv func(string) string
	newKey func() string // a new idempotency key
	now    func() time.Time
	asks   bool // there is somebody to ask: in is a terminal
	colour bool
	width  int // of the terminal, in characters; 0 for none
	addr   string
	data   string

	// patience is how long to wait for an answer; 0 means answerWithin.
	patience time.Duration

	folder *local.Store // the open data folder, if there is one
	client *http.Client
}

const (
	defaultAddr  = "http://127.0.0.1:8080"
	maxAnswer    = 64 << 20
	answerWithin = 30 * time.Second
	// readWithin is the same for what reads a whole log, however long that is.
	readWithin = 24 * time.Hour
)

// A problem is an answer of the system that is an error: RFC 9457.
type problem struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Code   string `json:"code"`
}

// Error returns the detail, with the domain's code where there is one.
func (p *problem) Error() string {
	text := p.Detail
	if text == "" {
		text = p.Title
	}
	if p.Code != "" {
		text = p.Code + ": " + text
	}
	return fmt.Sprintf("%s (%d)", clean(text), p.Status)
}

// An openError leaves it open what became of a request.
type openError struct{ error }

func (e openError) Unwrap() error { return e.error }

// get reads an answer into a value.
func (p *program) get(ctx context.Context, path string, query url.Values, into any) error {
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	_, err := p.call(ctx, http.MethodGet, path, nil, nil, into)
	return err
}

// call makes a request and reads the answer into a value.
func (p *program) call(ctx context.Context, method, path string, body []byte, header map[string]string, into any) (status int, err error) {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(p.patience, answerWithin))
	defer cancel()
	base, err := p.connect(ctx, method != http.MethodGet)
	if err != nil {
		return 0, err
	}
	request, err := http.NewRequestWithContext(ctx, method, base+path, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := p.client.Do(request)
	if err != nil {
		return 0, noAnswer(ctx, base, err)
	}
	defer response.Body.Close() //nolint:errcheck // nothing was written to it
	return response.StatusCode, readAnswer(response, into)
}

// noAnswer tells why there is none. Only a system that was never reached has
// surely done nothing.
func noAnswer(ctx context.Context, base string, err error) error {
	if dial, ok := errors.AsType[*net.OpError](err); ok && dial.Op == "dial" && ctx.Err() == nil {
		return fmt.Errorf("no system answers at %s: %w (start one with go run ./emulator, or name it with -addr or -data)", base, dial)
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return openError{errors.New("interrupted")}
	}
	return openError{fmt.Errorf("no answer from %s: %w", base, err)}
}

func readAnswer(response *http.Response, into any) error {
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return openError{fmt.Errorf("the answer is cut off: %w", err)}
	}
	if response.StatusCode >= http.StatusBadRequest {
		problem := &problem{Status: response.StatusCode, Title: response.Status}
		_ = json.Unmarshal(answer, problem) // the status says enough
		if response.StatusCode >= http.StatusInternalServerError {
			return openError{problem}
		}
		return problem
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("the answer is not what an onevent system says: %w", err)
	}
	return nil
}

// checkNext returns an error where a page says that the next one is itself: who
// asked for it would ask for ever.
func checkNext(asked, next string) error {
	if next != "" && next == asked {
		return fmt.Errorf("the answer is not what an onevent system says: the page after %s is that page again", clean(asked))
	}
	return nil
}

// connect returns the address of the system, which is within this process if
// there is a data folder: opened for reading only, unless something is to be
// written.
func (p *program) connect(ctx context.Context, write bool) (base string, err error) {
	switch {
	case p.client != nil && p.addr != "":
		return p.addr, nil
	case p.data != "" && p.addr != "":
		return "", usageError("-addr and -data exclude each other")
	case p.data != "":
		return p.openFolder(ctx, write)
	}
	if p.addr == "" {
		p.addr = p.getenv("ONEVENT_ADDR")
	}
	if p.addr == "" {
		p.addr = defaultAddr
	}
	if u, err := url.Parse(p.addr); err != nil || u.Host == "" {
		return "", usageError("the address %q is no URL like %s", p.addr, defaultAddr)
	}
	p.addr = strings.TrimRight(p.addr, "/")
	if p.client, err = clientFor(p.addr, p.getenv(tokenVariable)); err != nil {
		return "", err
	}
	return p.addr, nil
}

// openFolder serves a data folder within this process. What is sent is recorded
// and queued there, for all that subscribe to it: the next emulator on the folder
// handles it.
func (p *program) openFolder(ctx context.Context, write bool) (base string, err error) {
	open := local.OpenReadOnly
	if write {
		open = local.Open
	}
	p.folder, err = open(context.WithoutCancel(ctx), p.data, nil)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("there is no data folder %s: %w (the emulator's is .onevent)", p.data, err)
	}
	if err != nil {
		return "", err
	}
	broker := p.folder.Broker(nil)
	system, err := flow.New(p.app, local.Platform(p.folder, broker))
	if err != nil {
		return "", err
	}
	if write {
		if err := broker.Declare(ctx, system.Subscriptions()...); err != nil {
			return "", err
		}
	}
	p.addr = "http://localhost"
	p.client = &http.Client{Transport: within{edge.New(system, edge.Options{LongTimeout: readWithin, Log: p.faults()})}}
	return p.addr, nil
}

// faults returns a logger for what goes wrong with a data folder: the answers of
// an edge do not tell it.
func (p *program) faults() *slog.Logger {
	return slog.New(slog.NewTextHandler(p.err, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
}

// close lets go of the data folder.
func (p *program) close() {
	if p.folder == nil {
		return
	}
	if err := p.folder.Close(); err != nil {
		fmt.Fprintln(p.err, "onevent:", err)
	}
}

// within is a transport to a handler in this process.
type within struct{ handler http.Handler }

// RoundTrip lets the handler answer.
func (w within) RoundTrip(r *http.Request) (*http.Response, error) {
	a := answer{header: http.Header{}, status: http.StatusOK}
	r.Host, r.RemoteAddr = r.URL.Host, "127.0.0.1:0"
	w.handler.ServeHTTP(&a, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: a.status, Status: http.StatusText(a.status), Header: a.header, Request: r,
		Body: io.NopCloser(&a.body), ContentLength: int64(a.body.Len()),
	}, nil
}

// An answer is an http.ResponseWriter that keeps what is written.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }
