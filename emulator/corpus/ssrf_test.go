package corpus_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/onevent/onevent/emulator/corpus"
	"github.com/onevent/onevent/flow/webhook/hook"
	"github.com/onevent/onevent/flow/webhook/public"
)

// TestNamesThatLeadWithinAreNotCalled registers hooks whose names stand for this
// machine, and asks for a test message to each. Whoever has such a hook learns that it
// was refused, and nobody is called.
func TestNamesThatLeadWithinAreNotCalled(t *testing.T) {
	t.Parallel()
	r := newRig(t, public.Options{Resolver: withinResolver(t)}, nil)
	c := &client{addr: r.addr}
	defer c.close()
	registered := map[string]string{}
	for i, url := range corpus.Names() {
		id := fmt.Sprintf("hook-%d", i)
		switch status := r.order(c, "hook.register", hook.Register{Hook: id, URL: url, Types: []string{"order.completed"}}); status {
		case 201:
			registered[id] = url
			if status := r.order(c, "hook.ping", hook.Ping{Hook: id}); status != 201 {
				t.Errorf("ping of %s: %d", url, status)
			}
		case 422: // it is no better
		default:
			t.Errorf("%s: %d", url, status)
		}
	}
	r.world.Run()
	for id, url := range registered {
		if e := r.pinged(id); e.Status != 0 || !strings.Contains(e.Error, "may not be called") && !strings.Contains(e.Error, "no such host") {
			t.Errorf("%s: %+v", url, e)
		}
	}
	if len(registered) < 40 {
		t.Errorf("only %d names were tried", len(registered))
	}
	t.Logf("%-18s %5d cases, %d of them dialled  hooks at names that stand for this machine", "ssrf-dial", len(corpus.Names()), len(registered))
}

// TestRedirectsLeadNowhere registers hooks that send whoever calls them elsewhere.
func TestRedirectsLeadNowhere(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	inner := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
	t.Cleanup(inner.Close)
	outer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		w.Header().Set("Location", inner.URL)
		w.Header().Set("Refresh", "0; url="+inner.URL)
		w.WriteHeader(status)
	}))
	t.Cleanup(outer.Close)
	r := newRig(t, public.Options{Development: true}, nil) // where the address of a test may be called
	c := &client{addr: r.addr}
	defer c.close()
	statuses := []int{300, 301, 302, 303, 305, 307, 308, 399, 401, 407, 421, 503}
	for _, status := range statuses {
		id := fmt.Sprintf("hook-%d", status)
		r.order(c, "hook.register", hook.Register{Hook: id, URL: fmt.Sprintf("%s/%d", outer.URL, status), Types: []string{"order.completed"}})
		r.order(c, "hook.ping", hook.Ping{Hook: id})
	}
	r.world.Run()
	for _, status := range statuses {
		if e := r.pinged(fmt.Sprintf("hook-%d", status)); e.Status != status {
			t.Errorf("%d: %+v", status, e)
		}
	}
	if n := calls.Load(); n != 0 {
		t.Errorf("%d calls where redirects lead", n)
	}
	t.Logf("%-18s %5d cases  hooks that redirect", "ssrf-redirect", len(statuses))
}

// order sends a command and returns the status.
func (r *rig) order(c *client, name string, body any) int {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), within)
	defer cancel()
	data, err := json.Marshal(body)
	r.must(err)
	a, err := c.send(ctx, fmt.Appendf(nil, "POST /commands/%s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", name, len(data), data))
	r.must(err)
	return a.status
}

// pinged returns what became of the test message to a hook.
func (r *rig) pinged(id string) (last hook.Pinged) {
	r.t.Helper()
	found := false
	for e, err := range r.world.System().Stream(r.t.Context(), "hook", id) {
		r.must(err)
		if e.Type == last.Type() {
			r.must(json.Unmarshal(e.Data, &last))
			found = true
		}
	}
	if !found {
		r.t.Errorf("no test message to %s", id)
	}
	return last
}

// withinResolver asks a DNS server on loopback for which every name is this machine.
func withinResolver(t *testing.T) *net.Resolver {
	t.Helper()
	conn, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buffer := make([]byte, 512)
		for {
			size, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			_, _ = conn.WriteTo(loopbackAnswer(buffer[:size]), from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// loopbackAnswer answers a question for an IPv4 address with 127.0.0.1, and any other
// with nothing.
func loopbackAnswer(q []byte) []byte {
	const header, a = 12, 1
	end := header
	for end < len(q) && q[end] != 0 {
		end += int(q[end]) + 1
	}
	if end+5 > len(q) {
		return nil
	}
	question := q[header : end+5]
	count := byte(0)
	if binary.BigEndian.Uint16(question[len(question)-4:]) == a {
		count = 1
	}
	answer := append([]byte{q[0], q[1], 0x81, 0x80, 0, 1, 0, count, 0, 0, 0, 0}, question...)
	if count == 1 {
		answer = append(answer, 0xc0, header, 0, a, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1)
	}
	return answer
}
