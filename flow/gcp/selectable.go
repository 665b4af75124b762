package gcp

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	pb "cloud.google.com/go/firestore/apiv1/firestorepb"

	"github.com/onevent/onevent/flow/driver"
)

const (
	// maxSelectable is how many fields of a body can be selected by. Firestore
	// keeps at most 40,000 index entries for a document, two for each field.
	maxSelectable = 10_000
	// maxIndexed is how many bytes of a string are kept to be selected by;
	// Firestore compares the first 1,500. Of longer ones it is the SHA-256.
	maxIndexed = 1000
	// maxPlain is how many bytes a field's name may have to be kept as it is.
	maxPlain = 100
	// hashedName begins the names that are not.
	hashedName = "_"
)

// selectableFields returns the top-level strings, bools and numbers of a body.
// What is not a JSON object has none.
func selectableFields(body []byte) (fields, error) {
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) != nil {
		return fields{}, nil //nolint:nilerr // it has none
	}
	selected := fields{}
	for name, value := range object {
		if v := selectable(value); v != nil {
			selected[fieldName(name)] = v
		}
	}
	if len(selected) > maxSelectable {
		return nil, fmt.Errorf("%d strings, bools and numbers in a document, the limit is %d: %w",
			len(selected), maxSelectable, driver.ErrTooLarge)
	}
	return selected, nil
}

// selectable returns a value that can be selected by; nil for others.
func selectable(value json.RawMessage) *pb.Value {
	var decoded any
	if len(value) == 0 || strings.IndexByte("[{n", value[0]) >= 0 || json.Unmarshal(value, &decoded) != nil {
		return nil
	}
	v, err := valueOf(decoded)
	if err != nil {
		return nil
	}
	return v
}

// valueOf returns a string, a bool or a number as it is stored and compared.
func valueOf(value any) (*pb.Value, error) {
	switch value := value.(type) {
	case bool:
		return flag(value), nil
	case float64:
		return double(value + 0), nil // no -0, which is not 0 to Firestore
	case string:
		if len(value) > maxIndexed || !utf8.ValidString(value) {
			sum := sha256.Sum256([]byte(value))
			return raw(sum[:]), nil // no string is bytes, so nothing else equals it
		}
		return text(value), nil
	default:
		return nil, fmt.Errorf("%T is not a string, a bool or a float64", value)
	}
}

// fieldName returns the name in Firestore of a field of a body: its own, if it is
// a plain one, and otherwise its SHA-256.
func fieldName(name string) string {
	if isPlain(name) {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return hashedName + hex.EncodeToString(sum[:])
}

// isPlain says whether a name is a letter and up to 99 letters, digits and
// underscores, which needs no quotes in a field path and never begins as a hashed
// one does.
func isPlain(name string) bool {
	for i := range len(name) {
		c := name[i]
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return name != "" && len(name) <= maxPlain
}

// selectBy returns the filters for a query's fields, in the order of their
// names.
func selectBy(selected map[string]any) ([]*pb.StructuredQuery_Filter, error) {
	var filters []*pb.StructuredQuery_Filter
	for _, name := range slices.Sorted(maps.Keys(selected)) {
		v, err := valueOf(selected[name])
		if err != nil {
			return nil, fmt.Errorf("select by %q: %w", name, err)
		}
		filters = append(filters, where(fieldDoc+"."+fieldName(name), equal, v))
	}
	return filters, nil
}
