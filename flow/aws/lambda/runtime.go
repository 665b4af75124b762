// Package lambda is AWS Lambda on a laptop: it runs the real program of a function
// against the runtime API, and carries messages from queues to it as Lambda's event
// source mapping does.
//
// See https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html and
// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html.
package lambda

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

const (
	api = "/2018-06-01/runtime"
	// maxPayload is the most bytes of an event and of an answer; see
	// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html.
	maxPayload = 6 << 20
)

// ErrFunction says that the function answered with an error.
var ErrFunction = errors.New("function failed")

// A Runtime is the runtime API. Programs that have its address in
// AWS_LAMBDA_RUNTIME_API ask it for invocations, each for one at a time.
type Runtime struct {
	// Address is where it listens, as in "127.0.0.1:9001".
	Address string

	server  *http.Server
	waiting chan *invocation

	mu   sync.Mutex
	open map[string]*invocation // by request id
	last int
}

// An invocation is one event for the function.
type invocation struct {
	id       string
	function string
	payload  []byte
	deadline time.Time
	gone     <-chan struct{} // closed when nobody waits for the answer
	answered chan answered   // holds one
}

type answered struct {
	payload []byte
	err     error
}

// NewRuntime listens on a free port of the loopback interface until Close.
func NewRuntime(ctx context.Context) (*Runtime, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("lambda: %w", err)
	}
	r := &Runtime{Address: listener.Addr().String(), waiting: make(chan *invocation), open: map[string]*invocation{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+api+"/invocation/next", r.next)
	mux.HandleFunc("POST "+api+"/invocation/{id}/response", func(w http.ResponseWriter, q *http.Request) { r.answer(w, q, nil) })
	mux.HandleFunc("POST "+api+"/invocation/{id}/error", func(w http.ResponseWriter, q *http.Request) { r.answer(w, q, ErrFunction) })
	mux.HandleFunc("POST "+api+"/init/error", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) })
	r.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go r.server.Serve(listener) //nolint:errcheck // it ends with Close
	return r, nil
}

// Close stops listening. Invocations that wait are not answered.
func (r *Runtime) Close() error { return r.server.Close() }

// Invoke has a program handle an event within a time, and returns its answer. It
// returns an error that wraps ErrFunction for one that the function answers, and the
// context's if there is no answer in time: the program may still be at work.
func (r *Runtime) Invoke(ctx context.Context, function string, payload []byte, within time.Duration) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	deadline, _ := ctx.Deadline()
	i := &invocation{function: function, payload: payload, deadline: deadline, gone: ctx.Done(), answered: make(chan answered, 1)}
	r.mu.Lock()
	r.last++
	i.id = "request-" + strconv.Itoa(r.last)
	r.open[i.id] = i
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.open, i.id)
	}()
	select {
	case r.waiting <- i:
	case <-ctx.Done():
		return nil, fmt.Errorf("lambda: %s: no instance was free: %w", function, ctx.Err())
	}
	select {
	case a := <-i.answered:
		if a.err != nil {
			return nil, fmt.Errorf("lambda: %s: %w: %s", function, a.err, describe(a.payload))
		}
		return a.payload, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("lambda: %s: no answer: %w", function, ctx.Err())
	}
}

// describe returns what an error says of itself.
func describe(payload []byte) string {
	var e struct {
		Message string `json:"errorMessage"`
	}
	if json.Unmarshal(payload, &e) == nil && e.Message != "" {
		return e.Message
	}
	return string(payload)
}

// next answers with the next invocation, whenever that comes.
func (r *Runtime) next(w http.ResponseWriter, q *http.Request) {
	for {
		select {
		case <-q.Context().Done():
			return
		case i := <-r.waiting:
			select {
			case <-i.gone:
				continue
			default:
			}
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Lambda-Runtime-Aws-Request-Id", i.id)
			w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(i.deadline.UnixMilli(), 10))
			w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", i.function)
			_, _ = w.Write(i.payload) // who does not get it does not answer
			return
		}
	}
}

// answer hands an answer to who waits for it.
func (r *Runtime) answer(w http.ResponseWriter, q *http.Request, outcome error) {
	payload, err := io.ReadAll(http.MaxBytesReader(w, q.Body, maxPayload))
	if err != nil {
		outcome = fmt.Errorf("%w: its answer: %w", ErrFunction, err)
	}
	r.mu.Lock()
	i := r.open[q.PathValue("id")]
	delete(r.open, q.PathValue("id"))
	r.mu.Unlock()
	if i != nil {
		i.answered <- answered{payload, outcome}
	}
	w.WriteHeader(http.StatusAccepted)
}
