package main

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/onevent/onevent/flow/docs"
	"github.com/onevent/onevent/flow/schema"
	"github.com/onevent/onevent/flow/schema/source"
)

// schemaFlags are where schemas lie, and what they are compared with.
type schemaFlags struct{ dir, against, git string }

const schemaHelp = `onevent schema check                         the types, against the last commit and the files
onevent schema check -git origin/main        against another commit
onevent schema check -against ../published   against the files of a folder
onevent schema write                         write the files, unless a published one would break
onevent schema show order.created`

// schemaFiles checks, writes or shows the JSON Schemas of the application of this
// program. It needs its source, and runs in the folder of its module.
func schemaFiles(p *program, f *flag.FlagSet) func(context.Context, []string) error {
	var s schemaFlags
	f.StringVar(&s.dir, "dir", "events/schemas", "`folder` of the schemas")
	f.StringVar(&s.against, "against", "", "`folder` of what was published")
	f.StringVar(&s.git, "git", "", "`revision` that has what was published (default HEAD, where there is one)")
	return func(ctx context.Context, words []string) error {
		switch {
		case len(words) == 1 && words[0] == "check":
			return p.checkSchemas(ctx, s)
		case len(words) == 1 && words[0] == "write":
			return p.writeSchemas(ctx, s)
		case len(words) == 2 && words[0] == "show":
			return p.showSchema(words[1])
		}
		return usageError("schema takes check, write, or show and a name")
	}
}

// makeSchemas makes the schemas of the types, with what the source says of them.
func (p *program) makeSchemas(ctx context.Context) (schema.Set, error) {
	comments, err := source.Comments(ctx, ".", docs.Types(p.app))
	if err != nil {
		return schema.Set{}, err
	}
	return schema.Make(docs.Subjects(p.app), comments)
}

func (p *program) checkSchemas(ctx context.Context, s schemaFlags) error {
	set, err := p.makeSchemas(ctx)
	if err != nil {
		return err
	}
	if err := p.gate(ctx, set, s); err != nil {
		return err
	}
	stale, err := set.Stale(os.DirFS(s.dir))
	if err != nil {
		return err
	}
	for _, name := range stale {
		fmt.Fprintln(p.out, p.paint(red, "✗"), name, "is not what the types are; write the schemas again: onevent schema write")
	}
	if len(stale) > 0 {
		return fmt.Errorf("%d schemas in %s are out of date", len(stale), s.dir)
	}
	fmt.Fprintf(p.out, "%s %d schemas: up to date, and compatible with what was published\n", p.paint(green, "✓"), len(set.Subjects()))
	return nil
}

func (p *program) writeSchemas(ctx context.Context, s schemaFlags) error {
	set, err := p.makeSchemas(ctx)
	if err != nil {
		return err
	}
	if err := p.gate(ctx, set, s); err != nil {
		return err
	}
	changed, err := set.Write(s.dir)
	if err != nil {
		return err
	}
	for _, name := range changed {
		fmt.Fprintln(p.out, name)
	}
	return nil
}

// gate refuses what breaks what was published.
func (p *program) gate(ctx context.Context, set schema.Set, s schemaFlags) error {
	published, err := s.published(ctx)
	if err != nil {
		return err
	}
	refusals := set.Check(published)
	for _, r := range refusals {
		fmt.Fprintln(p.out, p.paint(red, "✗"), r)
	}
	if len(refusals) > 0 {
		return fmt.Errorf("%d published schemas would break", len(refusals))
	}
	return nil
}

func (p *program) showSchema(name string) error {
	set, err := schema.Make(docs.Subjects(p.app), nil)
	if err != nil {
		return err
	}
	d := set.Get(name, 0)
	if d == nil {
		d = set.Get(name, p.app.Events.Version(name))
	}
	if d == nil {
		return fmt.Errorf("there is no event or command %s; onevent events lists the events", name)
	}
	data, err := d.Bytes()
	if err != nil {
		return err
	}
	_, err = p.out.Write(data)
	return err
}

// published returns what was published: the files of a folder or of a commit, or
// else those of the last commit; without git, the files that are there.
func (s schemaFlags) published(ctx context.Context) (schema.Set, error) {
	switch {
	case s.against != "" && s.git != "":
		return schema.Set{}, usageError("-against and -git exclude each other")
	case s.against != "":
		if _, err := os.Stat(s.against); err != nil {
			return schema.Set{}, err
		}
		return schema.Load(os.DirFS(s.against))
	case s.git != "":
		return committed(ctx, s.dir, s.git)
	}
	if _, err := git(ctx, s.dir, "rev-parse", "--verify", "--quiet", "HEAD^{commit}"); err != nil {
		return schema.Load(os.DirFS(s.dir))
	}
	return committed(ctx, s.dir, "HEAD")
}

// committed returns the schemas that a folder had in a commit, none if the commit
// does not have the folder.
func committed(ctx context.Context, dir, revision string) (schema.Set, error) {
	commit, err := git(ctx, dir, "rev-parse", "--verify", "--end-of-options", revision+"^{commit}")
	if err != nil {
		return schema.Set{}, err
	}
	names, err := git(ctx, dir, "ls-tree", "--name-only", strings.TrimSpace(string(commit)), "./")
	if err != nil || len(names) == 0 {
		return schema.Set{}, err
	}
	archive, err := git(ctx, dir, "archive", "--format=tar", strings.TrimSpace(string(commit)))
	if err != nil {
		return schema.Set{}, err
	}
	files, err := untar(archive)
	if err != nil {
		return schema.Set{}, err
	}
	return schema.Parse(files)
}

func git(ctx context.Context, dir string, args ...string) ([]byte, error) {
	var problem bytes.Buffer
	command := exec.CommandContext(ctx, "git", append([]string{"-C", dir}, args...)...) //nolint:gosec // the words are of who runs this
	command.Stderr = &problem
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(problem.String()))
	}
	return out, nil
}

func untar(archive []byte) (map[string][]byte, error) {
	files := map[string][]byte{}
	r := tar.NewReader(bytes.NewReader(archive))
	for {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, fmt.Errorf("git archive: %w", err)
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		if files[header.Name], err = io.ReadAll(r); err != nil {
			return nil, fmt.Errorf("git archive: %w", err)
		}
	}
}
