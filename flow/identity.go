package flow

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
)

// identityOf derives a record's identity from what makes it happen once: the
// function and the event, or the command and its idempotency key. It is the
// first half of a SHA-256 over the parts, each preceded by its length, so that no
// two lists of parts run together.
func identityOf(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(strconv.Itoa(len(p)) + ":" + p))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// eventID returns the identity of a record's event with an index.
func eventID(record string, index int) string { return record + "-" + strconv.Itoa(index) }
