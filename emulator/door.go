package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/onevent/onevent/flow/clock"
	"github.com/onevent/onevent/flow/edge"
)

// A door is the socket at which requests arrive. It stays open while the server
// behind it is replaced, also by one of another process: who connects meanwhile
// waits in the socket's queue.
type door struct {
	url      string
	listener net.Listener
	// socket is a second handle on the listener's, nil where the system has none.
	socket *os.File
}

// openDoor takes over the socket that the program's older version left, or
// listens on a port.
func openDoor(ctx context.Context, port int) (*door, error) {
	listener, err := inherited()
	if err == nil && listener == nil {
		listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:"+strconv.Itoa(port))
		if err != nil {
			err = fmt.Errorf("port %d: %w (another -port, or -port 0 for a free one)", port, err)
		}
	}
	if err != nil {
		return nil, err
	}
	d := &door{url: "http://" + listener.Addr().String(), listener: listener}
	if d.socket, err = handleOn(listener); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return d, nil
}

// reopen lets the door be served once more.
func (d *door) reopen() (err error) {
	d.listener, err = net.FileListener(d.socket)
	return err
}

// abandon has the socket go with the listener: nobody will come after.
func (d *door) abandon() {
	if d.socket != nil {
		_ = d.socket.Close()
		d.socket = nil
	}
}

func (d *door) close() {
	_ = d.listener.Close() // the server did already, if there was one
	d.abandon()
}

// farewell is how long clients are told to come with another connection before
// those that are idle are closed. Nobody is let in meanwhile, so what a client keeps
// in reserve is used up, and at the end no request is on its way on an idle one: that
// takes a client with 100 connections and 500 requests a second 200 ms.
const farewell = 400 * time.Millisecond

// serve serves until ctx ends, and then stops so that no client meets an error:
// nobody is let in, each answer says that its connection is closed, and only when
// that had its time the server stops, and finishes what is at work. The socket's
// queue stays.
func (d *door) serve(ctx context.Context, handler http.Handler) error {
	all := newGuests(d.listener)
	server := edge.Server("", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if all.leaving.Load() {
			w.Header().Set("Connection", "close")
		}
		handler.ServeHTTP(w, r)
	}))
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	defer context.AfterFunc(ctx, func() {
		all.leave()
		_ = clock.Sleep(serving, farewell)
		for all.dismissSilent() > 0 && clock.Sleep(serving, farewell/10) == nil {
			continue
		}
		stop()
	})()
	err := edge.Serve(serving, server, all)
	all.closing.Wait()
	return err
}
