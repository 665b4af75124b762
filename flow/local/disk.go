package local

import (
	"errors"
	"io"
	"os"
)

// A disk is how a store reaches its files. Tests give it one that fails.
type disk struct {
	vfs    string // which VFS SQLite uses; "" is the system's
	folder folder
}

// A folder changes the names in a folder, and what SQLite does not see to.
type folder interface {
	// Create makes an empty file that was not there.
	Create(file string) error
	// Remove removes a file.
	Remove(file string) error
	// Rename renames a file, in the place of one that is there.
	Rename(from, to string) error
	// SyncFolder makes the names in a folder durable.
	SyncFolder(dir string) error
	// Rewrite writes all of a file again, as it is, and syncs it.
	Rewrite(file string) error
}

// systemFolder is the folder of a real disk.
type systemFolder struct{}

// Create implements folder.
func (systemFolder) Create(file string) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// Remove implements folder.
func (systemFolder) Remove(file string) error { return os.Remove(file) }

// Rename implements folder.
func (systemFolder) Rename(from, to string) error { return os.Rename(from, to) }

// SyncFolder implements folder.
func (systemFolder) SyncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = d.Sync() // Windows cannot, and need not
	return d.Close()
}

// Rewrite implements folder.
func (systemFolder) Rewrite(file string) (err error) {
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	part := make([]byte, 1<<20)
	for at := int64(0); ; {
		n, readErr := f.ReadAt(part, at)
		if _, err := f.WriteAt(part[:n], at); err != nil {
			return err
		}
		at += int64(n)
		switch {
		case errors.Is(readErr, io.EOF):
			return f.Sync()
		case readErr != nil:
			return readErr
		}
	}
}
