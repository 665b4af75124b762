package aws

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// An item holds 400 KB, a transaction 4 MB. What is larger is written in parts,
// under a random name, before the write that refers to them: so that one decides
// for all of them, and parts of two versions never mix. Parts that came to nothing
// and parts of what was replaced are deleted; after a crash between the two writes
// they stay, cost their storage, and do no harm.

// The fields of what can be large.
const (
	fieldData    = "data"    // all bytes, where they fit
	fieldBlob    = "blob"    // else the name of the parts, and how many there are
	fieldN       = "n"       // of a part: which it is, from 0
	fieldOwner   = "owner"   // of a part: the table and key of what it is of
	fieldExpires = "expires" // of a part: when it goes, in seconds since 1970
)

const (
	// maxInline is the most bytes that are kept in the item of a record, a head or a
	// document; the rest of the 400 KB is for keys.
	maxInline = 350_000
	// maxInlineTask is that of an item of the agenda: a commit has up to
	// driver.MaxItems of them in its 4 MB, beside a record and a head.
	maxInlineTask = 30_000
	// partBytes are in a part: the largest record has no more than maxBatch parts.
	partBytes = 390_000
)

// hold puts data into an item, or into parts to which the item then refers. It
// returns the name of the parts, empty if there are none.
func (s *Store) hold(ctx context.Context, t Table, i item, data []byte, inline int) (blob string, err error) {
	if len(data) <= inline {
		if len(data) > 0 {
			i[fieldData] = raw(data)
		}
		return "", nil
	}
	owner := t.Name + "/" + textOf(i[t.Hash.Name])
	if t.Range.Name != "" {
		owner += "/" + textOf(i[t.Range.Name])
	}
	if blob, err = s.writeParts(ctx, owner, data, time.Time{}); err != nil {
		return "", fmt.Errorf("parts of %s: %w", owner, err)
	}
	i[fieldBlob] = text(blob)
	return blob, nil
}

// writeParts writes data, for ever or until a time, and returns the name.
func (s *Store) writeParts(ctx context.Context, owner string, data []byte, expires time.Time) (blob string, err error) {
	count := (len(data) + partBytes - 1) / partBytes
	blob = nonce() + "." + strconv.Itoa(count)
	var writes []types.WriteRequest
	for n := 0; len(data) > 0; n++ {
		size := min(len(data), partBytes)
		part := item{fieldBlob: text(blob), fieldN: number(n), fieldOwner: text(owner), fieldData: raw(data[:size])}
		if !expires.IsZero() {
			part[fieldExpires] = number(expires.Unix())
		}
		writes = append(writes, types.WriteRequest{PutRequest: &types.PutRequest{Item: part}})
		data = data[size:]
	}
	for len(writes) > 0 {
		some := writes[:min(len(writes), maxBatch)]
		if err := s.batch(ctx, s.parts, some); err != nil {
			s.dropParts(ctx, blob)
			return "", err
		}
		writes = writes[len(some):]
	}
	return blob, nil
}

// nonce returns 32 hexadecimal digits that nobody had before.
func nonce() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	return hex.EncodeToString(b[:])
}

// partKeys returns the keys of all parts of a blob.
func partKeys(blob string) []item {
	_, digits, _ := strings.Cut(blob, ".")
	count, err := strconv.Atoi(digits)
	if err != nil {
		return nil
	}
	keys := make([]item, count)
	for n := range keys {
		keys[n] = item{fieldBlob: text(blob), fieldN: number(n)}
	}
	return keys
}

// dataOf returns the data of an item, from its parts where it has such. It returns
// errGone if one is missing.
func (s *Store) dataOf(ctx context.Context, what string, i item) ([]byte, error) {
	if blob := textOf(i[fieldBlob]); blob != "" {
		return s.readParts(ctx, what, blob)
	}
	return bytesOf(i[fieldData]), nil
}

func (s *Store) readParts(ctx context.Context, what, blob string) ([]byte, error) {
	keys := partKeys(blob)
	parts, err := s.getAll(ctx, what, s.parts, keys)
	if err != nil {
		return nil, err
	}
	if len(parts) < len(keys) || len(keys) == 0 {
		return nil, fmt.Errorf("aws: %s: %w", what, errGone)
	}
	ordered := make([][]byte, len(keys))
	size := 0
	for _, p := range parts {
		data := bytesOf(p[fieldData])
		ordered[integer(p[fieldN])] = data
		size += len(data)
	}
	whole := make([]byte, 0, size)
	for _, data := range ordered {
		whole = append(whole, data...)
	}
	return whole, nil
}

// dropWithin bounds the deletion of parts.
const dropWithin = 5 * time.Second

// dropParts deletes parts, as well as that works.
func (s *Store) dropParts(ctx context.Context, blobs ...string) {
	for _, blob := range blobs {
		var deletes []types.WriteRequest
		for _, key := range partKeys(blob) {
			deletes = append(deletes, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: key}})
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), dropWithin)
		for len(deletes) > 0 {
			some := deletes[:min(len(deletes), maxBatch)]
			deletes = deletes[len(some):]
			_ = s.batch(ctx, s.parts, some) // what stays does no harm
		}
		cancel()
	}
}
