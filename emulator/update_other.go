//go:build !unix

package main

import (
	"errors"
	"net"
	"os"
)

// notifyUpdates does nothing: the system has no signal that could ask.
func notifyUpdates(chan<- os.Signal) {}

func inherited() (net.Listener, error) { return nil, nil } //nolint:nilnil // as nobody leaves one

func handleOn(net.Listener) (*os.File, error) { return nil, nil } //nolint:nilnil // there is no use for one

// become fails: a process can't become another program here.
func become(string, *door) error {
	return errors.New("this system can't replace a running program; stop it and start the new one")
}
