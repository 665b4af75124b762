package gcp

import "github.com/onevent/onevent/flow/driver"

// An Index is a composite index: documents of one collection by several fields,
// all ascending.
type Index struct {
	Collection string
	Fields     []string
}

// Indexes returns the composite indexes without which Firestore refuses queries
// of a store with the prefix. The emulator asks for none; package indexing does.
//
// The one of the notes serves who lists them: the engine reads them by name.
func Indexes(prefix string) []Index {
	indexes := []Index{
		{prefix + events, []string{fieldStream, fieldLast}},
		{prefix + events, []string{fieldSlot, fieldTime}},
	}
	for _, kind := range driver.Kinds() {
		indexes = append(indexes, Index{prefix + string(kind), []string{fieldSlot, fieldDue}})
	}
	return indexes
}

// A Field is a field of the documents of one collection.
type Field struct{ Collection, Path string }

// Unindexed returns the fields from which Firestore's automatic indexes are to be
// taken off: nothing is selected by them alone, they would cost storage and, on
// the Enterprise edition, writes, and an index on what only rises slows a
// collection down. Stored fields of views that are not listed are selected by.
//
// The Enterprise edition has no automatic indexes: there, nothing is to be taken
// off, and an index on the field correlation of events and one on each field of a
// view that is selected by are to be added.
func Unindexed(prefix string, views ...string) []Field {
	var all []Field
	add := func(collection string, paths ...string) {
		for _, p := range paths {
			all = append(all, Field{prefix + collection, p})
		}
	}
	add(events, fieldStream, fieldSeq, fieldCount, fieldLast, fieldTime, fieldSlot, fieldHash, fieldBody)
	add(parts, fieldBody)
	add(streams, fieldStream, fieldSeq, fieldTime, fieldHash, fieldCorrelation, fieldState, fieldShape, fieldRecord)
	for _, kind := range driver.Kinds() {
		add(string(kind), fieldDue, fieldSlot, fieldBody)
	}
	for _, v := range views {
		add(documentsOf(v), fieldBody, fieldMemory, fieldNonce)
	}
	return all
}
