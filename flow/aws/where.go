package aws

import (
	"encoding/json"
	"fmt"
	"strings"
)

// selectBy returns what says whether a body has the fields of a query.
func selectBy(where map[string]any) (func(body []byte) bool, error) {
	for name, value := range where {
		switch value.(type) {
		case string, bool, float64:
		default:
			return nil, fmt.Errorf("select by %q: %T is not a string, a bool or a float64", name, value)
		}
	}
	return func(body []byte) bool {
		if len(where) == 0 {
			return true
		}
		var object map[string]json.RawMessage
		if json.Unmarshal(body, &object) != nil {
			return false
		}
		for name, value := range where {
			if !isValue(object[name], value) {
				return false
			}
		}
		return true
	}, nil
}

// isValue says whether a field of a body is a string, a bool or a number.
func isValue(field json.RawMessage, value any) bool {
	var decoded any
	if len(field) == 0 || strings.IndexByte("[{n", field[0]) >= 0 || json.Unmarshal(field, &decoded) != nil {
		return false
	}
	return decoded == value
}
