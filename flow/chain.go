package flow

import (
	"crypto/sha256"

	"github.com/onevent/onevent/flow/driver"
)

// chainTag keeps these hashes apart from all others, and names the version of
// what is hashed.
const chainTag = "onevent record v1\n"

// chain returns the hash of a record: over the hash of its stream's previous
// record (zeros for the first, and for a mark) and its body as it is stored.
func chain(prev driver.Hash, body []byte) driver.Hash {
	h := sha256.New()
	h.Write([]byte(chainTag))
	h.Write(prev[:])
	h.Write(body)
	var sum driver.Hash
	h.Sum(sum[:0])
	return sum
}
