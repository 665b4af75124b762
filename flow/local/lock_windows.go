package local

import (
	"errors"
	"math"
	"os"

	"golang.org/x/sys/windows"
)

// flock locks a file until funlock, or returns errLocked. The locked byte is
// far behind the content, because Windows lets nobody else read what is locked.
func flock(f *os.File) error {
	at := windows.Overlapped{Offset: math.MaxUint32}
	err := windows.LockFileEx(windows.Handle(f.Fd()),
		windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errLocked
	}
	return err
}

// funlock gives the lock back.
func funlock(f *os.File) error {
	at := windows.Overlapped{Offset: math.MaxUint32}
	return windows.UnlockFileEx(windows.Handle(f.Fd()), 0, 1, 0, &at)
}
