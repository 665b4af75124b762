package aws

import "sync/atomic"

// Usage is what AWS bills, counted since the store or the broker was opened.
type Usage struct {
	// Reads, Writes and Deletes are items of DynamoDB. An item that is not there
	// and a query without a result are one read each.
	Reads, Writes, Deletes int64
	// Indexed are the entries that the writes made in indexes, one write unit
	// each.
	Indexed int64
	// WriteUnits are the units of the writes, the deletes and the index entries: one
	// for each KB (1,024 bytes) of an item, two in a transaction.
	WriteUnits int64
	// Conflicts are writes that DynamoDB refused, which cost as much as others.
	Conflicts int64
	// Publishes are calls to SNS, and Messages what they carried.
	Publishes, Messages int64
	// Requests are calls to SQS. Those that Lambda makes itself are not in it.
	Requests int64
}

// Sub returns what was used since an earlier u.
func (u Usage) Sub(earlier Usage) Usage {
	return Usage{
		Reads: u.Reads - earlier.Reads, Writes: u.Writes - earlier.Writes, Deletes: u.Deletes - earlier.Deletes,
		Indexed: u.Indexed - earlier.Indexed, WriteUnits: u.WriteUnits - earlier.WriteUnits,
		Conflicts: u.Conflicts - earlier.Conflicts,
		Publishes: u.Publishes - earlier.Publishes, Messages: u.Messages - earlier.Messages,
		Requests: u.Requests - earlier.Requests,
	}
}

type meter struct {
	reads, writes, deletes, indexed, units, conflicts, publishes, messages, requests atomic.Int64
}

func (m *meter) usage() Usage {
	return Usage{
		Reads: m.reads.Load(), Writes: m.writes.Load(), Deletes: m.deletes.Load(),
		Indexed: m.indexed.Load(), WriteUnits: m.units.Load(), Conflicts: m.conflicts.Load(),
		Publishes: m.publishes.Load(), Messages: m.messages.Load(), Requests: m.requests.Load(),
	}
}

// wrote counts one written item.
func (m *meter) wrote(t Table, i item, transaction bool) {
	units := int64(sizeOf(i)+1023) / 1024
	if transaction {
		units *= 2
	}
	indexed := int64(0)
	for _, index := range t.Indexes {
		if i[index.Hash.Name] != nil && i[index.Range.Name] != nil {
			indexed++
		}
	}
	m.writes.Add(1)
	m.indexed.Add(indexed)
	m.units.Add(units + indexed)
}
