package strict

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxDepth is how deep arrays and objects may nest.
const maxDepth = 32

// A node is a JSON value: nil, bool, json.Number, string, []node or *object.
type node any

// An object keeps the order of its members, and says which were there twice.
type object struct {
	names   []string
	members map[string]node
	twice   []string
}

type parser struct{ dec *json.Decoder }

// parse reads one JSON value and nothing after it.
func parse(data []byte) (node, error) {
	if bytes.Contains(data, []byte(`\u`)) {
		if err := checkSurrogates(data); err != nil {
			return nil, err
		}
	}
	p := parser{dec: json.NewDecoder(bytes.NewReader(data))}
	p.dec.UseNumber()
	n, err := p.value(0)
	if err != nil {
		return nil, syntax(err)
	}
	if _, err := p.dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("not JSON: something follows the value")
	}
	return n, nil
}

func syntax(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("not JSON: it ends too early")
	}
	return fmt.Errorf("not JSON: %s", strings.TrimPrefix(err.Error(), "json: "))
}

func (p parser) value(depth int) (node, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("nested deeper than %d", maxDepth)
	}
	token, err := p.dec.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return p.object(depth)
	case json.Delim('['):
		return p.array(depth)
	}
	return token, nil
}

func (p parser) object(depth int) (node, error) {
	o := &object{members: map[string]node{}}
	for p.dec.More() {
		token, err := p.dec.Token()
		if err != nil {
			return nil, err
		}
		name, ok := token.(string)
		if !ok {
			return nil, fmt.Errorf("%v is no name of a member", token)
		}
		member, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if _, ok := o.members[name]; ok {
			o.twice = append(o.twice, name)
			continue
		}
		o.names = append(o.names, name)
		o.members[name] = member
	}
	_, err := p.dec.Token()
	return o, err
}

func (p parser) array(depth int) (node, error) {
	var elements []node
	for p.dec.More() {
		e, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		elements = append(elements, e)
	}
	_, err := p.dec.Token()
	return elements, err
}

// checkSurrogates refuses an escaped half of a surrogate pair, which
// encoding/json would silently replace.
func checkSurrogates(data []byte) error {
	for i := 0; i+6 <= len(data); i++ {
		if data[i] != '\\' {
			continue
		}
		unit, ok := escaped(data[i:])
		switch {
		case !ok:
			i++ // an escape of one character
		case unit >= 0xdc00 && unit < 0xe000:
			return errors.New("not JSON: half of a surrogate pair")
		case unit >= 0xd800 && unit < 0xdc00:
			low, ok := escaped(data[min(i+6, len(data)):])
			if !ok || low < 0xdc00 || low >= 0xe000 {
				return errors.New("not JSON: half of a surrogate pair")
			}
			i += 11
		default:
			i += 5
		}
	}
	return nil
}

// escaped returns the code unit of the \uXXXX at the beginning of data.
func escaped(data []byte) (unit uint16, ok bool) {
	if len(data) < 6 || data[0] != '\\' || data[1] != 'u' {
		return 0, false
	}
	_, err := fmt.Sscanf(string(data[2:6]), "%04x", &unit)
	return unit, err == nil
}
