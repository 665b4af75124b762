package edge

import (
	"slices"

	"github.com/onevent/onevent/flow/access"
)

// Needs returns the right that each route needs, by method and path.
func Needs() map[string]access.Right {
	var e edge
	all := map[string]access.Right{}
	for _, r := range slices.Concat(e.routes(), e.longRoutes()) {
		all[r.method+" "+r.path] = needsOf(r.method, r.path)
	}
	return all
}
