package edge

import "net"

// Bounded returns a listener that has some connections at once at most.
func Bounded(l net.Listener, most int) net.Listener { return newBounded(l, most) }
