// Package told checks what somebody outside tells by a webhook. It is lenient where
// nothing rests on it: whoever tells can't be asked to say it better.
package told

import (
	"strings"
	"unicode"

	"github.com/onevent/onevent/flow"
)

// Key returns a flow.InvalidError unless a field can be the key of a stream.
func Key(field, key string) error {
	if err := flow.CheckKey(key); err != nil {
		return flow.Invalid(field, "%v", err)
	}
	return nil
}

// Text returns the first most characters of a text, with a space for each that is
// neither visible nor a space.
func Text(text string, most int) string {
	runes := []rune(strings.ToValidUTF8(text, " "))
	runes = runes[:min(len(runes), most)]
	for i, r := range runes {
		if !unicode.IsPrint(r) {
			runes[i] = ' '
		}
	}
	return strings.TrimSpace(string(runes))
}
