package gcp

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Firestore refuses "/", ".", ".." and everything of the form "__x__" as the id
// of a document, see https://cloud.google.com/firestore/quotas#limits. Names and
// keys are therefore escaped, so that no two become one.

// escape returns an id for a name whose order does not matter, easy to read:
// "order/42" is order~42. The bytes that are in the way become %XX.
func escape(name string) string {
	var b strings.Builder
	for i, r := range name {
		_, size := utf8.DecodeRuneInString(name[i:])
		switch {
		case r == '/':
			b.WriteByte('~')
		case r == '~', r == '%', r == utf8.RuneError && size == 1, i == 0 && (r == '_' || r == '.'):
			fmt.Fprintf(&b, "%%%02X", name[i])
		default:
			b.WriteString(name[i : i+size])
		}
	}
	return b.String()
}

// keyID returns an id for a key such that ids have the byte order of their keys:
// Firestore can only order by the id without another index. Of all characters
// just "." and "/", which are neighbours, are replaced, and "^" and "_", also
// neighbours, where they come first.
func keyID(key string) string {
	first, rest := "", key
	switch {
	case strings.HasPrefix(key, "^"):
		first, rest = "^0", key[1:]
	case strings.HasPrefix(key, "_"):
		first, rest = "^1", key[1:]
	}
	return first + strings.ReplaceAll(strings.ReplaceAll(rest, ".", ".0"), "/", ".1")
}

// keyOf returns the key of an id that keyID made.
func keyOf(id string) string {
	first, rest := "", id
	switch {
	case strings.HasPrefix(id, "^0"):
		first, rest = "^", id[2:]
	case strings.HasPrefix(id, "^1"):
		first, rest = "_", id[2:]
	}
	return first + strings.ReplaceAll(strings.ReplaceAll(rest, ".1", "/"), ".0", ".")
}

// slotOf spreads ids evenly over n slots.
func slotOf(id string, n int) int {
	sum := sha256.Sum256([]byte(id))
	return int(sum[0]) % n
}
