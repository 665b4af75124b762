package corpus

import (
	"slices"
	"strings"

	"github.com/onevent/onevent/flow"
)

// Groups returns the corpus for a server of App, in the order in which it is sent.
// Each group stands for itself; the last ones store what is Kept.
func Groups(app flow.App) []Group {
	targets := targetsOf(app)
	groups := []Group{
		syntax(targets), trailing(targets), wrongTypes(targets), wrongMembers(targets), wrongNumbers(targets), keys(targets), texts(targets),
		encodings(targets), contentTypes(targets), contentEncodings(targets),
		idempotencyKeys(targets), actors(targets), hosts(), origins(targets), authorizations(targets), oddities(),
		paths(), methods(), queries(), cursors(), limits(), batches(), redrives(),
		signatures(), signedBodies(), signedHeaders(), windows(), webhookBodies(),
		replays(), domain(), bombs(targets), smuggling(), malformed(), urls(),
	}
	groups = append(groups, right(targets))
	groups = append(groups, kept()...)
	for _, g := range groups {
		slices.SortFunc(g.Cases, func(a, b Case) int { return strings.Compare(a.Name, b.Name) })
	}
	return groups
}
