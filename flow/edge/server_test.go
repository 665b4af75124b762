package edge_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/internal/testapp"
)

// TestServeFinishesWhatIsAtWork stops a server that is answering.
func TestServeFinishesWhatIsAtWork(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan struct{}), make(chan struct{})
	url, stop, ended := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(entered)
		<-leave
		_, _ = io.WriteString(w, "done")
	}))
	answered := make(chan string, 1)
	go func() {
		response, err := get(t, url)
		if err != nil {
			answered <- err.Error()
			return
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		answered <- string(body)
	}()
	<-entered
	stop()
	for { // until it takes no more requests
		connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			break
		}
		connection.Close()
	}
	select {
	case err := <-ended:
		t.Fatalf("Serve returned %v with a request at work", err)
	default:
	}
	close(leave)
	if body := <-answered; body != "done" {
		t.Errorf("answered %q", body)
	}
	if err := <-ended; err != nil {
		t.Errorf("Serve returned %v", err)
	}
}

func TestServeReturnsWhatTheListenerSays(t *testing.T) {
	t.Parallel()
	listener := listen(t)
	listener.Close()
	if err := edge.Serve(t.Context(), edge.Server("", http.NotFoundHandler()), listener); err == nil || !strings.HasPrefix(err.Error(), "edge: serve: ") {
		t.Fatalf("error %v", err)
	}
}

func TestServeOfAnEndedContextServesNothing(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := edge.Serve(ctx, edge.Server("", http.NotFoundHandler()), listen(t)); err != nil {
		t.Fatal(err)
	}
}

func TestServerLimitsHeadersAndPatience(t *testing.T) {
	t.Parallel()
	url, _, _ := serve(t, http.NotFoundHandler())
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	go func() {
		_, _ = io.WriteString(connection, "GET / HTTP/1.1\r\nHost: localhost\r\nX: "+strings.Repeat("x", 40<<10)+"\r\n\r\n")
	}()
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("40 KiB of headers: %s", response.Status)
	}
	s := edge.Server(":1", nil)
	for name, d := range map[string]time.Duration{"header": s.ReadHeaderTimeout, "request": s.ReadTimeout, "answer": s.WriteTimeout, "idle": s.IdleTimeout} {
		if d <= 0 || d > time.Minute {
			t.Errorf("%s: %v", name, d)
		}
	}
}

// TestABodyThatDoesNotComeIsTooSlow sends the header of a command and no more.
func TestABodyThatDoesNotComeIsTooSlow(t *testing.T) {
	t.Parallel()
	listener := listen(t)
	server := edge.Server("", edge.New(flowtest.NewWorld(t, testapp.App(nil), nil).System(), edge.Options{}))
	server.ReadTimeout = 50 * time.Millisecond
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- edge.Serve(ctx, server, listener) }()
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	_, _ = io.WriteString(connection, "POST /commands/light.press HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{")
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusRequestTimeout || response.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%s, %s", response.Status, response.Header.Get("Content-Type"))
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// serve serves a handler until the test ends or stop is called.
// TestAfterChunksTheConnectionEnds sends a request whose body ends in one place by its
// chunks, and in another by its length, with a command between the two.
func TestAfterChunksTheConnectionEnds(t *testing.T) {
	t.Parallel()
	world := flowtest.NewWorld(t, testapp.App(nil), nil)
	url, _, _ := serve(t, edge.New(world.System(), edge.Options{}))
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	const head = "POST /commands/light.press HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
	const hidden = head + "Content-Length: 25\r\n\r\n" + `{"light":"a","house":"h"}`
	_, _ = fmt.Fprintf(connection, "%sContent-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n%s", head, len(hidden)+5, hidden)
	all, err := io.ReadAll(connection)
	if err != nil || strings.Count(string(all), "HTTP/1.1 ") != 1 || !strings.HasPrefix(string(all), "HTTP/1.1 400 ") {
		t.Errorf("%v, answered %q", err, all)
	}
	if n := len(world.Waiting()); n != 0 {
		t.Errorf("%d messages after what nobody sent", n)
	}
}

func serve(t *testing.T, handler http.Handler) (url string, stop func(), ended <-chan error) {
	t.Helper()
	listener := listen(t)
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() { result <- edge.Serve(ctx, edge.Server("", handler), listener) }()
	t.Cleanup(cancel)
	return "http://" + listener.Addr().String(), cancel, result
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

func get(t *testing.T, url string) (*http.Response, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, err
	}
	return http.DefaultClient.Do(request)
}
