package edge_test

import (
	"errors"
	"net"
	"testing"

	"github.com/onevent/onevent/flow/edge"
)

// TestConnectionsHaveALimit holds that a connection is accepted when another is
// closed, however often it is, and that closing the listener ends the wait.
func TestConnectionsHaveALimit(t *testing.T) {
	t.Parallel()
	inner := listen(t)
	bounded := edge.Bounded(inner, 2)
	for range 4 {
		client, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
	}
	accept := func() net.Conn {
		t.Helper()
		c, err := bounded.Accept()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	first := accept()
	accept()
	accepted := make(chan net.Conn)
	go func() {
		defer close(accepted)
		for {
			c, err := bounded.Accept()
			if err != nil {
				if !errors.Is(err, net.ErrClosed) {
					t.Error(err)
				}
				return
			}
			accepted <- c
		}
	}()
	select {
	case <-accepted:
		t.Fatal("a third connection is accepted")
	default:
	}
	first.Close()
	first.Close() // counts once
	third := <-accepted
	defer third.Close()
	if err := bounded.Close(); err != nil {
		t.Fatal(err)
	}
	if c, more := <-accepted; more {
		c.Close()
		t.Fatal("a fourth connection is accepted, with two open")
	}
	if err := bounded.Close(); err != nil {
		t.Fatalf("closed again: %v", err)
	}
}
