package edge

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"runtime/debug"
	"slices"
	"strings"
)

// guard puts around a handler what every request has to pass: from the outside
// in, the headers of every answer, bodies in chunks, panics, hosts, origins, paths,
// and overload: the backlog, the requests there are at once, and the commands at work.
func (e *edge) guard(next http.Handler, o Options) http.Handler {
	next = e.paceCommands(next, e.pace)
	next = e.limit(next, o.MaxInFlight)
	next = e.checkBacklog(next, o)
	next = e.checkPaths(next)
	next = e.checkOrigins(next)
	next = e.checkHosts(next, o.Hosts)
	return secureHeaders(endChunked(e.catchPanics(next)))
}

// secureHeaders keeps browsers from making of an answer what it is not. See
// https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html.
func secureHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}

// endChunked closes the connection after a request whose body came in chunks. If it
// had a length too, which net/http passes over in silence, whoever passed it on may
// have seen the body end elsewhere, and would have the rest of it read as a request
// that nobody sent. See RFC 9112, section 6.1.
func endChunked(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.TransferEncoding) > 0 {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

func (e *edge) catchPanics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { //nolint:contextcheck // the request's own context is used
			cause := recover()
			if cause == nil {
				return
			}
			if cause == http.ErrAbortHandler { //nolint:errorlint // the panic's value itself
				panic(cause)
			}
			e.log.ErrorContext(r.Context(), "request panicked", "panic", cause, "stack", string(debug.Stack()))
			e.fail(w, r, problem(http.StatusInternalServerError, "fault", "the system has a fault, which is in its log"))
		}()
		next.ServeHTTP(w, r)
	})
}

// checkHosts answers requests to a loopback address only if they name this
// machine as their host. A web page whose name was made to resolve to 127.0.0.1
// (DNS rebinding) is of one origin with the edge in the eyes of a browser, and
// only the host tells.
func (e *edge) checkHosts(next http.Handler, allowed []string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if arrivedOnLoopback(r) && !isLoopbackHost(r.Host) && !slices.Contains(allowed, hostname(r.Host)) {
			e.fail(w, r, problem(http.StatusForbidden, "forbidden-host", "the host %s is not this machine; ask for localhost", quote(r.Host)))
			return
		}
		next.ServeHTTP(w, r)
	})
}

func arrivedOnLoopback(r *http.Request) bool {
	addr, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	return ok && addr.IP.IsLoopback()
}

func isLoopbackHost(host string) bool {
	name := hostname(host)
	ip, err := netip.ParseAddr(name)
	return name == "localhost" || err == nil && ip.IsLoopback()
}

// hostname returns a host without port and brackets, in lower case.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"))
}

// checkOrigins refuses what a browser sends for a page of another origin, unless
// it is a mere read.
func (e *edge) checkOrigins(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.fail(w, r, problem(http.StatusForbidden, "cross-origin", "pages of other origins may not send commands"))
	}))
	return protection.Handler(next)
}

// checkPaths refuses paths that could be read in two ways.
func (e *edge) checkPaths(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := checkPath(r.URL); err != nil {
			e.fail(w, r, problem(http.StatusBadRequest, "bad-path", "the path %s %v", quote(r.URL.EscapedPath()), err))
			return
		}
		next.ServeHTTP(w, r)
	})
}

func checkPath(u *url.URL) error {
	switch {
	case strings.Count(u.Path, "/") != strings.Count(u.EscapedPath(), "/"):
		return fmt.Errorf("has an escaped slash; keys have none")
	case strings.ContainsFunc(u.Path, func(c rune) bool { return c < ' ' || c == 0x7f || c == '\\' }):
		return fmt.Errorf("has a control character or a backslash; keys have none")
	case !strings.HasPrefix(u.Path, "/") || path.Clean(u.Path) != u.Path:
		return fmt.Errorf("has an empty part, a dot part or a slash at the end; it would be %s", quote(path.Clean("/"+u.Path)))
	}
	return nil
}
