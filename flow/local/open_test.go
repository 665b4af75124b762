package local_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/local"
)

const databaseName = "onevent.db"

// filled returns a folder with a few hundred records, closed.
func filled(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	store, err := local.Open(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range int64(200) {
		if err := appendOne(t.Context(), store.Log(), i); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestOpenMakesFolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "b c?%41#")
	store := open(t, dir)
	if store.Dir() != dir {
		t.Errorf("Dir is %s, want %s", store.Dir(), dir)
	}
	for name, want := range map[string]fs.FileMode{"": fs.ModeDir | 0o700, databaseName: 0o600, databaseName + "-wal": 0o600, "onevent.lock": 0o600} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode() != want {
			t.Errorf("%q: %v, %v, want %v", name, info.Mode(), err, want)
		}
	}
}

func TestReopen(t *testing.T) {
	t.Parallel()
	store := open(t, filled(t))
	n := 0
	for _, err := range store.Log().Scan(t.Context(), 0, driver.Forever) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 200 {
		t.Fatalf("%d records, want 200", n)
	}
}

// An open that is cut off before the file is complete leaves no half of it.
func TestOpenAfterUnfinishedOpen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{databaseName + ".new", databaseName + ".new-journal"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("half of it"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	store := open(t, dir)
	if err := appendOne(t.Context(), store.Log(), 1); err != nil {
		t.Fatal(err)
	}
}

func TestOpenTwice(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := open(t, dir)
	_, err := local.Open(t.Context(), dir, nil)
	wantsError(t, err, local.ErrInUse, dir, fmt.Sprintf("in use by process %d", os.Getpid()))
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, dir)
}

func TestOpenInTwoProcesses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := start(t, "hold", dir)
	_, err := local.Open(t.Context(), dir, nil)
	wantsError(t, err, local.ErrInUse, fmt.Sprintf("local: open %s: in use by process %d (", dir, c.Process.Pid))
	if err := c.stdin.Close(); err != nil {
		t.Fatal(err)
	}
	c.rest()
	if err := c.Wait(); err != nil {
		t.Fatal(err)
	}
	open(t, dir)
}

// wantsError fails the test unless an error is a kind of error and says some
// things.
func wantsError(t *testing.T, err, kind error, parts ...string) {
	t.Helper()
	if err == nil || kind != nil && !errors.Is(err, kind) {
		t.Fatalf("the error is %v, want %v", err, kind)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error %q does not say %q", err, part)
		}
	}
}

// What is not a whole file of this program is refused with a reason, and left
// as it is.
func TestOpenDamaged(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		harm func(content []byte) []byte
		kind error
		says string
	}{
		"empty":              {func([]byte) []byte { return nil }, local.ErrDamaged, "has only 0 bytes"},
		"not a database":     {func([]byte) []byte { return bytes.Repeat([]byte("text "), 1000) }, local.ErrDamaged, "backup"},
		"one byte":           {func(c []byte) []byte { return c[:1] }, local.ErrDamaged, "backup"},
		"1 % of it":          {func(c []byte) []byte { return c[:len(c)/100] }, local.ErrDamaged, "backup"},
		"half of it":         {func(c []byte) []byte { return c[:len(c)/2] }, local.ErrDamaged, "backup"},
		"99 % of it":         {func(c []byte) []byte { return c[:len(c)*99/100] }, local.ErrDamaged, "backup"},
		"without its end":    {func(c []byte) []byte { return c[:len(c)-1] }, local.ErrDamaged, "backup"},
		"overwritten header": {func(c []byte) []byte { return append(make([]byte, 100), c[100:]...) }, local.ErrDamaged, "backup"},
		"overwritten page":   {func(c []byte) []byte { return overwrite(c, 4096) }, local.ErrDamaged, "backup"},
		"overwritten middle": {func(c []byte) []byte { return overwrite(c, len(c)/8192*4096) }, local.ErrDamaged, "backup"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filled(t)
			file := filepath.Join(dir, databaseName)
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			harmed := c.harm(bytes.Clone(content))
			if err := os.WriteFile(file, harmed, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err = local.Open(t.Context(), dir, nil)
			wantsError(t, err, c.kind, "local: open "+dir, c.says)
			if after, err := os.ReadFile(file); err != nil || !bytes.Equal(after, harmed) {
				t.Errorf("the file has %d bytes after it was refused, had %d, %v", len(after), len(harmed), err)
			}
			if err := os.WriteFile(file, content, 0o600); err != nil {
				t.Fatal(err)
			}
			open(t, dir) // with the copy from the backup
		})
	}
}

func overwrite(content []byte, at int) []byte {
	for i := range 4096 {
		content[at+i] = byte(i * 31)
	}
	return content
}

// A file that is gone while its write-ahead log is there is not made anew.
func TestOpenWithoutItsFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, databaseName+"-wal"), []byte("commits"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := local.Open(t.Context(), dir, nil)
	wantsError(t, err, local.ErrDamaged, dir, "put that back")
}

func TestOpenOtherThings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := local.Open(t.Context(), file, nil)
	wantsError(t, err, nil, "local: open "+file, "must be a folder")
	_, err = local.Open(t.Context(), filepath.Join(file, "below"), nil)
	wantsError(t, err, nil, "local: open "+file, "must be a folder")

	folder := filepath.Join(dir, "folder")
	if err := os.MkdirAll(filepath.Join(folder, databaseName), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err = local.Open(t.Context(), folder, nil)
	wantsError(t, err, nil, "local: open "+folder, "is not a file; move it away")

	locked := filepath.Join(dir, "locked")
	if err := os.MkdirAll(filepath.Join(locked, "onevent.lock"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err = local.Open(t.Context(), locked, nil)
	wantsError(t, err, nil, "local: open "+locked, "must be writable")
}

func TestOpenReadOnlyFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
	if f, err := os.Create(filepath.Join(dir, "probe")); err == nil {
		_ = f.Close()
		t.Skip("this user may write everywhere")
	}
	_, err := local.Open(t.Context(), dir, nil)
	wantsError(t, err, fs.ErrPermission, "local: open "+dir, "must be writable")
}

// alter runs a statement on a folder's file, as another program would.
func alter(t *testing.T, dir, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, databaseName))
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), statement)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestOpenNewer(t *testing.T) {
	t.Parallel()
	dir := filled(t)
	alter(t, dir, "PRAGMA user_version = 99")
	_, err := local.Open(t.Context(), dir, nil)
	wantsError(t, err, local.ErrNewer, "its schema is 99")
	_, err = local.OpenReadOnly(t.Context(), dir, nil)
	wantsError(t, err, local.ErrNewer, "its schema is 99")
}

func TestOpenOfAnotherProgram(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	alter(t, dir, "CREATE TABLE songs (title TEXT)")
	before, err := os.ReadFile(filepath.Join(dir, databaseName))
	if err != nil {
		t.Fatal(err)
	}
	_, err = local.Open(t.Context(), dir, nil)
	wantsError(t, err, nil, "another program")
	if after, err := os.ReadFile(filepath.Join(dir, databaseName)); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file was changed, %v", err)
	}
}

func TestOpenCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := filepath.Join(t.TempDir(), "data")
	if _, err := local.Open(ctx, dir, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Open with an ended context: %v", err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open with an ended context made the folder: %v", err)
	}
}
