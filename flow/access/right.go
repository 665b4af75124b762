package access

// A Kind is a kind of right.
type Kind string

// The kinds of rights.
const (
	// Command is to send a command, by its wire name, as order.place.
	Command Kind = "command"
	// View is to read the documents of a view, by its name.
	View Kind = "view"
	// History is to read the log: all events, those of a stream, those of a flow.
	History Kind = "history"
	// Operation is what operators do: one of Operations.
	Operation Kind = "operation"
	// Catalogue is to read what the application consists of.
	Catalogue Kind = "catalogue"
	// Impersonate is to send commands in the name of somebody else.
	Impersonate Kind = "impersonation"
	// Some is what everybody has who has any role that the policy knows.
	Some Kind = "some right"
	// Public is what everybody has: to ask whether the system works, and to call
	// webhooks, which are protected by their signatures.
	Public Kind = "public"
)

// The operations.
const (
	// Parked is to read what was given up, and what will be tried again.
	Parked = "parked"
	// Redrive is to have that handled again.
	Redrive = "redrive"
	// Paused is to read which functions are paused.
	Paused = "paused"
	// Audit is to have the whole log checked.
	Audit = "audit"
	// Redecide is to have all decisions made again, and compared.
	Redecide = "redecide"
	// Hooks is to read the secrets of outgoing webhooks.
	Hooks = "hooks"
)

// Operations returns all operations.
func Operations() []string { return []string{Parked, Redrive, Paused, Audit, Redecide, Hooks} }

// A Right is one thing that somebody may do.
type Right struct {
	Kind Kind
	// Name is that of the command, the view or the operation; empty for other
	// kinds.
	Name string
}

// String returns the right as in "command order.place". A name that is not one
// word is left out, since it came from outside.
func (r Right) String() string {
	if r.Name == "" || !isWord(r.Name) {
		return string(r.Kind)
	}
	return string(r.Kind) + " " + r.Name
}

const maxWord = 80

// isWord reports whether a text can be a name: it is safe in a header.
func isWord(text string) bool {
	for _, c := range text {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !letter && c != '.' && c != '-' && c != '_' {
			return false
		}
	}
	return text != "" && len(text) <= maxWord
}
