// Package source finds what the source says of Go types: their doc comments. It
// needs the go command and the source, so it is for generators.
package source

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// Comments returns the comments of the packages in which types are declared, and
// those that they are made of. Dir is a folder of the module.
func Comments(ctx context.Context, dir string, types []reflect.Type) (func(t reflect.Type, field string) string, error) {
	packages := map[string]bool{}
	seen := map[reflect.Type]bool{}
	for _, t := range types {
		collect(t, packages, seen)
	}
	folders, err := foldersOf(ctx, dir, packages)
	if err != nil {
		return nil, err
	}
	r := reader{comments: map[string]string{}}
	for path, folder := range folders {
		if err := r.read(path, folder); err != nil {
			return nil, err
		}
	}
	return func(t reflect.Type, field string) string { return r.comments[key(t.PkgPath(), t.Name(), field)] }, nil
}

func key(pkg, name, field string) string { return pkg + "." + name + "." + field }

// collect finds the packages of a type and all that it is made of, but for those
// of the standard library, whose words are about Go, and those of tests.
func collect(t reflect.Type, packages map[string]bool, seen map[reflect.Type]bool) {
	if seen[t] {
		return
	}
	seen[t] = true
	if first, _, _ := strings.Cut(t.PkgPath(), "/"); strings.Contains(first, ".") && !strings.HasSuffix(t.PkgPath(), "_test") {
		packages[t.PkgPath()] = true
	}
	switch t.Kind() { //nolint:exhaustive // the other kinds are made of nothing
	case reflect.Struct:
		for f := range t.Fields() {
			collect(f.Type, packages, seen)
		}
	case reflect.Map:
		collect(t.Key(), packages, seen)
		collect(t.Elem(), packages, seen)
	case reflect.Pointer, reflect.Slice, reflect.Array:
		collect(t.Elem(), packages, seen)
	}
}

func foldersOf(ctx context.Context, dir string, packages map[string]bool) (map[string]string, error) {
	folders := map[string]string{}
	if len(packages) == 0 {
		return folders, nil
	}
	args := []string{"list", "-f", "{{.ImportPath}}\t{{.Dir}}"}
	for path := range packages {
		args = append(args, path)
	}
	slices.Sort(args[3:])
	list := exec.CommandContext(ctx, "go", args...)
	list.Dir = dir
	var problem strings.Builder
	list.Stderr = &problem
	out, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("source: go list: %w: %s", err, strings.TrimSpace(problem.String()))
	}
	for line := range strings.Lines(string(out)) {
		path, folder, _ := strings.Cut(strings.TrimSpace(line), "\t")
		folders[path] = folder
	}
	return folders, nil
}

type reader struct{ comments map[string]string }

// read reads the comments of one package.
func (r reader) read(pkg, folder string) error {
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return fmt.Errorf("source: %w", err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return fmt.Errorf("source: %w", err)
		}
		for _, d := range tree.Decls {
			if types, ok := d.(*ast.GenDecl); ok && types.Tok == token.TYPE {
				r.types(pkg, types)
			}
		}
	}
	return nil
}

func (r reader) types(pkg string, d *ast.GenDecl) {
	for _, s := range d.Specs {
		spec, ok := s.(*ast.TypeSpec)
		if !ok {
			continue
		}
		doc := spec.Doc
		if doc == nil && len(d.Specs) == 1 {
			doc = d.Doc
		}
		r.add(pkg, spec.Name.Name, "", doc)
		structure, ok := spec.Type.(*ast.StructType)
		if !ok {
			continue
		}
		for _, f := range structure.Fields.List {
			doc := f.Doc
			if doc == nil {
				doc = f.Comment
			}
			for _, name := range f.Names {
				r.add(pkg, spec.Name.Name, name.Name, doc)
			}
		}
	}
}

// add keeps a comment, without the breaks of its lines.
func (r reader) add(pkg, name, field string, doc *ast.CommentGroup) {
	if doc == nil {
		return
	}
	paragraphs := strings.Split(strings.TrimSpace(doc.Text()), "\n\n")
	for i, p := range paragraphs {
		paragraphs[i] = strings.Join(strings.Fields(p), " ")
	}
	r.comments[key(pkg, name, field)] = strings.Join(paragraphs, "\n\n")
}
