package faultvfs

import "fmt"

// A kind is what an operation does.
type kind int

const (
	found      kind = iota // a file was there from the beginning
	create                 // a name, and an empty file
	write                  // bytes
	truncate               // to a size
	syncFile               // all bytes of a file are on the disk
	syncFailed             // nobody knows which bytes of a file are
	remove                 // a name
	rename                 // a file
	syncFolder             // all names are on the disk
)

// An Op is a change of the disk, or a promise about changes.
type Op struct {
	kind     kind
	file     int // its number; names come and go
	name, to string
	offset   int64 // of a write; the size of a truncate
	data     []byte
}

// String says what the operation does, but not with which bytes.
func (o Op) String() string {
	names := [...]string{"found", "create", "write", "truncate", "sync", "sync failed", "remove", "rename", "sync folder"}
	return fmt.Sprintf("%s %s%s %d+%d", names[o.kind], o.name, o.to, o.offset, len(o.data))
}

// Writes says whether the operation writes to a file, or syncs it.
func (o Op) Writes(name string) (writes, syncs bool) {
	return o.kind == write && o.name == name, o.kind == syncFile && o.name == name
}

// A Recording is what happened to a disk, in order.
type Recording []Op
