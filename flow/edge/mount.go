package edge

import (
	"net/http"

	"github.com/onevent/onevent/flow/access"
)

// A Mount is a handler of somebody else's among the edge's paths: reads, which
// pass the same guards as its own.
type Mount struct {
	// Pattern is the path, as of http.ServeMux, without a method: "/docs/".
	Pattern string
	// Right is what it takes to read it, where requests need a token.
	Right   access.Right
	Handler http.Handler
}

// mounts routes the paths of others.
func (e *edge) mounts(mux *http.ServeMux, all []Mount) {
	for _, m := range all {
		serve := func(w http.ResponseWriter, r *http.Request) error {
			m.Handler.ServeHTTP(w, r)
			return nil
		}
		get := e.allowed(m.Right, within(e.timeout, serve))
		mux.Handle(m.Pattern, e.handler(byMethod(m.Pattern, map[string]action{http.MethodGet: get})))
	}
}
