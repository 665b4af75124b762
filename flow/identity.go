package flow

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// identityOf derives a record's identity from what makes it happen once: the
// function and the event, or the command and its idempotency key. It is the
// first half of a SHA-256 over the parts, each preceded by its length, so that no
// two lists of parts run together.
func identityOf(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// eventID returns the identity of a record's event with an index.
func eventID(record string, index int) string { return record + "-" + strconv.Itoa(index) }

// recordOf returns the identity of the record that holds an event.
func recordOf(eventID string) string {
	record, _, _ := strings.Cut(eventID, "-")
	return record
}
