package aws

import "github.com/onevent/onevent/flow/usage"

// Usage is what AWS bills, counted since the store or the broker was opened. It is
// counted here and not read from the answers, which do not all tell it, and which
// emulators get wrong. Not in it are what a call cost that failed for another reason
// than a conflict, that an item was larger before it was replaced, and that parts
// are large when they are deleted.
type Usage = usage.Usage

const (
	// readUnit and writeUnit are the bytes of a unit, see
	// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html.
	readUnit, writeUnit = 4096, 1024
	// chunk is how much of a call SNS and SQS bill as one, see
	// https://aws.amazon.com/sqs/pricing and https://aws.amazon.com/sns/pricing.
	chunk = 64 << 10
)

// readOf returns what it costs to read keys, strongly consistent, under which the
// items were found: each is billed by itself, and one that is not there too.
func readOf(keys int, found []item) Usage {
	u := Usage{Reads: int64(keys), ReadUnits: float64(keys)}
	for _, i := range found {
		u.ReadUnits += float64(usage.Units(sizeOf(i), readUnit) - 1)
	}
	return u
}

// queried returns what a page of a query costs, which is billed as one thing; half
// if it may be behind.
func queried(page []item, now bool) Usage {
	size := 0
	for _, i := range page {
		size += sizeOf(i)
	}
	u := Usage{Reads: int64(max(1, len(page))), ReadUnits: float64(usage.Units(size, readUnit))}
	if !now {
		u.ReadUnits /= 2
	}
	return u
}

// wrote returns what a put costs. In a transaction that is twice as much, but for
// the indexes, which are not part of it.
func wrote(p put, transaction bool) Usage {
	size := sizeOf(p.item)
	indexed := indexedOf(p.table, p.item)
	u := Usage{Writes: 1, Indexed: indexed, WriteUnits: unitsOf(p, transaction) + indexed}
	if p.when.field != "" && p.when.is == nil {
		u.NewBytes = int64(size)
	}
	return u
}

func unitsOf(p put, transaction bool) int64 {
	units := usage.Units(sizeOf(p.item), writeUnit)
	if transaction {
		units *= 2
	}
	return units
}

// refused returns what puts cost of which one's condition did not hold.
func refused(puts []put) Usage {
	u := Usage{Conflicts: 1}
	for _, p := range puts {
		u.WriteUnits += unitsOf(p, len(puts) > 1)
	}
	return u
}

// deleted returns what it costs to delete an item, which is nil if there was none, or
// if it is not known: then it is counted as small.
func deleted(t Table, i item) Usage {
	indexed := indexedOf(t, i)
	return Usage{Deletes: 1, Indexed: indexed, WriteUnits: usage.Units(sizeOf(i), writeUnit) + indexed}
}

// indexedOf returns how many indexes have an entry for an item.
func indexedOf(t Table, i item) (n int64) {
	for _, index := range t.Indexes {
		if i[index.Hash.Name] != nil && i[index.Range.Name] != nil {
			n++
		}
	}
	return n
}
