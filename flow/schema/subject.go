package schema

import (
	"cmp"
	"fmt"
	"reflect"
	"strings"
)

// A Subject is what a schema of an application describes: one version of an
// event, or a command.
type Subject struct {
	// Type is the wire name.
	Type string
	// Version is the event's, from 1; a command has 0.
	Version int
	// Old is set for a version that is not written any more.
	Old bool
	// Zero is the zero value of the Go type. It may have the method
	// Compatibility() string, which names its Rule, and a command the method
	// Deprecated() bool, which allows to remove it later.
	Zero any
}

const (
	eventID   = "urn:onevent:"
	commandID = eventID + "command:"
	// Commands is the folder of the schemas of commands.
	Commands = "commands"
)

// Path returns the file of its schema within the folder, with slashes.
func (s Subject) Path() string {
	if s.Version == 0 {
		return Commands + "/" + s.Type + ".json"
	}
	return fmt.Sprintf("%s.v%d.json", s.Type, s.Version)
}

// ID returns the $id of its schema.
func (s Subject) ID() string {
	if s.Version == 0 {
		return commandID + s.Type
	}
	return fmt.Sprintf("%s%s:%d", eventID, s.Type, s.Version)
}

// String returns it in words.
func (s Subject) String() string {
	if s.Version == 0 {
		return "command " + s.Type
	}
	return fmt.Sprintf("%s v%d", s.Type, s.Version)
}

// Schema returns its schema as a document of its own.
func (s Subject) Schema(comments Comments) (*Schema, error) {
	t := reflect.TypeOf(s.Zero)
	if t == nil || t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("schema: %s is a %v, a struct is wanted", s, t)
	}
	use := Written
	if s.Version == 0 {
		use = Asked
	}
	d := Of(t, use, comments)
	d.Dialect, d.ID, d.Title = Dialect, s.ID(), s.Type
	if c, ok := s.Zero.(interface{ Compatibility() string }); ok {
		d.Rule = Rule(c.Compatibility())
	}
	if !d.Rule.valid() {
		return nil, fmt.Errorf("schema: %s has the compatibility %q; there are %s, %s and %s", s, d.Rule, Backward, Forward, Full)
	}
	if c, ok := s.Zero.(interface{ Deprecated() bool }); ok {
		d.Deprecated = c.Deprecated()
	}
	return d, nil
}

// read reads its schema.
func (s Subject) read(data []byte) (*Schema, error) {
	d, err := Read(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Path(), err)
	}
	if d.ID != s.ID() {
		return nil, fmt.Errorf("schema: %s has the $id %q, not %q", s.Path(), d.ID, s.ID())
	}
	if !d.Rule.valid() {
		return nil, fmt.Errorf("schema: %s has the compatibility %q", s.Path(), d.Rule)
	}
	return d, nil
}

// parsePath returns the subject of a file, without its Go type.
func parsePath(path string) (s Subject, ok bool) {
	name, isJSON := strings.CutSuffix(path, ".json")
	if typ, isCommand := strings.CutPrefix(name, Commands+"/"); isCommand {
		return Subject{Type: typ}, isJSON && !strings.Contains(typ, "/")
	}
	at := strings.LastIndex(name, ".v")
	if !isJSON || at < 1 || strings.Contains(name, "/") {
		return Subject{}, false
	}
	_, err := fmt.Sscanf(name[at:], ".v%d", &s.Version)
	s.Type = name[:at]
	return s, err == nil && s.Version > 0 && s.Path() == path
}

// order puts events before commands, by name and version.
func order(a, b Subject) int {
	return cmp.Or(
		cmp.Compare(min(b.Version, 1), min(a.Version, 1)),
		strings.Compare(a.Type, b.Type),
		cmp.Compare(a.Version, b.Version),
	)
}
