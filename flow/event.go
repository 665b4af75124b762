package flow

import (
	"fmt"
	"strings"
)

// An Event is a fact about one thing. It is plain data: a struct whose exported
// fields are its JSON. A command's input has the same two methods.
type Event interface {
	// Type returns the wire name, "namespace.what_happened" in lower case with
	// underscores. It is the same for every value of a Go type, the zero value
	// too, and reads like the Go name: order.Created is "order.created".
	Type() string
	// Key returns the key of the thing: the event's stream is "namespace/key".
	Key() string
}

const (
	maxTypeBytes = 64
	maxKeyBytes  = 128
	maxNameBytes = 49 // the most a Cloud Run service's name may have
)

// Namespace returns the part of a wire name before the dot.
func Namespace(typ string) string {
	ns, _, _ := strings.Cut(typ, ".")
	return ns
}

// StreamOf returns the name of the stream to which an event belongs.
func StreamOf(e Event) string { return Namespace(e.Type()) + "/" + e.Key() }

// CheckKey returns an error unless key is 1 to 128 letters, digits or any of
// . _ - @ : + = , beginning with a letter or digit, without "..". Such a key is
// safe in every path, document name and file name that platforms make of it.
func CheckKey(key string) error {
	switch {
	case key == "":
		return fmt.Errorf("empty key")
	case len(key) > maxKeyBytes:
		return fmt.Errorf("key of %d bytes, the limit is %d", len(key), maxKeyBytes)
	case !isAlphanumeric(key[0]):
		return fmt.Errorf("key %q does not begin with a letter or digit", key)
	case strings.Contains(key, ".."):
		return fmt.Errorf("key %q contains \"..\"", key)
	}
	for i := range len(key) {
		if !isAlphanumeric(key[i]) && strings.IndexByte("._-@:+=,", key[i]) < 0 {
			return fmt.Errorf("key %q contains %q; letters, digits and . _ - @ : + = , are allowed", key, key[i:i+1])
		}
	}
	return nil
}

func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// checkType and checkName read by hand what a regular expression would say in a
// line: each start of an instance on a cloud runs them, and has no time to compile
// one.
func checkType(typ string) error {
	namespace, name, _ := strings.Cut(typ, ".")
	if len(typ) > maxTypeBytes || !isWord(namespace, '_') || !isWord(name, '_') {
		return fmt.Errorf("wire name %q is not namespace.name in lower case, at most %d bytes", typ, maxTypeBytes)
	}
	return nil
}

func checkName(name string) error {
	if len(name) < 3 || len(name) > maxNameBytes || !isWord(name, '-') || name[len(name)-1] == '-' {
		return fmt.Errorf("function name %q is not 3 to %d of [a-z0-9-], beginning with a letter", name, maxNameBytes)
	}
	return nil
}

// isWord says whether a text is a lower-case letter and then lower-case letters,
// digits and one kind of sign.
func isWord(text string, sign byte) bool {
	for i := range len(text) {
		c := text[i]
		isLetter := 'a' <= c && c <= 'z'
		if !isLetter && (i == 0 || c != sign && (c < '0' || c > '9')) {
			return false
		}
	}
	return text != ""
}
