package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/onevent/onevent/flow/docs"
	"github.com/onevent/onevent/functions/about"
)

const docsHelp = `onevent docs asyncapi > asyncapi.json
onevent docs openapi > openapi.json
onevent docs -o catalog eventcatalog     a folder for EventCatalog
onevent docs -o docs.out all             everything, and the page`

// documents writes the documents of the application of this program: one to the
// output, or into a folder.
func documents(p *program, f *flag.FlagSet) func(context.Context, []string) error {
	out := f.String("o", "", "`folder` to write to")
	return func(_ context.Context, words []string) error {
		what := "all"
		if len(words) > 0 {
			what = words[0]
		}
		if len(words) > 1 {
			return usageError("docs takes one of asyncapi, openapi, eventcatalog, page, all")
		}
		d, err := docs.New(p.app, about.Docs())
		if err != nil {
			return err
		}
		files, err := documentsOf(d, what)
		if err != nil {
			return err
		}
		if *out == "" && len(files) == 1 {
			for _, data := range files {
				_, err = p.out.Write(data)
			}
			return err
		}
		if *out == "" {
			return usageError("%s is many files; name a folder with -o", what)
		}
		return writeFiles(*out, files)
	}
}

// documentsOf returns files by their paths.
func documentsOf(d *docs.Docs, what string) (files map[string][]byte, err error) {
	one := func(name string, data []byte, err error) (map[string][]byte, error) {
		return map[string][]byte{name: data}, err
	}
	switch what {
	case "asyncapi":
		data, err := d.AsyncAPI()
		return one("asyncapi.json", data, err)
	case "openapi":
		data, err := d.OpenAPI()
		return one("openapi.json", data, err)
	case "page":
		data, err := d.Page(".")
		return one("index.html", data, err)
	case "eventcatalog":
		return d.EventCatalog()
	case "all":
	default:
		return nil, usageError("there is no document %q; there are asyncapi, openapi, eventcatalog, page and all", what)
	}
	files = map[string][]byte{}
	for _, kind := range []string{"asyncapi", "openapi", "page", "eventcatalog"} {
		some, err := documentsOf(d, kind)
		if err != nil {
			return nil, err
		}
		for name, data := range some {
			if kind == "eventcatalog" {
				name = "eventcatalog/" + name
			}
			files[name] = data
		}
	}
	return files, nil
}

func writeFiles(dir string, files map[string][]byte) error {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			return fmt.Errorf("docs: %w", err)
		}
		if err := os.WriteFile(path, files[name], 0o600); err != nil {
			return fmt.Errorf("docs: %w", err)
		}
	}
	return nil
}
