package aws

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow/driver"
)

// Limits of DynamoDB in bytes, see
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html.
const (
	maxItem        = 400 << 10
	maxTransaction = 4 << 20
	maxActions     = 100
)

// The largest commit that nothing is written in parts of fits into one transaction,
// and each of its items into an item.
func TestLargestCommitFits(t *testing.T) {
	t.Parallel()
	name := "order/" + strings.Repeat("k", 200)
	id := strings.Repeat("f", 32)
	c := driver.Commit{
		Record: driver.Record{
			ID: id, Stream: name, Seq: 1 << 62, Count: 1 << 30, Time: driver.Forever, Correlation: strings.Repeat("c", 64),
			Body: bytes.Repeat([]byte{1}, maxInline),
		},
		Head: &driver.Head{
			Stream: name, Seq: 1 << 62, Time: driver.Forever, Correlation: strings.Repeat("c", 64), Shape: strings.Repeat("s", 64),
			State: bytes.Repeat([]byte{1}, maxInline), Version: id,
		},
	}
	for i := range driver.MaxItems {
		c.Items = append(c.Items, driver.Item{
			Kind: driver.Unanswered, ID: strings.Repeat("i", 250) + strconv.Itoa(i), Due: driver.Forever,
			Body: bytes.Repeat([]byte{1}, maxInlineTask),
		})
	}
	puts, blobs, err := (eventLog{&Store{tables: tablesOf("p-")}}).puts(t.Context(), c)
	if err != nil || len(blobs) > 0 || len(puts) > maxActions {
		t.Fatalf("%d writes, parts %v, %v", len(puts), blobs, err)
	}
	size := 0
	for _, p := range puts {
		n := sizeOf(p.item)
		if size += n; n > maxItem {
			t.Errorf("an item of %s has %d bytes", p.table.Name, n)
		}
	}
	if size > maxTransaction {
		t.Errorf("the transaction has %d bytes", size)
	}
	part := item{fieldBlob: text(id + ".23"), fieldN: number(22), fieldOwner: text("p-heads/" + name), fieldData: raw(make([]byte, partBytes)), fieldExpires: number(1 << 40)}
	if n := sizeOf(part); n > maxItem || driver.MaxRecordBytes > maxBatch*partBytes {
		t.Errorf("a part has %d bytes, and a record up to %d of them", n, driver.MaxRecordBytes/partBytes+1)
	}
}

func TestNumbersKeepAllBits(t *testing.T) {
	t.Parallel()
	if got := unsigned(number(uint64(1<<64 - 1))); got != 1<<64-1 {
		t.Errorf("got %d", got)
	}
	if got := integer(number(int64(-1 << 63))); got != -1<<63 {
		t.Errorf("got %d", got)
	}
	if got := timeOf(number(driver.Forever)); got != driver.Forever {
		t.Errorf("got %d", got)
	}
}
