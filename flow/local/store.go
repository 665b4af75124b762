package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/onevent/onevent/flow/driver"
)

// Options change how a store works. The zero Options are good.
type Options struct {
	// HeadCache is about how many bytes of memory the heads of streams may take
	// that were used last; 0 means 64 MiB.
	HeadCache int
	// Readers is how many reads run at once; 0 means 4.
	Readers int

	// The rest is for tests; what is 0 is as it should be.
	disk        disk
	maxPages    int    // of the file
	synchronous string // SQLite's word for what a commit waits for
	checkpoint  int    // pages of the write-ahead log after which they are copied to the file
}

func (o *Options) withDefaults() Options {
	var d Options
	if o != nil {
		d = *o
	}
	if d.HeadCache <= 0 {
		d.HeadCache = 64 << 20
	}
	if d.Readers <= 0 {
		d.Readers = 4
	}
	if d.disk.folder == nil {
		d.disk.folder = systemFolder{}
	}
	d.synchronous = or(d.synchronous, "FULL")
	d.checkpoint = or(d.checkpoint, 4000)
	return d
}

// A Store is an open folder. Its parts may be used by any number of goroutines.
type Store struct {
	dir     string
	lock    *os.File // nil in a store that only reads
	writer  *writer  // nil in a store that only reads
	readers *pool
	heads   *heads
	queues  *queues
	bell    driver.Bell

	closing sync.Once
	closed  chan struct{}
	err     error // of Close
}

// Log returns the store's log.
func (s *Store) Log() driver.Log { return eventLog{s} }

// Views returns the store's read models.
func (s *Store) Views() driver.Views { return views{s} }

// Agenda returns the store's agenda.
func (s *Store) Agenda() driver.Agenda { return agenda{s} }

// Dir returns the folder.
func (s *Store) Dir() string { return s.dir }

// Close ends the store's brokers, waits for the writes at work and closes the
// file. It returns an error if something that nobody waited for could not be
// written: messages that are done will then be delivered again. Calling it again
// returns the same.
func (s *Store) Close() error {
	s.closing.Do(func() {
		if s.writer != nil {
			close(s.writer.leaving)
		}
		err := s.queues.close(s)
		close(s.closed)
		s.err = wrap("close "+s.dir, errors.Join(err, s.release()))
	})
	return s.err
}

// release closes what is open; the file of the lock last.
func (s *Store) release() error {
	var errs []error
	stopped := false
	if s.writer != nil {
		errs = append(errs, s.writer.end())
		stopped = s.writer.stopped != nil
	}
	if stopped {
		// The last connection to close copies the write-ahead log to the file and
		// removes it. After a sync that failed, that would trust what nobody knows
		// to be on the disk, so the last ones are those that cannot write.
		errs = append(errs, s.writer.c.close())
	}
	if s.readers != nil {
		errs = append(errs, s.readers.close())
	}
	if s.writer != nil && !stopped {
		errs = append(errs, s.writer.c.close())
	}
	if s.lock != nil {
		errs = append(errs, funlock(s.lock), s.lock.Close())
	}
	return errors.Join(errs...)
}

// open returns an error if the context ended or the store was closed.
func (s *Store) open(ctx context.Context) error {
	select {
	case <-s.closed:
		return fmt.Errorf("local: %w", ErrClosed)
	default:
		return ctx.Err()
	}
}

// read calls f with a connection that reads.
func (s *Store) read(ctx context.Context, f func(*conn) error) error {
	return s.readers.use(ctx, f)
}

// write makes a change of about size bytes, and returns when it is on the disk.
func (s *Store) write(ctx context.Context, size int, apply func(*tx) error) error {
	return s.submit(ctx, &op{apply: apply, size: size})
}

func (s *Store) submit(ctx context.Context, o *op) error {
	if s.writer == nil {
		return s.readOnly()
	}
	return s.writer.do(ctx, o)
}

func (s *Store) readOnly() error { return fmt.Errorf("local: %s: %w", s.dir, ErrReadOnly) }

// Backlog returns how many messages each subscription has that are not done, 0
// too, DeadLetters included. It counts what is on the disk.
func (s *Store) Backlog(ctx context.Context) (map[string]int, error) {
	backlog := map[string]int{}
	err := s.read(ctx, func(c *conn) error {
		return c.query(`SELECT name, (SELECT count(*) FROM queue WHERE k > n << ?1 AND k < (n + 1) << ?1) FROM subscriptions`,
			[]any{int64(placeBits)}, func(r row) bool {
				backlog[r.text(0)] = int(r.int(1))
				return true
			})
	})
	return backlog, wrap("backlog", err)
}

// Pending returns how many messages are not done, of all subscriptions that are
// received since the store was opened, DeadLetters included. It reads no disk, so it can be asked before every
// command; Backlog reads all the messages there are. In a store that only reads
// it is what it was when the store was opened.
func (s *Store) Pending() int { return s.queues.pending() }

// databaseFile returns the path of the database file in a folder.
func databaseFile(dir string) string { return filepath.Join(dir, "onevent.db") }

// wrap adds to an error what it was about.
func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("local: %s: %w", what, err)
}
