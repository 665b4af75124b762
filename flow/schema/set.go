package schema

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
)

// A Set is all schemas of an application, by their paths within a folder.
type Set struct {
	subjects map[string]Subject
	schemas  map[string]*Schema
}

// Make returns the schemas of subjects. Comments may be nil.
func Make(subjects []Subject, comments Comments) (Set, error) {
	set := Set{subjects: map[string]Subject{}, schemas: map[string]*Schema{}}
	for _, s := range subjects {
		if _, ok := set.subjects[s.Path()]; ok {
			return Set{}, fmt.Errorf("schema: %s is there twice", s)
		}
		d, err := s.Schema(comments)
		if err != nil {
			return Set{}, err
		}
		set.subjects[s.Path()], set.schemas[s.Path()] = s, d
	}
	return set, nil
}

// Parse returns the schemas in files, by their paths. What is not named like a
// schema is left out.
func Parse(files map[string][]byte) (Set, error) {
	set := Set{subjects: map[string]Subject{}, schemas: map[string]*Schema{}}
	for name, data := range files {
		s, ok := parsePath(name)
		if !ok {
			continue
		}
		d, err := s.read(data)
		if err != nil {
			return Set{}, err
		}
		set.subjects[name], set.schemas[name] = s, d
	}
	return set, nil
}

// LoadOne returns the schema of one version of an event in a folder, or, with the
// version 0, of a command; nil if there is none.
func LoadOne(folder fs.FS, typ string, version int) (*Schema, error) {
	name := Subject{Type: typ, Version: version}.Path()
	s, ok := parsePath(name)
	if !ok || !fs.ValidPath(name) {
		return nil, nil //nolint:nilnil // there is none
	}
	data, err := fs.ReadFile(folder, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // there is none
	}
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	return s.read(data)
}

// Load returns the schemas in a folder: none, if it does not exist.
func Load(folder fs.FS) (Set, error) {
	files, err := filesOf(folder)
	if err != nil {
		return Set{}, err
	}
	return Parse(files)
}

func filesOf(folder fs.FS) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, dir := range []string{".", Commands} {
		entries, err := fs.ReadDir(folder, dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("schema: %w", err)
		}
		for _, e := range entries {
			name := path.Join(dir, e.Name())
			if _, ok := parsePath(name); !ok || e.IsDir() {
				continue
			}
			if files[name], err = fs.ReadFile(folder, name); err != nil {
				return nil, fmt.Errorf("schema: %w", err)
			}
		}
	}
	return files, nil
}

// Subjects returns what the schemas describe: events before commands, by name
// and version.
func (set Set) Subjects() []Subject {
	return slices.SortedFunc(maps.Values(set.subjects), order)
}

// Get returns the schema of one version of an event, or, with the version 0, of
// a command; nil if there is none.
func (set Set) Get(typ string, version int) *Schema {
	return set.schemas[Subject{Type: typ, Version: version}.Path()]
}

// Stale returns the paths of the files in a folder that are missing, not as they
// would be written, or of nothing in the set.
func (set Set) Stale(folder fs.FS) ([]string, error) {
	files, err := filesOf(folder)
	if err != nil {
		return nil, err
	}
	var stale []string
	for name, d := range set.schemas {
		want, err := d.Bytes()
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(files[name], want) {
			stale = append(stale, name)
		}
	}
	for name := range files {
		if set.schemas[name] == nil {
			stale = append(stale, name)
		}
	}
	slices.Sort(stale)
	return stale, nil
}

// Write writes the files that differ from those in a folder, removes those of
// nothing in the set, and returns the paths of both. Other files are left alone.
func (set Set) Write(dir string) (changed []string, err error) {
	if changed, err = set.Stale(os.DirFS(dir)); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(dir, Commands), 0o750); err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	for _, name := range changed {
		if err := set.writeFile(dir, name); err != nil {
			return nil, fmt.Errorf("schema: %w", err)
		}
	}
	return changed, nil
}

func (set Set) writeFile(dir, name string) error {
	file := filepath.Join(dir, filepath.FromSlash(name))
	d := set.schemas[name]
	if d == nil {
		return os.Remove(file)
	}
	data, err := d.Bytes()
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o600)
}

// Described returns the set with the schemas of another one where the two differ
// in nothing but their words.
func (set Set) Described(other Set) Set {
	described := Set{subjects: set.subjects, schemas: map[string]*Schema{}}
	for name, s := range set.schemas {
		described.schemas[name] = s
		if o := other.schemas[name]; o != nil && sameShape(s, o) {
			described.schemas[name] = o
		}
	}
	return described
}
