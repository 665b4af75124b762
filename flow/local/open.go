package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Open opens a folder, and creates it and its file if there is none. Nobody else
// can open the folder until Close, or until the process ends. The errors that
// errors.Is tells apart are ErrInUse, ErrDamaged and ErrNewer; none of them
// changed the folder.
func Open(ctx context.Context, dir string, opts *Options) (*Store, error) {
	s, err := open(ctx, dir, opts.withDefaults(), false)
	if err != nil {
		return nil, wrap("open "+dir, err)
	}
	return s, nil
}

// OpenReadOnly opens a folder to look at it, also while another process works
// on it. Whatever would write returns ErrReadOnly.
func OpenReadOnly(ctx context.Context, dir string, opts *Options) (*Store, error) {
	s, err := open(ctx, dir, opts.withDefaults(), true)
	if err != nil {
		return nil, wrap("open "+dir+" read-only", err)
	}
	return s, nil
}

func open(ctx context.Context, dir string, o Options, readOnly bool) (_ *Store, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	s := &Store{dir: dir, closed: make(chan struct{}), heads: newHeads(o.HeadCache)}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.release())
		}
	}()
	if readOnly {
		s.heads = newHeads(0) // others write, and tell nobody
		return s, s.openReaders(ctx, o)
	}
	return s, s.openWriter(ctx, o)
}

// openReaders opens what a store has that only reads.
func (s *Store) openReaders(ctx context.Context, o Options) error {
	if err := checkFile(s.dir); err != nil {
		return err
	}
	readers, err := newPool(databaseFile(s.dir), o.Readers)
	if err != nil {
		return explain(err)
	}
	s.readers = readers
	var queues *queues
	err = s.read(ctx, func(c *conn) error {
		if err := checkVersion(c); err != nil {
			return err
		}
		queues, err = loadQueues(s, c)
		return err
	})
	s.queues = queues
	return err
}

func (s *Store) openWriter(ctx context.Context, o Options) error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return fmt.Errorf("it must be a folder, or a place where one can be made: %w", err)
	}
	lock, err := acquire(filepath.Join(s.dir, lockFile))
	if err != nil {
		return err
	}
	s.lock = lock
	if err := ensureFile(s.dir); err != nil {
		return err
	}
	if err := inspect(databaseFile(s.dir)); err != nil {
		return explain(err)
	}
	c, err := connect(databaseFile(s.dir), "rw")
	if err != nil {
		return explain(err)
	}
	if err := s.startWriter(c, o); err != nil {
		return errors.Join(explain(err), c.close())
	}
	if err := s.openReaders(ctx, o); err != nil {
		return err
	}
	return s.queues.begin(ctx, s)
}

func (s *Store) startWriter(c *conn, o Options) error {
	if err := setUpWriter(c, o); err != nil {
		return err
	}
	if err := checkLength(c, databaseFile(s.dir)); err != nil {
		return err
	}
	w, err := newWriter(c, s.heads)
	s.writer = w
	return err
}

// ensureFile checks the database file, and makes it in a folder that has none.
// The file gets its name when it is complete, so one that is empty or cut short
// is never one that was just being made.
func ensureFile(dir string) error {
	file := databaseFile(dir)
	switch err := checkFile(dir); {
	case err == nil:
		return nil
	case !errors.Is(err, os.ErrNotExist):
		return err
	}
	if _, err := os.Stat(file + "-wal"); err == nil {
		return fmt.Errorf("%w: %s-wal is there, but the file that it belongs to is gone; put that back", ErrDamaged, file)
	}
	return makeFile(file)
}

// smallestFile is the size of the smallest SQLite file, in bytes. What is
// smaller SQLite takes for a file that is still to be filled.
const smallestFile = 512

// checkFile looks at the file from the outside.
func checkFile(dir string) error {
	info, err := os.Stat(databaseFile(dir))
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a file; move it away", databaseFile(dir))
	case info.Size() < smallestFile:
		return fmt.Errorf("%w: %s has only %d bytes; put back a copy from a backup", ErrDamaged, databaseFile(dir), info.Size())
	default:
		return nil
	}
}

func makeFile(file string) error {
	draft := file + ".new"
	for _, left := range []string{draft, draft + "-journal"} {
		if err := os.Remove(left); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	f, err := os.OpenFile(draft, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	c, err := connect(draft, "rw")
	if err != nil {
		return explain(err)
	}
	if err := errors.Join(create(c), c.close()); err != nil {
		return explain(err)
	}
	if err := os.Rename(draft, file); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(file))
}

// syncFolder makes the names in a folder durable, where the system can do that.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = d.Sync() // Windows cannot, and need not
	return d.Close()
}
