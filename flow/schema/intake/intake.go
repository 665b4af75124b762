// Package intake holds what others publish to the published schemas.
//
// What the functions of an application emit is valid by its making. But a broker
// also takes what somebody else publishes to an event's topic: a migration, a
// script, another team. Such an event names no function of the application as the
// one that emitted it.
package intake

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/schema"
)

// Check returns middleware that compares the events of unknown producers with the
// schemas in a folder, as [schema.Load] reads it. One that its schema does not allow
// is rejected: it is parked at once, with what is wrong as JSON pointers, and no
// function sees it. An event or a version without a schema is for the engine to
// judge. The folder is read when the first such event comes.
func Check(app flow.App, folder fs.FS) flow.Middleware {
	own := make(map[string]bool, len(app.Functions))
	for _, f := range app.Functions {
		own[f.Name()] = true
	}
	published := sync.OnceValues(func() (schema.Set, error) { return schema.Load(folder) })
	return func(next flow.Handler) flow.Handler {
		return func(ctx context.Context, h *flow.Handling) error {
			if h.Kind == flow.KindCommand || h.Kind == flow.KindWebhook || own[h.Event.Function] {
				return next(ctx, h)
			}
			set, err := published()
			if err != nil {
				return err
			}
			if err := check(set, h.Event); err != nil {
				return flow.Reject(err)
			}
			return next(ctx, h)
		}
	}
}

func check(set schema.Set, e flow.Recorded) error {
	s := set.Get(e.Type, max(e.Version, 1))
	if s == nil {
		return nil
	}
	problems := schema.Validate(s, e.Data)
	if len(problems) == 0 {
		return nil
	}
	texts := make([]string, len(problems))
	for i, p := range problems {
		texts[i] = fmt.Sprint(p)
	}
	return fmt.Errorf("intake: %s of the unknown producer %q is not what %s allows: %s",
		e.ID, e.Function, s.ID, strings.Join(texts, "; "))
}
