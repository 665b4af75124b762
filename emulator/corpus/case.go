// Package corpus has thousands of requests that the application must refuse, each
// with a name and with what is expected of the answer. They are data: whoever has a
// server of App can send them. The test of this package sends all of them to one on
// loopback, over TCP, and holds that nothing crashes, hangs or is stored.
package corpus

import (
	"net/http"
	"net/url"
)

// A Want is what is expected of the answer to a case.
type Want int

const (
	// Refused is 4xx with problem details, and nothing stored.
	Refused Want = iota
	// Malformed is what is no HTTP request, or may be read as two: every answer to
	// it, if there is any, is 4xx, in whatever form, and the connection is closed.
	Malformed
	// Unsupported is 501 or 505: HTTP has them for what a server has never heard of.
	// It is the server's own word, before the application is asked.
	Unsupported
	// Harmless is any answer but 5xx, and nothing stored: oddities that a reader may
	// send.
	Harmless
	// Repeated is 200 and Idempotent-Replayed: it was told before, and nothing is
	// stored again.
	Repeated
	// Kept is 201: unusual, and right. It is shown again as it came.
	Kept
	// Dropped is an answer of 4xx or none, within the time that the server gives a
	// slow client, and then the end of the connection.
	Dropped
)

// A Case is one request.
type Case struct {
	// Name is unique and stable: its group, a slash, and more, as in
	// "fields/order.place/items.0.price/null".
	Name string
	// Raw is the request, byte by byte. Of a slow client it is what comes before it
	// falls silent.
	Raw  []byte
	Want Want
	// Status are the statuses that are right; empty for all that Want allows.
	Status []int
	// Drip says that each byte comes alone.
	Drip bool
	// Show is the path where what is Kept is shown, and Text what has to be there.
	Show, Text string
}

// A Group is cases that are sent at the same time.
type Group struct {
	Name string
	// About is what all its cases have in common, for people.
	About string
	// Before is sent before, in order: what the cases need to be there. All of it is
	// accepted.
	Before [][]byte
	Cases  []Case
}

// add adds a case with a name within the group.
func (g *Group) add(name string, r request, want Want, status ...int) {
	g.Cases = append(g.Cases, Case{Name: g.Name + "/" + name, Raw: r.bytes(), Want: want, Status: status})
}

// refuse adds a case that is refused.
func (g *Group) refuse(name string, r request, status ...int) { g.add(name, r, Refused, status...) }

// lead adds a case whose target leads nowhere. If it is no target at all, the server
// says so, and not the application.
func (g *Group) lead(name string, r request, status ...int) {
	if _, err := url.ParseRequestURI(r.target); err != nil {
		g.add(name, r, Malformed, http.StatusBadRequest)
		return
	}
	g.refuse(name, r, status...)
}

// raw adds a case that is no request of ours.
func (g *Group) raw(name, text string, want Want, status ...int) {
	g.Cases = append(g.Cases, Case{Name: g.Name + "/" + name, Raw: []byte(text), Want: want, Status: status})
}
