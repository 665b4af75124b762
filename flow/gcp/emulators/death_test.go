//go:build linux

package emulators_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow/gcp/emulators"
)

// A process that is killed cannot tidy up: the kernel must.
func TestEmulatorsDieWithTheirParent(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	writeFakes(t, folder, "alone")
	parent := exec.CommandContext(t.Context(), os.Args[0])
	parent.Env = append(os.Environ(), "ONEVENT_FAKE=parent", "ONEVENT_FAKE_FOLDER="+folder, "TMPDIR="+folder)
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	addresses := strings.Fields(waitForFiles(t, folder, "addresses", 1)[0])
	for _, address := range addresses {
		if !open(t, address) {
			t.Errorf("nothing listens at %s before the parent dies", address)
		}
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait() // says that it was killed
	for _, address := range addresses {
		waitClosed(t, address)
	}
}

// fakeParent starts the fakes, says where they are, and waits to be killed.
func fakeParent(folder string) {
	e, err := emulators.Start(context.Background(), emulators.Options{SDK: folder, Java: filepath.Join(folder, "java"), Getenv: noVariables})
	exitOn(err)
	publish(folder, "addresses", e.Firestore+" "+e.PubSub)
	select {}
}
