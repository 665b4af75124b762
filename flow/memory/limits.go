package memory

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/onevent/onevent/flow/driver"
)

// maxData is the most bytes of data that a message holds, see driver.Message.
const maxData = 10_000_000

const (
	lower  = "abcdefghijklmnopqrstuvwxyz"
	digits = "0123456789"
)

// checkMessage returns an error if a message is beyond the limits that
// driver.Message names.
func checkMessage(m driver.Message) error {
	switch {
	case m.ID == "" || m.Topic == "":
		return errors.New("a message needs an ID and a topic")
	case len(m.Data) > maxData:
		return fmt.Errorf("%d bytes of data, the limit is %d: %w", len(m.Data), maxData, driver.ErrTooLarge)
	case len(m.Attributes) > 20:
		return fmt.Errorf("%d attributes, the limit is 20", len(m.Attributes))
	}
	for name, value := range m.Attributes {
		if !isAttribute(name, value) {
			return fmt.Errorf("attribute %.50q: a name is 1 to 20 bytes of [a-z0-9], a value 1 to 1,024 bytes of UTF-8", name)
		}
	}
	return nil
}

func isAttribute(name, value string) bool {
	return hasLength(name, 1, 20) && strings.Trim(name, lower+digits) == "" &&
		hasLength(value, 1, 1024) && utf8.ValidString(value)
}

// checkSubscription returns an error if a subscription cannot be declared.
func checkSubscription(s driver.Subscription) error {
	switch {
	case s.Name == driver.DeadLetters:
		return errors.New("the name is that of the dead letters")
	case !hasLength(s.Name, 3, 128) || strings.Trim(s.Name, lower+digits+"-") != "" || !strings.Contains(lower, s.Name[:1]):
		return errors.New("a name is 3 to 128 bytes of [a-z0-9-], the first a letter")
	case s.AckWithin < 0 || s.MinBackoff < 0 || s.MaxBackoff < 0 || s.MaxAttempts < 0 || s.Concurrency < 0:
		return errors.New("a setting is negative")
	}
	return nil
}

func hasLength(s string, least, most int) bool { return least <= len(s) && len(s) <= most }
