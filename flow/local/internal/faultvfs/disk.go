// Package faultvfs is a disk that fails, for tests: a VFS of SQLite above the
// system's own that writes down every change of every file, loses its power at
// any moment, returns errors, has no room, or refuses to be written to.
//
// What is on such a disk after a power cut is worked out from what was written
// down (see Recording.Cut), so nothing is ever really synced and one run gives an
// image for each of its moments. The model is that of a disk behind a page cache:
//
//   - What was not synced may be there or not, sector by sector, in any order;
//     some sectors are torn. Bytes that were not written are not harmed (SQLite
//     assumes that too: SQLITE_IOCAP_POWERSAFE_OVERWRITE).
//   - A name that was made, changed or removed may be so or not until its folder
//     is synced. SQLite syncs the folder with the first sync of a journal or a
//     write-ahead log, and so does this disk; it ignores an error of that sync.
//   - A sync that failed leaves it open what of the file is on the disk, and what
//     is not never comes there, though reading returns it, until it is written
//     again. So does Linux, see https://wiki.postgresql.org/wiki/Fsync_Errors.
//   - Shared memory (the -shm file) is gone after a cut.
package faultvfs

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// A Disk holds one folder.
type Disk struct {
	dir string
	vfs *vfs

	mu       sync.Mutex
	ops      []Op
	names    map[string]int // which file has a name
	sizes    []int64        // of files, by number
	calls    map[Call]int
	faults   []Fault
	cutAt    int // operations until the power is cut; negative: never
	dead     bool
	capacity int64 // bytes of all files; 0: no limit
	readOnly bool
	handles  map[uintptr]*handle // by where SQLite keeps them
}

// New returns a disk for a folder, which it does not make. It must be closed
// when no connection is open that uses it.
func New(dir string) (*Disk, error) {
	d := &Disk{dir: dir, names: map[string]int{}, calls: map[Call]int{}, handles: map[uintptr]*handle{}, cutAt: -1}
	var err error
	if d.vfs, err = register(d); err != nil {
		return nil, fmt.Errorf("faultvfs: %w", err)
	}
	return d, nil
}

// Name is what SQLite knows the disk by: the vfs of a URI.
func (d *Disk) Name() string { return d.vfs.name }

// Close takes the disk away from SQLite.
func (d *Disk) Close() error { return d.vfs.unregister() }

// Len returns how many operations were written down.
func (d *Disk) Len() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.ops)
}

// Recording returns what was written down.
func (d *Disk) Recording() Recording {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clip(d.ops)
}

// CutAt cuts the power once n operations are written down: everything after them
// fails and leaves no trace.
func (d *Disk) CutAt(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cutAt = n
	d.dead = len(d.ops) >= n
}

// SetCapacity sets how many bytes all files together may have; 0 means no limit.
func (d *Disk) SetCapacity(bytes int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.capacity = bytes
}

// Used returns how many bytes all files together have.
func (d *Disk) Used() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.used()
}

func (d *Disk) used() (bytes int64) {
	for _, file := range d.names {
		bytes += d.sizes[file]
	}
	return bytes
}

// SetReadOnly has the files that are opened from now on refuse to be written to,
// as on a file system that is mounted so.
func (d *Disk) SetReadOnly(yes bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.readOnly = yes
}

// record writes an operation down. The disk is locked.
func (d *Disk) record(op Op) {
	d.ops = append(d.ops, op)
	if d.cutAt >= 0 && len(d.ops) >= d.cutAt {
		d.dead = true
	}
}

// file returns the number of the file with a name. One that was there before the
// disk is taken as it is. The disk is locked.
func (d *Disk) file(name string) (n int, ok bool, err error) {
	if n, ok := d.names[name]; ok {
		return n, true, nil
	}
	content, err := os.ReadFile(filepath.Join(d.dir, name))
	if os.IsNotExist(err) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	n = d.add(name, int64(len(content)))
	d.record(Op{kind: found, file: n, name: name, data: content})
	return n, true, nil
}

// add numbers a file. The disk is locked.
func (d *Disk) add(name string, size int64) int {
	d.names[name] = len(d.sizes)
	d.sizes = append(d.sizes, size)
	return d.names[name]
}
