package edge_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/edge"
)

// TestAStreamOutlivesAllPatience has a server and an edge with hardly any.
func TestAStreamOutlivesAllPatience(t *testing.T) {
	t.Parallel()
	l := newLiveRig(t)
	server := edge.Server("", edge.New(l.System(), edge.Options{Timeout: 500 * time.Millisecond, Heartbeat: 50 * time.Millisecond}))
	server.ReadTimeout, server.WriteTimeout = 500*time.Millisecond, 500*time.Millisecond
	l.listen(server)
	f := l.follow(shelf)
	f.wants("absent", "")
	for began := time.Now(); time.Since(began) < 1200*time.Millisecond; {
		if e := f.any(); e.comment == "" {
			t.Fatalf("%+v is no heartbeat", e)
		}
	}
	l.write("a", 1)
	f.wants("document", `"boards":1`)
}

// listen has Serve serve the rig, until it is stopped.
func (l *liveRig) listen(server *http.Server) (stop func(), ended <-chan error) {
	l.t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(l.t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		l.t.Fatal(err)
	}
	l.server = &httptest.Server{URL: "http://" + listener.Addr().String()} // for its address
	ctx, cancel := context.WithCancel(context.Background())
	result := make(chan error, 1)
	go func() { result <- edge.Serve(ctx, server, listener) }()
	l.t.Cleanup(cancel)
	return cancel, result
}

// TestStreamsEndCleanlyWithTheirServer stops the server, or says that it leaves.
func TestStreamsEndCleanlyWithTheirServer(t *testing.T) {
	t.Parallel()
	for _, byServe := range []bool{true, false} {
		l := newLiveRig(t)
		leaving := make(chan struct{})
		stop, ended := l.listen(edge.Server("", edge.New(l.System(), edge.Options{Leaving: leaving, LiveWithin: 200 * time.Millisecond})))
		f := l.follow(shelf)
		f.wants("absent", "")
		time.Sleep(300 * time.Millisecond) // the time for what was written is over
		if byServe {
			stop()
		} else {
			close(leaving)
		}
		if e, err := f.read(); !errors.Is(err, io.EOF) {
			t.Errorf("the stream ended with %v, after %+v", err, e)
		}
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Serve returned %v", err)
		}
		eventually(t, "nobody watches", func() bool { return l.watcher.now.Load() == 0 })
	}
}

func TestStreamsHaveALimitOfTheirOwn(t *testing.T) {
	t.Parallel()
	l := newLive(t, edge.Options{MaxLive: 2, MaxInFlight: 1})
	l.write("a", 1)
	first, second := l.follow(shelf), l.follow("/views/shelves")
	third := l.ask(shelf)
	body, _ := io.ReadAll(third.response.Body)
	if third.response.StatusCode != http.StatusServiceUnavailable || third.response.Header.Get("Retry-After") == "" ||
		!strings.Contains(string(body), "too-many-live") {
		t.Errorf("the third: %s, %s", third.response.Status, body)
	}
	if a := l.do(http.MethodGet, shelf, ""); a.status != http.StatusOK {
		t.Errorf("a read beside the streams: %+v", a)
	}
	first.cut()
	l.comesBack()
	second.wants("page", `"boards":1`)
}

// comesBack asks for a stream until there is room for one.
func (l *liveRig) comesBack() *feed {
	l.t.Helper()
	var f *feed
	eventually(l.t, "there is room", func() bool {
		f = l.ask(shelf)
		if f.response.StatusCode == http.StatusOK {
			return true
		}
		f.cut()
		return false
	})
	return f
}

// TestAReaderWhoDoesNotReadIsDropped writes large documents until the one who
// reads nothing has lost his place; the other gets them all the same.
func TestAReaderWhoDoesNotReadIsDropped(t *testing.T) {
	t.Parallel()
	l := newLive(t, edge.Options{MaxLive: 2, LiveWithin: time.Second})
	l.write("a", 0)
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(l.server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	_, _ = io.WriteString(connection, "GET "+shelf+" HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")
	f := l.follow(shelf)
	f.wants("document", `"boards":0`)
	for i := 1; ; i++ {
		l.put("a", Shelf{Boards: i, Name: strings.Repeat("x", 900_000)})
		f.wants("document", "xxx")
		other := l.ask("/views/shelves")
		open := other.response.StatusCode == http.StatusOK
		other.cut()
		if open {
			break
		}
		if i > 1000 {
			t.Fatal("who reads nothing is still there")
		}
	}
	l.write("a", 7)
	f.wants("document", `"boards":7`)
}
