package corpus_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/onevent/onevent/emulator/corpus"
	"github.com/onevent/onevent/flow/edge"
)

// within is how long any case may take: what takes longer hangs.
const within = 30 * time.Second

// A client sends cases one after the other, over one connection as long as it lasts.
type client struct {
	addr   string
	conn   net.Conn
	reader *bufio.Reader
	used   bool
}

// An answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (c *client) close() {
	if c.conn != nil {
		c.conn.Close()
	}
	c.conn = nil
}

// open connects, unless there is a connection that can be used again.
func (c *client) open(ctx context.Context) error {
	if c.conn != nil {
		return nil
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", c.addr)
	if err != nil {
		return err
	}
	deadline, _ := ctx.Deadline()
	c.conn, c.reader, c.used = conn, bufio.NewReader(conn), false
	return conn.SetDeadline(deadline)
}

// send sends a request and returns the answer. If a connection that was used before
// was closed meanwhile, it is sent over another one.
func (c *client) send(ctx context.Context, raw []byte) (answer, error) {
	if err := c.open(ctx); err != nil {
		return answer{}, err
	}
	deadline, _ := ctx.Deadline()
	_ = c.conn.SetDeadline(deadline)
	written := make(chan struct{})
	go func(conn net.Conn) {
		defer close(written)
		_, _ = conn.Write(raw) // whoever refuses it need not read it
	}(c.conn)
	a, last, err := readAnswer(c.reader)
	used := c.used
	if c.used = true; last || err != nil || !isClosed(written) {
		c.close()
	}
	<-written
	if used && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || err != nil && strings.Contains(err.Error(), "reset")) {
		return c.send(ctx, raw)
	}
	return a, err
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// readAnswer reads an answer, and says whether it is the last on the connection.
func readAnswer(r *bufio.Reader) (a answer, last bool, err error) {
	for {
		response, err := http.ReadResponse(r, nil)
		if err != nil {
			return answer{}, true, err
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			return answer{}, true, err
		}
		if response.StatusCode >= http.StatusOK {
			return answer{response.StatusCode, response.Header, body}, response.Close, nil
		}
	}
}

// talk sends what may be no request, or more than one, and nothing after it, and
// returns all that is answered until the server closes the connection.
func talk(ctx context.Context, addr string, raw []byte) (all []answer, err error) {
	c := client{addr: addr}
	if err := c.open(ctx); err != nil {
		return nil, err
	}
	defer c.close()
	go func(conn net.Conn) {
		_, _ = conn.Write(raw)
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.CloseWrite()
		}
	}(c.conn)
	return c.rest()
}

// rest returns all answers that come before the connection is closed.
func (c *client) rest() (all []answer, err error) {
	for {
		a, _, err := readAnswer(c.reader)
		if isTimeout(err) {
			return all, err
		}
		if err != nil {
			return all, nil //nolint:nilerr // closed, in whatever way
		}
		all = append(all, a)
	}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// try sends a case and returns what is wrong with the answer.
func (c *client) try(ctx context.Context, k corpus.Case) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	if k.Want == corpus.Malformed || k.Want == corpus.Unsupported {
		all, err := talk(ctx, c.addr, k.Raw)
		if err != nil {
			return fmt.Errorf("it hangs: %w", err)
		}
		return checkAll(k, all)
	}
	a, err := c.send(ctx, k.Raw)
	if err != nil {
		return fmt.Errorf("no answer: %w", err)
	}
	if err := check(k, a); err != nil || k.Show == "" {
		return err
	}
	return c.checkShown(ctx, k)
}

// checkAll holds that what is no request was answered so, or not at all.
func checkAll(k corpus.Case, all []answer) error {
	for _, a := range all {
		switch {
		case k.Want == corpus.Unsupported && slices.Contains(k.Status, a.status):
		case a.status/100 != 4 || len(k.Status) > 0 && !slices.Contains(k.Status, a.status):
			return a.unexpected()
		}
	}
	return nil
}

func (a answer) unexpected() error {
	return fmt.Errorf("status %d: %s", a.status, a.body[:min(len(a.body), 300)])
}

// check compares an answer with what a case wants.
func check(k corpus.Case, a answer) error {
	switch k.Want {
	case corpus.Refused:
		if a.status/100 != 4 || a.status == http.StatusTooManyRequests {
			return a.unexpected()
		}
		if err := checkProblem(a); err != nil {
			return err
		}
	case corpus.Harmless:
		if a.status/100 == 5 || a.status == http.StatusTooManyRequests {
			return a.unexpected()
		}
	case corpus.Repeated:
		if a.header.Get(edge.ReplayedHeader) != "true" {
			return a.unexpected()
		}
	case corpus.Kept, corpus.Malformed, corpus.Unsupported, corpus.Dropped:
	}
	if len(k.Status) > 0 && !slices.Contains(k.Status, a.status) {
		return a.unexpected()
	}
	return nil
}

// checkProblem holds that an answer is problem details which tell something, and
// nothing that a terminal or a browser would obey.
func checkProblem(a answer) error {
	var p edge.Problem
	err := json.Unmarshal(a.body, &p)
	switch typ := a.header.Get("Content-Type"); {
	case typ != "application/problem+json" || a.header.Get("X-Content-Type-Options") != "nosniff":
		return fmt.Errorf("%w: it is %q", a.unexpected(), typ)
	case err != nil || p.Status != a.status || p.Title == "" || p.Detail == "" || !strings.HasPrefix(p.Type, "urn:onevent:problem:"):
		return fmt.Errorf("%w: these are no problem details", a.unexpected())
	case len(a.body) > 16<<10:
		return fmt.Errorf("%d bytes of answer", len(a.body))
	case bytes.ContainsFunc(bytes.TrimSpace(a.body), func(r rune) bool { return r < ' ' || r == 0x7f || r == '<' || r == '>' }):
		return fmt.Errorf("%w: it has characters that do something", a.unexpected())
	}
	return nil
}

// checkShown holds that what was stored is shown as it came.
func (c *client) checkShown(ctx context.Context, k corpus.Case) error {
	a, err := c.send(ctx, []byte("GET "+k.Show+" HTTP/1.1\r\nHost: localhost\r\n\r\n"))
	if err != nil {
		return fmt.Errorf("%s: %w", k.Show, err)
	}
	var tree any
	if err := json.Unmarshal(a.body, &tree); err != nil || a.status != http.StatusOK || !holds(tree, k.Text) {
		return fmt.Errorf("%s does not hold %q: %w", k.Show, k.Text, a.unexpected())
	}
	return nil
}

// holds says whether a text is somewhere in JSON, as a whole.
func holds(tree any, text string) bool {
	switch v := tree.(type) {
	case string:
		return v == text
	case []any:
		return slices.ContainsFunc(v, func(e any) bool { return holds(e, text) })
	case map[string]any:
		for _, member := range v {
			if holds(member, text) {
				return true
			}
		}
	}
	return false
}
