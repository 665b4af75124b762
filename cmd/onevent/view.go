package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/url"
	"strings"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/edge"
)

// printView prints one document, or those of a view, one a line.
func printView(p *program, f *flag.FlagSet) func(context.Context, []string) error {
	where := url.Values{}
	f.Func("where", "only documents with `field=value`; may be given several times", func(text string) error {
		name, value, ok := strings.Cut(text, "=")
		if !ok {
			return fmt.Errorf("%q is not field=value", text)
		}
		where.Add(name, value)
		return nil
	})
	asJSON := f.Bool("json", false, "print one JSON object a line")
	return func(ctx context.Context, words []string) error {
		switch len(words) {
		case 1:
			return p.printDocuments(ctx, words[0], where, *asJSON)
		case 2:
			var document json.RawMessage
			if err := p.get(ctx, "/views/"+url.PathEscape(words[0])+"/"+url.PathEscape(words[1]), nil, &document); err != nil {
				return err
			}
			return indented(p.out, document)
		}
		return usageError("view takes the name of a view, and a key or none; this application has %s", joined(p.viewNames()))
	}
}

func (p *program) viewNames() []string {
	var names []string
	for _, f := range p.app.Functions {
		if f.Kind() == flow.KindView || f.Kind() == flow.KindTally {
			names = append(names, f.Name())
		}
	}
	return names
}

func (p *program) printDocuments(ctx context.Context, view string, query url.Values, asJSON bool) error {
	query.Set("limit", pageLimit)
	for {
		var page edge.DocumentPage
		if err := p.get(ctx, "/views/"+url.PathEscape(view), query, &page); err != nil {
			return err
		}
		for _, d := range page.Documents {
			if err := p.printDocument(d, asJSON); err != nil {
				return err
			}
		}
		if page.Next == "" {
			return nil
		}
		if err := checkNext(query.Get("after"), page.Next); err != nil {
			return err
		}
		query.Set("after", page.Next)
	}
}

func (p *program) printDocument(d edge.Document, asJSON bool) error {
	if asJSON {
		return jsonLine(p.out, d)
	}
	key := clean(d.Key)
	_, err := fmt.Fprintln(p.out, p.paint(bold, key), p.fit(len(key)+1, cleanJSON(d.Document)))
	return err
}
