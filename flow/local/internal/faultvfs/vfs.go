package faultvfs

import (
	"errors"
	"fmt"
	"path/filepath"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// The signatures of the functions that this package puts before those of the
// system's VFS.
type (
	openFunc     = func(tls *libc.TLS, vfs, name, file uintptr, flags int32, outFlags uintptr) int32
	deleteFunc   = func(tls *libc.TLS, vfs, name uintptr, syncDir int32) int32
	closeFunc    = func(tls *libc.TLS, file uintptr) int32
	transferFunc = func(tls *libc.TLS, file, buffer uintptr, n int32, offset int64) int32
	truncateFunc = func(tls *libc.TLS, file uintptr, size int64) int32
	intFunc      = func(tls *libc.TLS, file uintptr, n int32) int32
	pointerFunc  = func(tls *libc.TLS, file, p uintptr) int32
	controlFunc  = func(tls *libc.TLS, file uintptr, op int32, arg uintptr) int32
	mapFunc      = func(tls *libc.TLS, file uintptr, page, size, extend int32, p uintptr) int32
	lockFunc     = func(tls *libc.TLS, file uintptr, offset, n, flags int32) int32
	barrierFunc  = func(tls *libc.TLS, file uintptr)
)

// A vfs is a disk as SQLite sees it.
type vfs struct {
	name    string
	disk    *Disk
	tls     *libc.TLS
	base    uintptr // the system's VFS
	self    uintptr // this one
	methods uintptr // of its files
	cname   uintptr
	// held keeps the functions whose addresses SQLite has.
	held struct {
		open     openFunc
		remove   deleteFunc
		close    closeFunc
		read     transferFunc
		write    transferFunc
		truncate truncateFunc
		sync     intFunc
		size     pointerFunc
		lock     intFunc
		unlock   intFunc
		reserved pointerFunc
		control  controlFunc
		sector   closeFunc
		traits   closeFunc
		shmMap   mapFunc
		shmLock  lockFunc
		barrier  barrierFunc
		shmUnmap intFunc
	}
}

// register makes a disk known to SQLite, by a name that no other has while it is.
func register(d *Disk) (*vfs, error) {
	v := &vfs{disk: d, tls: libc.NewTLS(), name: fmt.Sprintf("faultvfs-%p", d)}
	v.base = sqlite3.Xsqlite3_vfs_find(v.tls, 0)
	v.self = libc.Xcalloc(v.tls, 1, size[sqlite3.Tsqlite3_vfs]())
	v.methods = libc.Xcalloc(v.tls, 1, size[sqlite3.Tsqlite3_io_methods]())
	cname, err := libc.CString(v.name)
	if v.base == 0 || v.self == 0 || v.methods == 0 || err != nil {
		v.free()
		return nil, errors.Join(errors.New("no memory, or no VFS"), err)
	}
	v.cname = cname
	v.hold()
	v.fill()
	if code := sqlite3.Xsqlite3_vfs_register(v.tls, v.self, 0); code != sqlite3.SQLITE_OK {
		v.free()
		return nil, fmt.Errorf("register %s: code %d", v.name, code)
	}
	return v, nil
}

// unregister takes the VFS away from SQLite.
func (v *vfs) unregister() error {
	if v.self == 0 {
		return nil
	}
	if n := v.disk.openFiles(); n > 0 {
		return fmt.Errorf("faultvfs: %d files are open", n)
	}
	code := sqlite3.Xsqlite3_vfs_unregister(v.tls, v.self)
	v.free()
	if code != sqlite3.SQLITE_OK {
		return fmt.Errorf("faultvfs: unregister %s: code %d", v.name, code)
	}
	return nil
}

func (v *vfs) free() {
	for _, p := range []uintptr{v.self, v.methods, v.cname} {
		if p != 0 {
			libc.Xfree(v.tls, p)
		}
	}
	v.self, v.methods, v.cname = 0, 0, 0
	v.tls.Close()
}

// hold makes the functions for SQLite.
func (v *vfs) hold() {
	h := &v.held
	h.open, h.remove = v.open, v.remove
	h.close, h.read, h.write, h.truncate, h.sync, h.size = v.close, v.read, v.write, v.truncate, v.sync, v.size
	h.lock, h.unlock, h.reserved, h.control, h.sector, h.traits = v.lock, v.unlock, v.reserved, v.control, v.sector, v.traits
	h.shmMap, h.shmLock, h.barrier, h.shmUnmap = v.shmMap, v.shmLock, v.barrier, v.shmUnmap
}

// fill makes the structures for SQLite. What is not ours is the system's.
func (v *vfs) fill() {
	h := &v.held
	self := at[sqlite3.Tsqlite3_vfs](v.self)
	*self = *at[sqlite3.Tsqlite3_vfs](v.base)
	self.FpNext, self.FzName = 0, v.cname
	self.FszOsFile += header
	self.FxOpen, self.FxDelete = addressOf(&h.open), addressOf(&h.remove)
	*at[sqlite3.Tsqlite3_io_methods](v.methods) = sqlite3.Tsqlite3_io_methods{
		FiVersion: 2, // with shared memory, without memory-mapped pages
		FxClose:   addressOf(&h.close), FxRead: addressOf(&h.read), FxWrite: addressOf(&h.write),
		FxTruncate: addressOf(&h.truncate), FxSync: addressOf(&h.sync), FxFileSize: addressOf(&h.size),
		FxLock: addressOf(&h.lock), FxUnlock: addressOf(&h.unlock), FxCheckReservedLock: addressOf(&h.reserved),
		FxFileControl: addressOf(&h.control), FxSectorSize: addressOf(&h.sector), FxDeviceCharacteristics: addressOf(&h.traits),
		FxShmMap: addressOf(&h.shmMap), FxShmLock: addressOf(&h.shmLock), FxShmBarrier: addressOf(&h.barrier), FxShmUnmap: addressOf(&h.shmUnmap),
	}
}

// kept are the kinds of files that have a name and outlive the process.
const kept = sqlite3.SQLITE_OPEN_MAIN_DB | sqlite3.SQLITE_OPEN_MAIN_JOURNAL | sqlite3.SQLITE_OPEN_WAL

func (v *vfs) open(tls *libc.TLS, _, name, file uintptr, flags int32, outFlags uintptr) int32 {
	d := v.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	at[sqlite3.Tsqlite3_file](file).FpMethods = 0
	if d.call(Open) {
		return Open.code()
	}
	if d.readOnly {
		flags = flags&^(sqlite3.SQLITE_OPEN_READWRITE|sqlite3.SQLITE_OPEN_CREATE) | sqlite3.SQLITE_OPEN_READONLY
	}
	h := &handle{file: -1}
	had := false
	if name != 0 && flags&kept != 0 {
		h.name = filepath.Base(libc.GoString(name))
		var err error
		if h.file, had, err = d.file(h.name); err != nil {
			return sqlite3.SQLITE_CANTOPEN
		}
	}
	base := at[sqlite3.Tsqlite3_vfs](v.base)
	if code := function[openFunc](base.FxOpen)(tls, v.base, name, file+header, flags, outFlags); code != sqlite3.SQLITE_OK {
		return code
	}
	if h.name != "" && !had {
		h.file = d.add(h.name, 0)
		d.record(Op{kind: create, file: h.file, name: h.name})
	}
	const journals = sqlite3.SQLITE_OPEN_MAIN_JOURNAL | sqlite3.SQLITE_OPEN_WAL
	h.folder = flags&sqlite3.SQLITE_OPEN_CREATE != 0 && flags&journals != 0
	d.handles[file] = h
	at[sqlite3.Tsqlite3_file](file).FpMethods = v.methods
	return sqlite3.SQLITE_OK
}

func (v *vfs) remove(tls *libc.TLS, _, name uintptr, syncDir int32) int32 {
	d := v.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.call(Delete) {
		return Delete.code()
	}
	base := at[sqlite3.Tsqlite3_vfs](v.base)
	code := function[deleteFunc](base.FxDelete)(tls, v.base, name, 0)
	if code == sqlite3.SQLITE_OK {
		d.removed(filepath.Base(libc.GoString(name)))
		if syncDir != 0 {
			d.record(Op{kind: syncFolder})
		}
	}
	return code
}
