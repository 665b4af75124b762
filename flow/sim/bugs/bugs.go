// Package bugs holds mistakes that are planted into the engine, one at a time, to
// see that the simulation finds them. A simulation that finds nothing proves
// something only if it would have found something.
package bugs

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A Bug is a change of one file of package flow.
type Bug struct {
	// Name is a word or two, with hyphens.
	Name string
	// File is the file, below the folder flow.
	File string
	// Old is the text that New replaces; it must be there once.
	Old, New string
	// Promises are those that it breaks, any of which may be found first.
	Promises string
	// Profile is where it is found; empty means "swarm".
	Profile string
}

// Plant writes the file with the bug in it, and an overlay for go build, into a
// folder, and returns the overlay's path. Root is the folder of the module. It is an
// error if the text that is to be replaced is not there once: then the bug must be
// written anew.
func (b Bug) Plant(root, dir string) (overlay string, err error) {
	path, err := filepath.Abs(filepath.Join(root, "flow", b.File))
	if err != nil {
		return "", err
	}
	source, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("bugs: %s: %w", b.Name, err)
	}
	if n := strings.Count(string(source), b.Old); n != 1 {
		return "", fmt.Errorf("bugs: %s: %s has the text %d times, not once:\n%s", b.Name, b.File, n, b.Old)
	}
	planted := filepath.Join(dir, b.Name+".go")
	if err := os.WriteFile(planted, []byte(strings.Replace(string(source), b.Old, b.New, 1)), 0o600); err != nil { //nolint:gosec // the name is one of All
		return "", err
	}
	data, err := json.Marshal(map[string]map[string]string{"Replace": {path: planted}})
	if err != nil {
		return "", err
	}
	overlay = filepath.Join(dir, b.Name+".json")
	return overlay, os.WriteFile(overlay, data, 0o600)
}
