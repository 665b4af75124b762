package local_test

import (
	"errors"
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/local"
)

func openReadOnly(t *testing.T, dir string) *local.Store {
	t.Helper()
	store, err := local.OpenReadOnly(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

// Who looks at a folder sees what its owner does, at once.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	owner := open(t, dir)
	reader := openReadOnly(t, dir)
	for seq := range uint64(3) {
		head, err := reader.Log().Head(t.Context(), "order/1")
		if err != nil || head.Seq != seq {
			t.Fatalf("the head is %d, %v, want %d", head.Seq, err, seq)
		}
		if err := owner.Log().Commit(t.Context(), nextCommit(head, 1)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestReadOnlyBacklog(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	broker := open(t, dir).Broker(nil)
	one := driver.Subscription{Name: "one", Topics: []string{"order.created", "order.cancelled"}}
	other := driver.Subscription{Name: "other", Topics: []string{"order.created"}}
	if err := broker.Declare(t.Context(), one, other); err != nil {
		t.Fatal(err)
	}
	for _, topic := range []string{"order.created", "order.created", "order.cancelled"} {
		if err := broker.Publish(t.Context(), driver.Message{ID: "1", Topic: topic}); err != nil {
			t.Fatal(err)
		}
	}
	backlog, err := openReadOnly(t, dir).Backlog(t.Context())
	if err != nil || len(backlog) != 3 || backlog["one"] != 3 || backlog["other"] != 2 || backlog[driver.DeadLetters] != 0 {
		t.Fatalf("the backlog is %v, %v", backlog, err)
	}
}

func TestReadOnlyWrites(t *testing.T) {
	t.Parallel()
	store := openReadOnly(t, filled(t))
	broker := store.Broker(nil)
	head, err := store.Log().Head(t.Context(), streamOf(1))
	if err != nil || head.Seq == 0 {
		t.Fatalf("the head is %d, %v", head.Seq, err)
	}
	for name, err := range map[string]error{
		"Commit":  store.Log().Commit(t.Context(), nextCommit(head, 1)),
		"Put":     store.Views().Put(t.Context(), driver.Document{View: "v", Key: "k"}, ""),
		"Drop":    store.Views().Drop(t.Context(), "v"),
		"Remove":  store.Agenda().Remove(t.Context(), driver.Outbox, "1"),
		"Declare": broker.Declare(t.Context(), driver.Subscription{Name: "one"}),
		"Publish": broker.Publish(t.Context(), driver.Message{ID: "1", Topic: "unknown"}),
		"Receive": broker.Receive(t.Context(), driver.DeadLetters, nil),
	} {
		if !errors.Is(err, local.ErrReadOnly) {
			t.Errorf("%s: %v, want %v", name, err, local.ErrReadOnly)
		}
	}
}

// A folder that its owner left in the middle of something can be looked at.
func TestReadOnlyAfterKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := start(t, "append", dir)
	c.lines.Scan()
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	said := append(c.rest(), c.lines.Text())
	_ = c.Wait() // killed
	w := witness{committed: map[string]bool{}, published: map[string]bool{}, done: map[string]bool{}}
	w.hear(said)
	store := openReadOnly(t, dir)
	for id := range w.committed {
		if _, err := store.Log().Record(t.Context(), id); err != nil {
			t.Errorf("a record that was confirmed: %v", err)
		}
	}
}

func TestReadOnlyMissing(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	_, err := local.OpenReadOnly(t.Context(), dir, nil)
	wantsError(t, err, fs.ErrNotExist, "local: open "+dir)
}

// A file system that became read-only is said to be so, changes nothing, and is
// worked with when it is writable again.
func TestReadOnlyDisk(t *testing.T) {
	t.Parallel()
	dir := filled(t)
	disk := onDisk(t, dir)
	disk.SetReadOnly(true)
	_, err := local.Open(t.Context(), dir, local.On(disk, ""))
	wantsError(t, err, nil, "local: open "+dir, "must be readable and writable")
	for _, op := range disk.Recording()[1:] { // the first is the file, as it was found
		t.Errorf("a disk that is read-only: %v", op)
	}
	disk.SetReadOnly(false)
	store, err := local.Open(t.Context(), dir, local.On(disk, ""))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	wantsRecords(t, store, 200)
}
