//go:build unix

package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strconv"
	"syscall"
)

// socketVariable is the environment variable that tells a new version of the
// program under which number it gets the socket of the old one.
const socketVariable = "ONEVENT_SOCKET"

// notifyUpdates has updates told of each request to update. It is SIGUSR2, since
// SIGHUP also says that the terminal is gone.
func notifyUpdates(updates chan<- os.Signal) { signal.Notify(updates, syscall.SIGUSR2) }

// inherited returns the listener that an older version of the program left, nil
// if there is none.
func inherited() (net.Listener, error) {
	text, ok := os.LookupEnv(socketVariable)
	if !ok {
		return nil, nil //nolint:nilnil // no listener is a fine answer
	}
	number, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return nil, fmt.Errorf("%s=%q: %w", socketVariable, text, err)
	}
	f := os.NewFile(uintptr(number), "socket")
	listener, err := net.FileListener(f)
	if err = errors.Join(err, f.Close(), os.Unsetenv(socketVariable)); err != nil {
		return nil, fmt.Errorf("%s=%q: %w", socketVariable, text, err)
	}
	return listener, nil
}

// handleOn returns a second handle on a listener's socket, which keeps it and its
// queue when the listener is closed.
func handleOn(listener net.Listener) (*os.File, error) {
	tcp, ok := listener.(*net.TCPListener)
	if !ok {
		return nil, fmt.Errorf("socket: %T is none of TCP", listener)
	}
	return tcp.File()
}

// become replaces the program of this process by the one at a path, with the same
// arguments, and gives it the door. It returns only if that fails.
func become(path string, d *door) error {
	number, err := syscall.Dup(int(d.socket.Fd())) // a copy that outlives the program
	if err != nil {
		return fmt.Errorf("socket: %w", err)
	}
	// A request that comes before the new program listens would kill it.
	signal.Ignore(syscall.SIGUSR2)
	err = syscall.Exec(path, os.Args, append(os.Environ(), socketVariable+"="+strconv.Itoa(number))) //nolint:gosec // it is the program's own path
	return errors.Join(fmt.Errorf("%s: %w", path, err), syscall.Close(number))
}
