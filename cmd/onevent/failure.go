package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
)

// keyOf returns the key of a stream.
func keyOf(stream string) string {
	_, key, _ := strings.Cut(stream, "/")
	return key
}

const (
	// shortPart is how many characters of each part of an ID a list shows on a
	// terminal.
	shortPart = 8
	// leastPart is how many of the first part somebody must type.
	leastPart = 4
)

// shortID returns what is shown of a failure's ID, which is function~event: of the
// event its record, cut short, and its place in it.
func shortID(id string) string {
	parts := strings.Split(eventPart(id), "-")
	for i, part := range parts {
		parts[i] = cutAfterBytes(part, shortPart)
	}
	return strings.Join(parts, "-")
}

func cutAfterBytes(text string, most int) string { return text[:min(len(text), most)] }

func eventPart(id string) string {
	_, event, ok := strings.Cut(id, "~")
	if !ok {
		return id
	}
	return event
}

// isMeant says whether a failure's ID is what somebody typed: all of it, or as a
// list shows it, or any beginning of its parts.
func isMeant(typed, id string) bool {
	if typed == id {
		return true
	}
	have, want := strings.Split(eventPart(id), "-"), strings.Split(typed, "-")
	if len(want) > len(have) || len(want[0]) < min(leastPart, len(have[0])) {
		return false
	}
	for i, part := range want {
		if !strings.HasPrefix(have[i], part) {
			return false
		}
	}
	return true
}

// find returns the failure with an ID, which may be cut short.
func (k *parking) find(ctx context.Context, id string) (flow.Failure, error) {
	if strings.Contains(id, "~") && !k.retrying {
		var found flow.Failure
		err := k.get(ctx, "/parked/"+url.PathEscape(id), nil, &found)
		return found, err
	}
	var found []flow.Failure
	err := k.each(ctx, func(f flow.Failure) error {
		if isMeant(id, f.ID) {
			found = append(found, f)
		}
		return nil
	})
	switch {
	case err != nil:
		return flow.Failure{}, err
	case len(found) == 0:
		return flow.Failure{}, fmt.Errorf("nothing with the ID %s is %s; the list shows what is", clean(id), k.kind())
	case len(found) > 1:
		return flow.Failure{}, fmt.Errorf("%s may be %s", clean(id), oneOf(found))
	}
	return found[0], nil
}

// maxChoices is how many IDs somebody is told who typed too little of one.
const maxChoices = 5

func oneOf(found []flow.Failure) string {
	var ids []string
	for _, f := range found[:min(len(found), maxChoices)] {
		ids = append(ids, clean(f.ID))
	}
	text := strings.Join(ids, " or ")
	if more := len(found) - len(ids); more > 0 {
		text += fmt.Sprintf(" or one of %d more", more)
	}
	return text
}

// show prints one failure, with all that is known of it.
func (k *parking) show(ctx context.Context, id string) error {
	f, err := k.find(ctx, id)
	if err != nil {
		return err
	}
	if k.json {
		return indented(k.out, f)
	}
	fmt.Fprintln(k.out, k.paint(bold, clean(f.ID)))
	k.facts(append(k.origin(f), k.standing(f)...))
	if f.Message != nil {
		k.message(*f.Message)
	} else {
		k.eventData(f.Event.Data)
	}
	k.history(f)
	return nil
}

// origin tells where what failed came from.
func (*parking) origin(f flow.Failure) [][2]string {
	e := f.Event
	if f.Message != nil {
		return [][2]string{{"function", f.Function}, {"message", fmt.Sprintf("%q on %s, which can't be read", f.Message.ID, f.Message.Topic)}}
	}
	return [][2]string{
		{"function", f.Function},
		{"event", fmt.Sprintf("%s, number %d of %s", e.Type, e.Seq, e.Stream)},
		{"recorded", told(e.Time)},
		{"flow", e.Correlation},
	}
}

// standing tells how often a handling failed, and what comes next.
func (k *parking) standing(f flow.Failure) [][2]string {
	attempts := fmt.Sprintf("%d, from %s to %s", f.Attempts, told(f.First), told(f.Last))
	if f.Redrives > 0 {
		attempts += fmt.Sprintf("; %d of them since it was parked", f.Redrives)
	}
	next := k.nextTry(f)
	switch {
	case f.Held:
		next = "when its function recovers, which is paused"
	case f.Next == 0:
		next += ", or by a new version of the application"
	case f.Next != 0:
		next = told(f.Next) + ", " + next
	}
	facts := [][2]string{{"attempts", attempts}, {"next try", next}}
	if len(f.Versions) > 0 {
		facts = append(facts, [2]string{"versions", strings.Join(f.Versions, " ")})
	}
	return append(facts, [2]string{"error", f.Error})
}

// facts prints names and values in two columns.
func (p *program) facts(facts [][2]string) {
	for _, fact := range facts {
		value := clean(fact[1])
		if fact[0] == "error" {
			value = p.paint(red, value)
		}
		fmt.Fprintf(p.out, "  %s %s\n", p.paint(dim, fmt.Sprintf("%-9s", fact[0])), value)
	}
}

// told returns a time for people.
func told(t driver.Time) string { return t.Time().Format("2006-01-02 15:04:05.000 MST") }

// eventData prints the data of an event.
func (k *parking) eventData(data json.RawMessage) {
	if len(data) == 0 || string(data) == "null" {
		fmt.Fprintln(k.out, "\nThe data is too large to be kept here; the log has it: onevent flow shows the events of the flow.")
		return
	}
	fmt.Fprintln(k.out, "\n"+k.paint(bold, "data"))
	_ = indented(k.out, data) // the sink remembers what goes wrong with writing
}

// maxDump is how many bytes of a message that can't be read are shown.
const maxDump = 1024

// message prints a message that can't be read, byte by byte.
func (k *parking) message(m driver.Message) {
	fmt.Fprintln(k.out, "\n"+k.paint(bold, "attributes"))
	for _, name := range slices.Sorted(maps.Keys(m.Attributes)) {
		fmt.Fprintf(k.out, "  %s=%s\n", clean(name), clean(plain(m.Attributes[name])))
	}
	fmt.Fprintf(k.out, "\n%s, %d bytes\n", k.paint(bold, "data"), len(m.Data))
	fmt.Fprint(k.out, hex.Dump(m.Data[:min(len(m.Data), maxDump)]))
	if more := len(m.Data) - maxDump; more > 0 {
		fmt.Fprintf(k.out, "… and %d more, which -json has in base64\n", more)
	}
}

// history prints the attempts.
func (k *parking) history(f flow.Failure) {
	if len(f.History) == 0 {
		return
	}
	title := "attempts"
	if len(f.History) < f.Attempts {
		title = fmt.Sprintf("the last %d attempts", len(f.History))
	}
	fmt.Fprintln(k.out, "\n"+k.paint(bold, title))
	rows := [][]string{{"WHEN", "VERSION", "ERROR"}}
	for _, a := range f.History {
		version := a.Version
		if version == "" {
			version = "-"
		}
		rows = append(rows, []string{told(a.At), version, a.Error})
	}
	k.table(rows)
}
