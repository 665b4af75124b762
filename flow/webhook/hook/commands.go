package hook

import (
	"fmt"
	"slices"

	"github.com/onevent/onevent/flow"
)

const (
	// MaxTypes is how many types of events one hook may want.
	MaxTypes = 50
	// MaxID is how many bytes the ID of a hook may have.
	MaxID = 64
	// MaxReason is how many bytes a reason may have.
	MaxReason = 200
)

// Register asks for events of some types to be posted to a URL from now on. Whoever
// asks chooses the hook's ID: letters, digits, - and _.
type Register struct {
	Hook  string   `json:"hook"`
	URL   string   `json:"url"`
	Types []string `json:"types"`
}

// Rotate asks for a new secret. The old one signs too for a day, or no more at all if
// Now is set: when it leaked.
type Rotate struct {
	Hook string `json:"hook"`
	Now  bool   `json:"now,omitempty"`
}

// Disable asks for nothing to be posted any more.
type Disable struct {
	Hook   string `json:"hook"`
	Reason string `json:"reason,omitempty"`
}

// Enable asks for events to be posted again, from now on.
type Enable struct {
	Hook string `json:"hook"`
}

// Ping asks for a test message.
type Ping struct {
	Hook string `json:"hook"`
}

func (Register) Type() string { return "hook.register" }
func (Rotate) Type() string   { return "hook.rotate" }
func (Disable) Type() string  { return "hook.disable" }
func (Enable) Type() string   { return "hook.enable" }
func (Ping) Type() string     { return "hook.ping" }

func (c Register) Key() string { return c.Hook }
func (c Rotate) Key() string   { return c.Hook }
func (c Disable) Key() string  { return c.Hook }
func (c Enable) Key() string   { return c.Hook }
func (c Ping) Key() string     { return c.Hook }

// Validate refuses an ID that no message can carry, and no, too many or repeated
// types. The URL is for the decision, which knows what is allowed here.
func (c Register) Validate() error {
	var problems []flow.Problem
	add := func(field, format string, args ...any) {
		problems = append(problems, flow.Problem{Pointer: "/" + field, Text: fmt.Sprintf(format, args...)})
	}
	if len(c.Hook) > MaxID || !isPlain(c.Hook) {
		add("hook", "is not 1 to %d letters, digits, - and _", MaxID)
	}
	if n := len(c.Types); n < 1 || n > MaxTypes {
		add("types", "are %d, 1 to %d are allowed", n, MaxTypes)
	}
	for i, typ := range c.Types {
		if slices.Contains(c.Types[:i], typ) {
			add(fmt.Sprintf("types/%d", i), "is there twice")
		}
	}
	if len(problems) > 0 {
		return &flow.InvalidError{Problems: problems}
	}
	return nil
}

// Validate refuses a reason that is too long.
func (c Disable) Validate() error {
	if len(c.Reason) > MaxReason {
		return flow.Invalid("reason", "holds more than %d bytes", MaxReason)
	}
	return nil
}

func isPlain(id string) bool {
	for _, b := range []byte(id) {
		if (b < '0' || b > '9') && (b < 'A' || b > 'Z') && (b < 'a' || b > 'z') && b != '-' && b != '_' {
			return false
		}
	}
	return id != ""
}
