// Package usage counts what a cloud bills for. The drivers of both clouds fill a
// Meter as they go; package cost makes money of what it read.
package usage

import "sync"

// Usage is how much was used of what is billed. What a platform does not bill stays
// zero.
type Usage struct {
	// Reads, Writes and Deletes are documents of Firestore, or items of DynamoDB.
	// One that is not there, and a query without a result, are one read each.
	Reads   int64 `json:"reads,omitzero"`
	Writes  int64 `json:"writes,omitzero"`
	Deletes int64 `json:"deletes,omitzero"`
	// Indexed are the entries that writes made in indexes and are billed for.
	Indexed int64 `json:"indexed,omitzero"`
	// Conflicts are the commits that were refused. On AWS their write units are
	// billed all the same.
	Conflicts int64 `json:"conflicts,omitzero"`
	// ReadUnits are billed by size: one for each 4 KiB that is read, and half of
	// one where an eventually consistent read of DynamoDB does.
	ReadUnits float64 `json:"read_units,omitzero"`
	// WriteUnits are billed by size: one for each KiB of what is written or
	// deleted, two in a transaction of DynamoDB, and one for each index entry.
	WriteUnits int64 `json:"write_units,omitzero"`
	// NewBytes are in what was written under the condition that there was none: what
	// is stored for good. That a thing grows later is not in it.
	NewBytes int64 `json:"new_bytes,omitzero"`

	// Publishes are calls to the broker, and Messages what they carried.
	Publishes int64 `json:"publishes,omitzero"`
	Messages  int64 `json:"messages,omitzero"`
	// PublishUnits are what SNS bills for calls: one for each 64 KiB.
	PublishUnits int64 `json:"publish_units,omitzero"`
	// PublishedBytes and DeliveredBytes are what Pub/Sub bills: at least 1,000 for
	// each call, and each delivery.
	PublishedBytes int64 `json:"published_bytes,omitzero"`
	DeliveredBytes int64 `json:"delivered_bytes,omitzero"`
	// Deliveries are messages that were received.
	Deliveries int64 `json:"deliveries,omitzero"`
	// Requests are what SQS bills for calls: one, and one more for each further
	// 64 KiB. A batch of ten is one call, and so is a poll that gets nothing. Those
	// that Lambda makes itself are not in it.
	Requests int64 `json:"requests,omitzero"`
}

// Add returns the sum of two.
func (u Usage) Add(v Usage) Usage {
	return Usage{
		Reads: u.Reads + v.Reads, Writes: u.Writes + v.Writes, Deletes: u.Deletes + v.Deletes,
		Indexed: u.Indexed + v.Indexed, Conflicts: u.Conflicts + v.Conflicts,
		ReadUnits: u.ReadUnits + v.ReadUnits, WriteUnits: u.WriteUnits + v.WriteUnits, NewBytes: u.NewBytes + v.NewBytes,
		Publishes: u.Publishes + v.Publishes, Messages: u.Messages + v.Messages, PublishUnits: u.PublishUnits + v.PublishUnits,
		PublishedBytes: u.PublishedBytes + v.PublishedBytes, DeliveredBytes: u.DeliveredBytes + v.DeliveredBytes,
		Deliveries: u.Deliveries + v.Deliveries, Requests: u.Requests + v.Requests,
	}
}

// Times returns n times u.
func (u Usage) Times(n int64) Usage {
	return Usage{
		Reads: n * u.Reads, Writes: n * u.Writes, Deletes: n * u.Deletes,
		Indexed: n * u.Indexed, Conflicts: n * u.Conflicts,
		ReadUnits: float64(n) * u.ReadUnits, WriteUnits: n * u.WriteUnits, NewBytes: n * u.NewBytes,
		Publishes: n * u.Publishes, Messages: n * u.Messages, PublishUnits: n * u.PublishUnits,
		PublishedBytes: n * u.PublishedBytes, DeliveredBytes: n * u.DeliveredBytes,
		Deliveries: n * u.Deliveries, Requests: n * u.Requests,
	}
}

// Sub returns what was used since an earlier u.
func (u Usage) Sub(earlier Usage) Usage { return u.Add(earlier.Times(-1)) }

// Counts returns u without what depends on sizes and on indexes: what was done,
// however large the things are.
func (u Usage) Counts() Usage {
	return Usage{
		Reads: u.Reads, Writes: u.Writes, Deletes: u.Deletes, Conflicts: u.Conflicts,
		Publishes: u.Publishes, Messages: u.Messages, Deliveries: u.Deliveries,
	}
}

// Units returns how many units of a size something fills, at least one.
func Units(bytes, size int) int64 { return max(1, int64((bytes+size-1)/size)) }

// A Meter counts. The zero Meter is ready, and its methods may be called
// concurrently.
type Meter struct {
	mu   sync.Mutex
	used Usage
}

// Add counts what was used.
func (m *Meter) Add(u Usage) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used = m.used.Add(u)
}

// Usage returns what was used so far.
func (m *Meter) Usage() Usage {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.used
}
