package corpus

import (
	"encoding/json"
	"strconv"
	"strings"
)

// replace returns JSON with another value, which need not be JSON, at a path.
func replace(text string, path []string, value string) string {
	return change(text, path, func(string) string { return value })
}

// remove returns JSON without the member at a path.
func remove(text string, path []string) string {
	return change(text, path[:len(path)-1], func(object string) string {
		names, members := membersOf(object)
		delete(members, path[len(path)-1])
		return join(names, members)
	})
}

// insert returns JSON with more at the beginning of the object at a path.
func insert(text string, path []string, more string) string {
	return change(text, path, func(object string) string { return "{" + more + strings.TrimPrefix(object, "{") })
}

// change returns JSON in which the value at a path is another.
func change(text string, path []string, to func(old string) string) string {
	if len(path) == 0 {
		return to(text)
	}
	if i, err := strconv.Atoi(path[0]); err == nil {
		var elements []json.RawMessage
		if json.Unmarshal([]byte(text), &elements) != nil {
			return text
		}
		list := make([]string, len(elements))
		for j, e := range elements {
			list[j] = string(e)
		}
		list[i] = change(list[i], path[1:], to)
		return "[" + strings.Join(list, ",") + "]"
	}
	names, members := membersOf(text)
	members[path[0]] = change(members[path[0]], path[1:], to)
	return join(names, members)
}

// membersOf returns the members of an object, and their names in order.
func membersOf(object string) (names []string, members map[string]string) {
	members = map[string]string{}
	d := json.NewDecoder(strings.NewReader(object))
	_, _ = d.Token() // the brace
	for d.More() {
		name, _ := d.Token()
		var value json.RawMessage
		if d.Decode(&value) != nil {
			break
		}
		text, _ := name.(string)
		names, members[text] = append(names, text), string(value)
	}
	return names, members
}

func join(names []string, members map[string]string) string {
	var list []string
	for _, name := range names {
		if value, ok := members[name]; ok {
			list = append(list, quote(name)+":"+value)
		}
	}
	return "{" + strings.Join(list, ",") + "}"
}

// quote returns a text in JSON, each byte as it is that can be.
func quote(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range []byte(text) {
		switch {
		case c == '"' || c == '\\':
			b.Write([]byte{'\\', c})
		case c < ' ':
			b.WriteString(`\u00` + string("0123456789abcdef"[c>>4]) + string("0123456789abcdef"[c&15]))
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
