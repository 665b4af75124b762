package infra

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

// ErrStale says that a file is not what the bindings are.
var ErrStale = errors.New("out of date")

// Bytes returns the description as the file that Terraform reads.
func (d Description) Bytes() ([]byte, error) {
	data, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("infra: %w", err)
	}
	return append(data, '\n'), nil
}

// Write writes the description to a file, and says whether that changed it.
func (d Description) Write(file string) (changed bool, err error) {
	err = d.Check(file)
	if err == nil || !errors.Is(err, ErrStale) && !errors.Is(err, os.ErrNotExist) {
		return false, err
	}
	data, err := d.Bytes()
	if err != nil {
		return false, err
	}
	if err := os.WriteFile(file, data, 0o644); err != nil { //nolint:gosec // it is public, like the source beside it
		return false, fmt.Errorf("infra: %w", err)
	}
	return true, nil
}

// Check returns an error that wraps ErrStale if a file is not the description, and
// names the first line that differs.
func (d Description) Check(file string) error {
	data, err := d.Bytes()
	if err != nil {
		return err
	}
	have, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("infra: %w", err)
	}
	if bytes.Equal(have, data) {
		return nil
	}
	return fmt.Errorf("infra: %s:%d: %w", file, firstDifference(have, data), ErrStale)
}

// firstDifference returns the number, from 1, of the first line that differs.
func firstDifference(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return bytes.Count(a[:i], []byte("\n")) + 1
		}
	}
	return bytes.Count(a[:min(len(a), len(b))], []byte("\n")) + 1
}
