package faultvfs

import (
	"errors"

	sqlite3 "modernc.org/sqlite/lib"
)

// A Call is a kind of call that can fail.
type Call int

// The calls that can fail.
const (
	Open Call = iota
	Read
	Write
	Truncate
	Sync
	Delete
	Size
	Map    // of shared memory
	Folder // making, renaming and removing a name, and syncing the folder, by the store itself
)

// Calls returns all calls, with their names.
func Calls() map[Call]string {
	return map[Call]string{
		Open: "open", Read: "read", Write: "write", Truncate: "truncate", Sync: "sync",
		Delete: "delete", Size: "size", Map: "map", Folder: "folder",
	}
}

// A Fault makes calls fail.
type Fault struct {
	// Call is which.
	Call Call
	// At is the number of the first call that fails, counted from 1 since the
	// disk was made.
	At int
	// Sticky says that all calls of the kind after it fail too.
	Sticky bool
}

// errIO is what a call fails with that SQLite does not make.
var errIO = errors.New("input/output error")

// Fail adds a fault.
func (d *Disk) Fail(f Fault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults = append(d.faults, f)
}

// Heal removes all faults.
func (d *Disk) Heal() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults = nil
}

// Count returns how many calls of a kind there were.
func (d *Disk) Count(c Call) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.calls[c]
}

// call counts a call, and says whether it fails. The disk is locked.
func (d *Disk) call(c Call) (fails bool) {
	if d.dead {
		return true
	}
	d.calls[c]++
	n := d.calls[c]
	for _, f := range d.faults {
		if f.Call == c && (n == f.At || f.Sticky && n > f.At) {
			return true
		}
	}
	return false
}

// code returns how SQLite says that a call failed.
func (c Call) code() int32 {
	switch c {
	case Open:
		return sqlite3.SQLITE_CANTOPEN
	case Read:
		return sqlite3.SQLITE_IOERR_READ
	case Write:
		return sqlite3.SQLITE_IOERR_WRITE
	case Truncate:
		return sqlite3.SQLITE_IOERR_TRUNCATE
	case Sync:
		return sqlite3.SQLITE_IOERR_FSYNC
	case Delete:
		return sqlite3.SQLITE_IOERR_DELETE
	case Size:
		return sqlite3.SQLITE_IOERR_FSTAT
	case Map:
		return sqlite3.SQLITE_IOERR_SHMMAP
	default:
		return sqlite3.SQLITE_IOERR
	}
}
