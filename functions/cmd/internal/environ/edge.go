package environ

import (
	"log/slog"
	"net/http"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/access"
	"github.com/onevent/onevent/flow/docs"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/webhook/out"
	"github.com/onevent/onevent/functions"
	"github.com/onevent/onevent/functions/about"
)

// Edge returns the edge of the application, with its documents and, where there are
// outgoing webhooks, their secrets. Streams end when leaving is closed.
func Edge(system *flow.System, s functions.Settings, a access.Access, log *slog.Logger, leaving <-chan struct{}) (http.Handler, error) {
	if _, err := a.Policy.Check(system.App()); err != nil {
		return nil, err
	}
	pages, readers := docs.Handler(system.App(), about.Docs()), access.Right{Kind: access.Catalogue}
	mounts := []edge.Mount{
		{Pattern: docs.Path, Right: readers, Handler: pages},
		{Pattern: docs.Path + "/", Right: readers, Handler: pages},
	}
	if s.Hooks != nil {
		mounts = append(mounts, edge.Mount{
			Pattern: out.Path, Right: access.Right{Kind: access.Operation, Name: access.Hooks}, Handler: s.Hooks.Handler(),
		})
	}
	return edge.New(system, edge.Options{Log: log, Access: a, Mounts: mounts, Leaving: leaving}), nil
}
