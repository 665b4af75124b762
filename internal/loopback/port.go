// Package loopback finds places for servers on the loopback interface.
package loopback

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

const (
	// firstPort and lastPort lie below what systems give to whoever asks for any
	// port: from 32768 on Linux, from 49152 elsewhere (RFC 6335, section 6).
	firstPort, lastPort = 10000, 32767
	// attempts at ports that turn out to be taken.
	attempts = 100
)

// Port returns a port on which a program that starts now can listen, as in "12345".
//
// It is free now, and stays so unless somebody wants this very one: connections and
// listeners that are content with any port get it from another range.
func Port() (string, error) {
	var err error
	for range attempts {
		port := strconv.Itoa(firstPort + rand.IntN(lastPort-firstPort+1)) //nolint:gosec // nobody is to be kept from guessing it
		var listener net.Listener
		if listener, err = net.Listen("tcp", net.JoinHostPort("127.0.0.1", port)); err == nil { //nolint:noctx // it does not wait
			return port, listener.Close()
		}
	}
	return "", fmt.Errorf("loopback: no free port in %d attempts: %w", attempts, err)
}
