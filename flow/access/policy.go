package access

import (
	"errors"
	"fmt"
	"slices"

	"github.com/onevent/onevent/flow"
)

// All stands for all commands, views or operations, also those to come.
const All = "*"

// A Rule says what a role allows.
type Rule struct {
	// Role is as tokens have it.
	Role string
	// Commands are wire names, as order.place; Views and Operations are names.
	Commands, Views, Operations []string
	// History allows to read the log, Catalogue what the application consists of.
	History, Catalogue bool
	// Impersonate allows to send commands in the name of somebody else: those that
	// Commands allows.
	Impersonate bool
}

// A Policy says what each role allows. Somebody with several roles may do what any
// of them allows. The zero value allows nothing.
type Policy []Rule

// Allows reports whether one of the roles allows a right.
func (p Policy) Allows(roles []string, right Right) bool {
	return slices.ContainsFunc(p, func(r Rule) bool { return slices.Contains(roles, r.Role) && r.allows(right) })
}

func (r Rule) allows(right Right) bool {
	switch right.Kind {
	case Command:
		return holds(r.Commands, right.Name)
	case View:
		return holds(r.Views, right.Name)
	case Operation:
		return holds(r.Operations, right.Name)
	case History:
		return r.History
	case Catalogue:
		return r.Catalogue
	case Impersonate:
		return r.Impersonate
	case Some, Public:
		return true
	}
	return false
}

func holds(names []string, name string) bool {
	return name != "" && (slices.Contains(names, name) || slices.Contains(names, All))
}

// Check returns an error for all that a policy names and the application does not
// have, and for roles that are there twice or have no name. unused are the commands
// and views that no role allows: they may be meant so.
func (p Policy) Check(app flow.App) (unused []Right, err error) {
	all := Rights(app)
	var errs []error
	seen := map[string]bool{}
	for _, rule := range p {
		if rule.Role == "" || seen[rule.Role] {
			errs = append(errs, fmt.Errorf("access: role %q is empty or there twice", rule.Role))
		}
		seen[rule.Role] = true
		errs = append(errs, rule.check(all))
	}
	for _, right := range all {
		named := right.Kind == Command || right.Kind == View
		if named && !slices.ContainsFunc(p, func(r Rule) bool { return r.allows(right) }) {
			unused = append(unused, right)
		}
	}
	return unused, errors.Join(errs...)
}

func (r Rule) check(all []Right) error {
	var errs []error
	for _, part := range []struct {
		kind  Kind
		names []string
	}{{Command, r.Commands}, {View, r.Views}, {Operation, r.Operations}} {
		for _, name := range part.names {
			if name != All && !slices.Contains(all, Right{part.kind, name}) {
				errs = append(errs, fmt.Errorf("access: role %s: there is no %s %q", r.Role, part.kind, name))
			}
		}
	}
	return errors.Join(errs...)
}

// Rights returns all rights that there are in an application but the public one:
// commands and views by name, then the others.
func Rights(app flow.App) []Right {
	var commands, views, others []Right
	for _, f := range app.Functions {
		switch f.Kind() {
		case flow.KindCommand:
			commands = append(commands, Right{Command, f.Input().Type()})
		case flow.KindView, flow.KindTally:
			views = append(views, Right{View, f.Name()})
		default:
		}
	}
	for _, name := range Operations() {
		others = append(others, Right{Operation, name})
	}
	others = append(others, Right{Kind: History}, Right{Kind: Catalogue}, Right{Kind: Impersonate})
	byName := func(a, b Right) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	}
	slices.SortFunc(commands, byName)
	slices.SortFunc(views, byName)
	return slices.Concat(commands, views, others)
}
