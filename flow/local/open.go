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
	readers, err := o.disk.newPool(databaseFile(s.dir), o.Readers)
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
	if err := o.disk.ensureFile(s.dir); err != nil {
		return err
	}
	if err := o.checkLog(databaseFile(s.dir) + "-wal"); err != nil {
		return err
	}
	if err := o.disk.inspect(databaseFile(s.dir)); err != nil {
		return explain(err)
	}
	c, err := o.disk.connect(databaseFile(s.dir), "rw")
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
	w, err := newWriter(c, s.heads, o.checkpoint)
	s.writer = w
	return err
}

// ensureFile checks the database file, and makes it in a folder that has none.
// The file gets its name when it is complete, so one that is empty or cut short
// is never one that was just being made.
func (d disk) ensureFile(dir string) error {
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
	return d.makeFile(file)
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

func (d disk) makeFile(file string) error {
	draft := file + ".new"
	for _, left := range []string{draft, draft + "-journal", draft + "-wal", draft + "-shm"} {
		if err := d.folder.Remove(left); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	if err := d.folder.Create(draft); err != nil {
		return err
	}
	c, err := d.connect(draft, "rw")
	if err != nil {
		return explain(err)
	}
	if err := errors.Join(create(c), c.close()); err != nil {
		return explain(err)
	}
	if err := d.folder.Rename(draft, file); err != nil {
		return err
	}
	return d.folder.SyncFolder(filepath.Dir(file))
}

// checkLog looks at a write-ahead log that a process left behind, and makes sure
// that it is on the disk.
func (o Options) checkLog(file string) error {
	if o.synchronous == "FULL" { // otherwise a power cut may leave anything
		if err := checkWAL(file); err != nil {
			return err
		}
	}
	return o.disk.refresh(file)
}

// refresh writes a write-ahead log again that a process left behind. If it ended
// after a sync that failed, the system may return from memory what is not on the
// disk, and will not come there, since the system takes it for written. What is
// copied to the file from such a log would have no log to be repaired from after
// a power cut.
func (d disk) refresh(log string) error {
	info, err := os.Stat(log)
	if errors.Is(err, os.ErrNotExist) || err == nil && info.Size() == 0 {
		return nil
	}
	if err == nil {
		err = d.folder.Rewrite(log)
	}
	if err != nil {
		return fmt.Errorf("write %s again: %w", log, err)
	}
	return nil
}
