package local_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/onevent/onevent/flow/local"
)

const nobody = 65534

// asNobody calls a function on a thread that may no more with files than
// somebody who owns none, also when root runs the tests.
func asNobody(t *testing.T, f func()) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root can be somebody else")
	}
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // for ever, so the thread ends with the goroutine
		err := syscall.Setfsuid(nobody)
		if err == nil {
			f()
		}
		done <- err
	}()
	if err := <-done; err != nil {
		t.Skipf("cannot be somebody else: %v", err)
	}
}

// filledFor returns a folder with records which others may enter.
func filledFor(t *testing.T, folder, file fs.FileMode, owner int) string {
	t.Helper()
	dir := filled(t)
	for up := filepath.Dir(dir); up != os.TempDir() && len(up) > 1; up = filepath.Dir(up) {
		if err := os.Chmod(up, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, mode := range map[string]fs.FileMode{databaseName: file, "": folder} {
		if err := os.Chmod(filepath.Join(dir, name), mode); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"", "onevent.lock"} {
		if err := os.Chown(filepath.Join(dir, name), owner, -1); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A folder or a file that this user may not write to, or not read, is refused
// with what is wanted, and is left as it was.
func TestOpenForbidden(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root can be somebody else")
	}
	for name, c := range map[string]struct {
		folder, file fs.FileMode
		owner        int
		says         string
	}{
		"folder of somebody else":     {0o755, 0o644, 0, "must be writable"},
		"folder that cannot be read":  {0o700, 0o600, 0, "permission denied"},
		"file that cannot be written": {0o755, 0o444, nobody, "must be readable and writable"},
		"file that cannot be read":    {0o755, 0o000, nobody, "must be readable and writable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filledFor(t, c.folder, c.file, c.owner)
			before, err := os.ReadFile(filepath.Join(dir, databaseName))
			if err != nil {
				t.Fatal(err)
			}
			asNobody(t, func() { _, err = local.Open(context.Background(), dir, nil) })
			wantsError(t, err, nil, "local: open "+dir, c.says)
			after, err := os.ReadFile(filepath.Join(dir, databaseName))
			if err != nil || string(before) != string(after) {
				t.Errorf("the file was changed, %v", err)
			}
			wantsRecords(t, open(t, dir), 200) // for one who may
		})
	}
}
