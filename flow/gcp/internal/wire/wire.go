// Package wire is how a message looks on Pub/Sub: the data as it is, and each
// CloudEvents attribute as an attribute with the prefix "ce-", the media type as
// content-type, so that a push with metadata and without wrapper is a CloudEvent
// in the binary mode of HTTP.
// See https://github.com/googleapis/google-cloudevents/blob/main/docs/spec/pubsub.md.
package wire

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/onevent/onevent/flow/driver"
)

const (
	// MaxData is the most bytes of data in a message of Pub/Sub, see
	// https://cloud.google.com/pubsub/quotas#resource_limits.
	MaxData = 10_000_000
	// maxValue is the most bytes of an attribute's value.
	maxValue = 1024
	// maxAttributes is how many attributes a driver.Message may have.
	maxAttributes = 20

	prefix = "ce-"
	// otherPrefix begins attributes that would be taken for the message's own ID
	// or type.
	otherPrefix = "other-"
	// morePrefix begins the attributes with what did not fit into one: the rest
	// of ce-actor is in more-1-ce-actor, more-2-ce-actor and so on. Only a value
	// that is escaped can be too long.
	morePrefix = "more-"

	idAttribute   = "id"
	typeAttribute = "type"
	// mediaType is a header of HTTP's own in a CloudEvent, the one attribute
	// without the prefix.
	mediaAttribute = "datacontenttype"
	mediaType      = "content-type"
	// noMediaType is what HTTP clients that are told nothing say of a body. The
	// emulator's is one.
	noMediaType = "application/x-www-form-urlencoded"
)

// Encode returns a message's attributes on Pub/Sub. It returns ErrTooLarge where
// the message is beyond the limits of driver.Message.
func Encode(m driver.Message) (map[string]string, error) {
	if err := check(m); err != nil {
		return nil, fmt.Errorf("message %s: %w", m.ID, err)
	}
	encoded := make(map[string]string, len(m.Attributes)+2)
	set(encoded, prefix+idAttribute, m.ID)
	set(encoded, prefix+typeAttribute, m.Topic)
	for name, value := range m.Attributes {
		set(encoded, keyOf(name), value)
	}
	return encoded, nil
}

func check(m driver.Message) error {
	switch {
	case m.ID == "":
		return errors.New("no ID")
	case m.Topic == "":
		return errors.New("no topic")
	case len(m.Data) > MaxData:
		return fmt.Errorf("%d bytes, the limit is %d: %w", len(m.Data), MaxData, driver.ErrTooLarge)
	case len(m.Attributes) > maxAttributes:
		return fmt.Errorf("%d attributes, the limit is %d: %w", len(m.Attributes), maxAttributes, driver.ErrTooLarge)
	}
	for name, value := range m.Attributes {
		if len(value) > maxValue {
			return fmt.Errorf("attribute %q: %d bytes, the limit is %d: %w", name, len(value), maxValue, driver.ErrTooLarge)
		}
	}
	return nil
}

// set adds a value, escaped, in as many attributes as it takes.
func set(encoded map[string]string, key, value string) {
	rest := escape(value, false)
	if len(rest) > maxValue {
		rest = escape(value, true) // a cut makes new ends
	}
	place := key
	for part := 1; len(rest) > maxValue; part++ {
		encoded[place], rest = rest[:maxValue], rest[maxValue:]
		place = partKey(part, key)
	}
	encoded[place] = rest
}

func partKey(part int, key string) string { return morePrefix + strconv.Itoa(part) + "-" + key }

// keyOf returns the key of an attribute of CloudEvents.
func keyOf(name string) string {
	switch name {
	case mediaAttribute:
		return mediaType
	case idAttribute, typeAttribute:
		return otherPrefix + name
	default:
		return prefix + name
	}
}

// Decode returns the message with the attributes. Names may be in any case, as
// headers are. What is not a CloudEvent becomes a message with what there is:
// ID and Topic may be empty.
func Decode(attributes map[string]string, data []byte) driver.Message {
	lower := make(map[string]string, len(attributes))
	// Of names that differ in their case only, the one in lower case is last.
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		lower[strings.ToLower(name)] = attributes[name]
	}
	m := driver.Message{Data: data, Attributes: map[string]string{}}
	for key := range lower {
		if name, ok := strings.CutPrefix(key, prefix); ok && name != "" {
			m.Attributes[name] = get(lower, key)
		}
	}
	m.ID, m.Topic = m.Attributes[idAttribute], m.Attributes[typeAttribute]
	delete(m.Attributes, idAttribute)
	delete(m.Attributes, typeAttribute)
	for _, name := range []string{idAttribute, typeAttribute, mediaAttribute} {
		value := get(lower, keyOf(name))
		if value != "" && (name != mediaAttribute || value != noMediaType) {
			m.Attributes[name] = value
		}
	}
	return m
}

// get returns the value that set added under a key.
func get(encoded map[string]string, key string) string {
	value := encoded[key]
	for part := 1; ; part++ {
		rest, ok := encoded[partKey(part, key)]
		if !ok {
			return unescape(value)
		}
		value += rest
	}
}

// escape makes a value fit for an HTTP header: "%", everything but printable
// ASCII, and spaces at an end, or all, become %XX, a part of what the HTTP binding
// of CloudEvents asks for. Most values stay as they are.
func escape(value string, spaces bool) string {
	var b strings.Builder
	for i := range len(value) {
		c := value[i]
		outer := i == 0 || i == len(value)-1
		if c == '%' || c < ' ' || c > '~' || c == ' ' && (outer || spaces) {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// unescape undoes escape. A "%" that begins no escape stays.
func unescape(value string) string {
	if !strings.Contains(value, "%") {
		return value
	}
	var b strings.Builder
	for i := 0; i < len(value); i++ {
		if value[i] == '%' && i+2 < len(value) {
			if c, err := strconv.ParseUint(value[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(c))
				i += 2
				continue
			}
		}
		b.WriteByte(value[i])
	}
	return b.String()
}
