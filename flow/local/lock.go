package local

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// lockFile is the file whose lock says that a process has the folder open. The
// file stays; the lock goes with the process, however that ends.
const lockFile = "onevent.lock"

// errLocked says that somebody else holds the lock.
var errLocked = errors.New("locked")

// acquire takes the lock and writes into the file who has it.
func acquire(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the folder must be writable, or be opened read-only: %w", err)
	}
	if err := flock(f); err != nil {
		defer f.Close() //nolint:errcheck // nothing was written
		if errors.Is(err, errLocked) {
			return nil, fmt.Errorf("%w by %s (stop that one first, or open the folder read-only)", ErrInUse, holder(f))
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	if err := sign(f); err != nil {
		return nil, errors.Join(fmt.Errorf("write %s: %w", path, err), funlock(f), f.Close())
	}
	return f, nil
}

// sign writes the process's number into the lock file.
func sign(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

// holder says which process signed the lock file.
func holder(f *os.File) string {
	text, err := io.ReadAll(io.LimitReader(f, 32))
	pid, convErr := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || convErr != nil {
		return "another process"
	}
	return "process " + strconv.Itoa(pid)
}
