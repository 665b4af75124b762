package main

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Guests are the connections that come in by a door, and the listener of its
// server. When they are to leave nobody is let in any more, and the server does
// not know yet: from the moment it does, it drops the requests that it reads.
type guests struct {
	net.Listener

	leaving atomic.Bool
	gone    chan struct{} // closed when the server closes its listener
	close   func() error
	closing sync.WaitGroup

	mu     sync.Mutex
	silent map[*guest]time.Time // those on which nothing came yet, and since when
}

func newGuests(l net.Listener) *guests {
	g := &guests{Listener: l, gone: make(chan struct{}), silent: map[*guest]time.Time{}}
	g.close = sync.OnceValue(func() error {
		close(g.gone)
		if g.leaving.Load() {
			return nil // it is closed already
		}
		return l.Close()
	})
	return g
}

// Accept implements net.Listener.
func (g *guests) Accept() (net.Conn, error) {
	c, err := g.Listener.Accept()
	if err != nil && g.leaving.Load() {
		<-g.gone
	}
	if err != nil {
		return nil, err
	}
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return c, nil
	}
	one := &guest{TCPConn: tcp, all: g}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.silent[one] = time.Now()
	return one, nil
}

// Close implements net.Listener.
func (g *guests) Close() error { return g.close() }

func (g *guests) spoke(one *guest) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.silent, one)
}

// leave lets nobody in any more.
func (g *guests) leave() {
	g.leaving.Store(true)
	_ = g.Listener.Close()
}

// patience is how long a connection may be silent while all leave. Some clients
// keep connections in reserve, but one that was just made is for a request.
const patience = 500 * time.Millisecond

// dismissSilent closes the connections that have been silent for too long, and
// says how many are left.
func (g *guests) dismissSilent() (left int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for one, since := range g.silent {
		if time.Since(since) > patience {
			_ = one.CloseRead() // what has come is still read
		}
	}
	return len(g.silent)
}

// A guest is a connection of a client. When the guests leave it is closed so that a
// client who just then sends a request learns that nobody answers it, as HTTP has
// it (RFC 9112, 9.6): the client gets the end of the stream and not a reset, and
// sends the request again by itself.
type guest struct {
	*net.TCPConn

	all    *guests
	spoke  sync.Once
	closed atomic.Bool
}

// linger is how long a client may take to close its end too.
const linger = 100 * time.Millisecond

// Read implements net.Conn.
func (c *guest) Read(b []byte) (int, error) {
	n, err := c.TCPConn.Read(b)
	c.spoke.Do(func() { c.all.spoke(c) })
	if c.closed.Load() {
		return 0, net.ErrClosed
	}
	return n, err
}

// Close implements net.Conn.
func (c *guest) Close() error {
	if !c.all.leaving.Load() {
		return c.TCPConn.Close()
	}
	if c.closed.Swap(true) {
		return net.ErrClosed
	}
	c.all.closing.Go(func() {
		defer c.TCPConn.Close() //nolint:errcheck // all that matters was said
		if c.SetReadDeadline(time.Now().Add(linger)) == nil && c.CloseWrite() == nil {
			_, _ = io.Copy(io.Discard, c.TCPConn)
		}
	})
	return nil
}
