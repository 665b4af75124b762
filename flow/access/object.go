package access

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"
)

var errObject = errors.New("is no JSON object with each member once")

// object reads a JSON object. A member that is there twice would mean one thing to
// one reader and another to the next, so there is none.
func object(data []byte) (map[string]json.RawMessage, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	if start, err := d.Token(); err != nil || start != json.Delim('{') || !utf8.Valid(data) || !json.Valid(data) {
		return nil, errObject
	}
	members := map[string]json.RawMessage{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, errObject
		}
		key, ok := name.(string)
		if _, twice := members[key]; !ok || twice {
			return nil, errObject
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, errObject
		}
		members[key] = value
	}
	return members, nil
}

// text reads a JSON text. It reports whether it is one: null is none.
func text(data json.RawMessage, into *string) bool {
	return len(data) > 0 && data[0] == '"' && json.Unmarshal(data, into) == nil
}

// texts reads a JSON array of texts.
func texts(data json.RawMessage) ([]string, bool) {
	var members []json.RawMessage
	if len(data) == 0 || data[0] != '[' || json.Unmarshal(data, &members) != nil {
		return nil, false
	}
	all := make([]string, len(members))
	for i, member := range members {
		if !text(member, &all[i]) {
			return nil, false
		}
	}
	return all, true
}
