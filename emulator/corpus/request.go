package corpus

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

const asJSON = "Content-Type: application/json"

// A request is an HTTP request as it is to be written, right or wrong.
type request struct {
	method, target string
	// header are lines without their ends. Host and Content-Length are added unless
	// they are there.
	header []string
	body   string
}

// get returns a request that reads.
func get(target string, header ...string) request {
	return request{method: http.MethodGet, target: target, header: header}
}

// post returns a request with a body in JSON.
func post(target, body string, header ...string) request {
	return request{method: http.MethodPost, target: target, header: append([]string{asJSON}, header...), body: body}
}

// command returns a request for a command.
func command(name, body string, header ...string) request {
	return post("/commands/"+name, body, header...)
}

// bytes returns the request as it goes over the wire.
func (r request) bytes() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\n", r.method, r.target)
	if !r.has("Host") {
		b.WriteString("Host: localhost\r\n")
	}
	for _, line := range r.header {
		b.WriteString(line + "\r\n")
	}
	if !r.has("Content-Length") && !r.has("Transfer-Encoding") && (r.body != "" || r.method == http.MethodPost) {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(r.body))
	}
	b.WriteString("\r\n" + r.body)
	return []byte(b.String())
}

// with returns the request with more headers.
func (r request) with(header ...string) request {
	r.header = append(slices.Clone(r.header), header...)
	return r
}

// typed returns the request with another first header, which is its Content-Type.
func (r request) typed(header string) request {
	r.header = append([]string{header}, r.header[1:]...)
	return r
}

func (r request) has(name string) bool {
	for _, line := range r.header {
		if n, _, ok := strings.Cut(line, ":"); ok && strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}
