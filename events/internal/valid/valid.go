// Package valid checks the fields of commands and collects all that is wrong
// with them.
package valid

import (
	"fmt"
	"unicode"
	"unicode/utf8"

	"github.com/onevent/onevent/flow"
)

// A Check collects problems. The zero value is ready to use. Fields are named by
// their path in the JSON, as in "items/0/price".
type Check struct{ problems []flow.Problem }

// Key adds a problem unless key can be the key of a stream.
func (c *Check) Key(field, key string) {
	if err := flow.CheckKey(key); err != nil {
		c.Add(field, "%v", err)
	}
}

// Text adds a problem unless text holds from least to most characters, all of
// them visible or plain spaces.
func (c *Check) Text(field, text string, least, most int) {
	if n := utf8.RuneCountInString(text); n < least || n > most {
		c.Add(field, "has %d characters, %d to %d are allowed", n, least, most)
	}
	for _, r := range text {
		if !unicode.IsPrint(r) {
			c.Add(field, "holds the character %U", r)
			return
		}
	}
}

// Range adds a problem unless n is from least to most.
func (c *Check) Range(field string, n, least, most int64) {
	if n < least || n > most {
		c.Add(field, "is %d, %d to %d are allowed", n, least, most)
	}
}

// Add adds a problem, its text formatted as by fmt.Sprintf.
func (c *Check) Add(field, format string, args ...any) {
	c.problems = append(c.problems, flow.Problem{Pointer: "/" + field, Text: fmt.Sprintf(format, args...)})
}

// Err returns a flow.InvalidError with the problems, or nil if there are none.
func (c *Check) Err() error {
	if len(c.problems) == 0 {
		return nil
	}
	return &flow.InvalidError{Problems: c.problems}
}
