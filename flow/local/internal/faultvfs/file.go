package faultvfs

import (
	"bytes"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// header is what precedes the system's file in one of ours, in bytes: the pointer
// to the methods, aligned.
const header = 16

// A handle is a file that SQLite has open.
type handle struct {
	file   int // its number; -1: a temporary file, of which nothing is written down
	name   string
	folder bool // the next sync syncs the folder too
}

// openFiles returns how many files SQLite has open.
func (d *Disk) openFiles() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.handles)
}

// inner returns the system's file in one of ours, and its methods.
func inner(file uintptr) (uintptr, *sqlite3.Tsqlite3_io_methods) {
	return file + header, at[sqlite3.Tsqlite3_io_methods](at[sqlite3.Tsqlite3_file](file + header).FpMethods)
}

func (v *vfs) close(tls *libc.TLS, file uintptr) int32 {
	v.disk.mu.Lock()
	defer v.disk.mu.Unlock()
	delete(v.disk.handles, file)
	base, m := inner(file)
	return function[closeFunc](m.FxClose)(tls, base)
}

// fails counts a call and says whether it fails.
func (v *vfs) fails(c Call) bool {
	v.disk.mu.Lock()
	defer v.disk.mu.Unlock()
	return v.disk.call(c)
}

func (v *vfs) read(tls *libc.TLS, file, buffer uintptr, n int32, offset int64) int32 {
	if v.fails(Read) {
		return Read.code()
	}
	base, m := inner(file)
	return function[transferFunc](m.FxRead)(tls, base, buffer, n, offset)
}

// write writes. A write that fails has written half of it.
func (v *vfs) write(tls *libc.TLS, file, buffer uintptr, n int32, offset int64) int32 {
	d := v.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	h := d.handles[file]
	answer := int32(sqlite3.SQLITE_OK)
	if d.call(Write) {
		answer, n = Write.code(), n/2
	}
	if d.dead || n == 0 {
		return answer
	}
	if h.file >= 0 {
		growth := max(0, offset+int64(n)-d.sizes[h.file])
		if d.capacity > 0 && growth > 0 && d.used()+growth > d.capacity {
			return sqlite3.SQLITE_FULL
		}
		d.sizes[h.file] += growth
		d.record(Op{kind: write, file: h.file, name: h.name, offset: offset, data: bytes.Clone(bytesAt(buffer, int(n)))})
	}
	base, m := inner(file)
	if code := function[transferFunc](m.FxWrite)(tls, base, buffer, n, offset); code != sqlite3.SQLITE_OK {
		return code
	}
	return answer
}

func (v *vfs) truncate(tls *libc.TLS, file uintptr, size int64) int32 {
	d := v.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.call(Truncate) {
		return Truncate.code()
	}
	if h := d.handles[file]; h.file >= 0 {
		d.sizes[h.file] = size
		d.record(Op{kind: truncate, file: h.file, name: h.name, offset: size})
	}
	base, m := inner(file)
	return function[truncateFunc](m.FxTruncate)(tls, base, size)
}

// sync writes down that what was written is on the disk, and syncs nothing.
func (v *vfs) sync(_ *libc.TLS, file uintptr, _ int32) int32 {
	d := v.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	h := d.handles[file]
	fails := d.call(Sync)
	if d.dead || h.file < 0 {
		return Sync.code()
	}
	if fails {
		d.record(Op{kind: syncFailed, file: h.file, name: h.name})
		return Sync.code()
	}
	d.record(Op{kind: syncFile, file: h.file, name: h.name})
	if h.folder && !d.dead {
		h.folder = false
		d.record(Op{kind: syncFolder})
	}
	return sqlite3.SQLITE_OK
}

func (v *vfs) size(tls *libc.TLS, file, p uintptr) int32 {
	if v.fails(Size) {
		return Size.code()
	}
	base, m := inner(file)
	return function[pointerFunc](m.FxFileSize)(tls, base, p)
}

func (*vfs) lock(tls *libc.TLS, file uintptr, level int32) int32 {
	base, m := inner(file)
	return function[intFunc](m.FxLock)(tls, base, level)
}

func (*vfs) unlock(tls *libc.TLS, file uintptr, level int32) int32 {
	base, m := inner(file)
	return function[intFunc](m.FxUnlock)(tls, base, level)
}

func (*vfs) reserved(tls *libc.TLS, file, p uintptr) int32 {
	base, m := inner(file)
	return function[pointerFunc](m.FxCheckReservedLock)(tls, base, p)
}

func (*vfs) control(tls *libc.TLS, file uintptr, op int32, arg uintptr) int32 {
	base, m := inner(file)
	return function[controlFunc](m.FxFileControl)(tls, base, op, arg)
}

func (*vfs) sector(tls *libc.TLS, file uintptr) int32 {
	base, m := inner(file)
	return function[closeFunc](m.FxSectorSize)(tls, base)
}

func (*vfs) traits(tls *libc.TLS, file uintptr) int32 {
	base, m := inner(file)
	return function[closeFunc](m.FxDeviceCharacteristics)(tls, base)
}

func (v *vfs) shmMap(tls *libc.TLS, file uintptr, page, size, extend int32, p uintptr) int32 {
	if v.fails(Map) {
		return Map.code()
	}
	base, m := inner(file)
	return function[mapFunc](m.FxShmMap)(tls, base, page, size, extend, p)
}

func (*vfs) shmLock(tls *libc.TLS, file uintptr, offset, n, flags int32) int32 {
	base, m := inner(file)
	return function[lockFunc](m.FxShmLock)(tls, base, offset, n, flags)
}

func (*vfs) barrier(tls *libc.TLS, file uintptr) {
	base, m := inner(file)
	function[barrierFunc](m.FxShmBarrier)(tls, base)
}

func (*vfs) shmUnmap(tls *libc.TLS, file uintptr, remove int32) int32 {
	base, m := inner(file)
	return function[intFunc](m.FxShmUnmap)(tls, base, remove)
}
