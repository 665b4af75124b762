package local

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

var (
	// ErrInUse says that another process, or another Store of this one, has the
	// folder open.
	ErrInUse = errors.New("in use")
	// ErrDamaged says that the database file is not what this package wrote. It
	// is never repaired or replaced without being told to.
	ErrDamaged = errors.New("damaged")
	// ErrNewer says that a newer version of this program wrote the file.
	ErrNewer = errors.New("written by a newer version")
	// ErrFull says that there is no space left for the file. Nothing was
	// written; the store works again as soon as there is space.
	ErrFull = errors.New("disk full")
	// ErrStopped says that the store writes no more, since the disk could not say
	// whether it has what it was given. Check the disk, then close the store and
	// open it again: what was confirmed is there.
	ErrStopped = errors.New("stopped")
	// ErrReadOnly says that the store was opened to read only.
	ErrReadOnly = errors.New("opened read-only")
	// ErrClosed says that the store or the broker was closed.
	ErrClosed = errors.New("closed")
)

// isSyncError says whether an error is that of an fsync. After it nobody knows
// what is on the disk, and asking again proves nothing: the system forgets what it
// could not write. See https://wiki.postgresql.org/wiki/Fsync_Errors.
func isSyncError(err error) bool {
	var sqliteErr *sqlite.Error
	return errors.As(err, &sqliteErr) &&
		(sqliteErr.Code() == sqlite3.SQLITE_IOERR_FSYNC || sqliteErr.Code() == sqlite3.SQLITE_IOERR_DIR_FSYNC)
}

// stop wraps the error of an fsync.
func stop(err error) error {
	return fmt.Errorf("local: %w: the disk did not confirm a write; check it, then close and open the store: %w", ErrStopped, err)
}

// explain wraps an error of SQLite, whose texts mean little to those who do not
// know it, with what happened and what can be done.
func explain(err error) error {
	var sqliteErr *sqlite.Error
	if !errors.As(err, &sqliteErr) {
		return err
	}
	switch sqliteErr.Code() & 0xff { // the rest of an extended code is detail
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("%w: free some space: %w", ErrFull, err)
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("%w: put back a copy from a backup; the file was left as it is: %w", ErrDamaged, err)
	case sqlite3.SQLITE_IOERR:
		return fmt.Errorf("the disk failed, check it before going on: %w", err)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN:
		return fmt.Errorf("the folder and its files must be readable and writable for this user: %w", err)
	case sqlite3.SQLITE_BUSY:
		return fmt.Errorf("another program holds a lock on the file, close it: %w", err)
	default:
		return err
	}
}
