package faultvfs

import (
	"os"
	"path/filepath"
)

// Create makes an empty file that was not there.
func (d *Disk) Create(file string) error {
	return d.inFolder(func() error {
		f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		name := filepath.Base(file)
		d.record(Op{kind: create, file: d.add(name, 0), name: name})
		return f.Close()
	})
}

// Remove removes a file.
func (d *Disk) Remove(file string) error {
	return d.inFolder(func() error {
		name := filepath.Base(file)
		if _, _, err := d.file(name); err != nil {
			return err
		}
		if err := os.Remove(file); err != nil {
			return err
		}
		d.removed(name)
		return nil
	})
}

// Rename renames a file.
func (d *Disk) Rename(from, to string) error {
	return d.inFolder(func() error {
		n, _, err := d.file(filepath.Base(from))
		if err != nil {
			return err
		}
		if err := os.Rename(from, to); err != nil {
			return err
		}
		delete(d.names, filepath.Base(from))
		d.names[filepath.Base(to)] = n
		d.record(Op{kind: rename, file: n, name: filepath.Base(from), to: filepath.Base(to)})
		return nil
	})
}

// SyncFolder writes down that the names are on the disk.
func (d *Disk) SyncFolder(string) error {
	return d.inFolder(func() error {
		d.record(Op{kind: syncFolder})
		return nil
	})
}

// Rewrite writes down that all of a file was written again, as it is, and synced.
func (d *Disk) Rewrite(file string) error {
	err := d.inFolder(func() error {
		name := filepath.Base(file)
		n, ok, err := d.file(name)
		if err != nil || !ok {
			return err
		}
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		d.record(Op{kind: write, file: n, name: name, data: content})
		return nil
	})
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	n, ok := d.names[filepath.Base(file)]
	switch {
	case !ok:
		return os.ErrNotExist
	case d.call(Sync):
		if !d.dead {
			d.record(Op{kind: syncFailed, file: n, name: filepath.Base(file)})
		}
		return errIO
	default:
		d.record(Op{kind: syncFile, file: n, name: filepath.Base(file)})
		return nil
	}
}

// inFolder does something with the folder, unless that fails.
func (d *Disk) inFolder(do func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.call(Folder) {
		return errIO
	}
	return do()
}

// removed writes down that a name is gone. The disk is locked.
func (d *Disk) removed(name string) {
	if n, ok := d.names[name]; ok {
		delete(d.names, name)
		d.record(Op{kind: remove, file: n, name: name})
	}
}
