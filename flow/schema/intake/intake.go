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
// schemas in a folder, as [schema.LoadOne] reads them. One that its schema does not allow
// is rejected: it is parked at once, with what is wrong as JSON pointers, and no
// function sees it. An event or a version without a schema is for the engine to
// judge. A schema is read when the first such event comes: most programs need none.
func Check(app flow.App, folder fs.FS) flow.Middleware {
	own := make(map[string]bool, len(app.Functions))
	for _, f := range app.Functions {
		own[f.Name()] = true
	}
	p := &published{folder: folder}
	return func(next flow.Handler) flow.Handler {
		return func(ctx context.Context, h *flow.Handling) error {
			if h.Kind == flow.KindCommand || h.Kind == flow.KindWebhook || own[h.Event.Function] {
				return next(ctx, h)
			}
			s, err := p.schemaOf(h.Event)
			if err != nil {
				return err
			}
			if err := check(s, h.Event); err != nil {
				return flow.Reject(err)
			}
			return next(ctx, h)
		}
	}
}

// Published are the schemas in a folder. Those that were asked for are kept; what has
// none is looked for each time, since anybody can make up a name.
type published struct {
	folder fs.FS
	read   sync.Map // of *schema.Schema, by key
}

type key struct {
	typ     string
	version int
}

// schemaOf returns the schema of an event; nil if there is none.
func (p *published) schemaOf(e flow.Recorded) (*schema.Schema, error) {
	k := key{e.Type, max(e.Version, 1)}
	found, _ := p.read.Load(k)
	if s, ok := found.(*schema.Schema); ok {
		return s, nil
	}
	s, err := schema.LoadOne(p.folder, k.typ, k.version)
	if s != nil {
		p.read.Store(k, s)
	}
	return s, err
}

func check(s *schema.Schema, e flow.Recorded) error {
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
