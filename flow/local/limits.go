package local

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/onevent/onevent/flow/driver"
)

// The limits of a message and of a subscription, as package driver names them.
const (
	maxData           = 10_000_000
	maxAttributes     = 20
	maxAttributeName  = 20
	maxAttributeValue = 1024
	minName, maxName  = 3, 128
)

// checkMessage returns an error if a message is beyond the limits.
func checkMessage(m driver.Message) error {
	switch {
	case m.ID == "" || m.Topic == "":
		return errors.New("a message needs an ID and a topic")
	case len(m.Data) > maxData:
		return fmt.Errorf("%d bytes of data, the limit is %d: %w", len(m.Data), maxData, driver.ErrTooLarge)
	case len(m.Attributes) > maxAttributes:
		return fmt.Errorf("%d attributes, the limit is %d", len(m.Attributes), maxAttributes)
	}
	for name, value := range m.Attributes {
		if len(name) > maxAttributeName || !isMadeOf(name, isLowerOrDigit) {
			return fmt.Errorf("attribute %.50q: a name is 1 to %d bytes of [a-z0-9]", name, maxAttributeName)
		}
		if value == "" || len(value) > maxAttributeValue || !utf8.ValidString(value) {
			return fmt.Errorf("attribute %s: a value is 1 to %d bytes of UTF-8", name, maxAttributeValue)
		}
	}
	return nil
}

// checkSubscription returns an error if a subscription cannot be declared.
func checkSubscription(s driver.Subscription) error {
	hyphenated := func(c byte) bool { return isLowerOrDigit(c) || c == '-' }
	switch {
	case s.Name == driver.DeadLetters:
		return fmt.Errorf("subscription %s: the name is the broker's own", s.Name)
	case len(s.Name) < minName || len(s.Name) > maxName || !isMadeOf(s.Name, hyphenated) || s.Name[0] < 'a':
		return fmt.Errorf("subscription %.150q: a name is %d to %d bytes of [a-z0-9-], the first a letter", s.Name, minName, maxName)
	case s.AckWithin < 0 || s.MinBackoff < 0 || s.MaxBackoff < 0 || s.MaxAttempts < 0 || s.Concurrency < 0:
		return fmt.Errorf("subscription %s: a setting is negative", s.Name)
	default:
		return nil
	}
}

func isLowerOrDigit(c byte) bool { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' }

// isMadeOf says whether a string has bytes, and all of them are allowed.
func isMadeOf(s string, allowed func(byte) bool) bool {
	for i := range len(s) {
		if !allowed(s[i]) {
			return false
		}
	}
	return s != ""
}
