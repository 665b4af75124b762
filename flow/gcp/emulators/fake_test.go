//go:build linux

package emulators_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/gcp/emulators"
)

// TestMain makes the test binary double as the fake Java, as a helper process
// that the fake leaves in its group, and as a parent that is killed.
func TestMain(m *testing.M) {
	mode, folder := os.Getenv("ONEVENT_FAKE"), os.Getenv("ONEVENT_FAKE_FOLDER")
	if mode != "" {
		// Whatever goes wrong, nothing is left for long.
		time.AfterFunc(time.Minute, func() { os.Exit(1) })
	}
	switch mode {
	case "":
		os.Exit(m.Run())
	case "helper":
		fakeHelper(folder)
	case "parent":
		fakeParent(folder)
	case "fail":
		fmt.Println("fake: told to fail")
		os.Exit(1)
	default:
		fakeEmulator(mode)
	}
}

// fakeSDK returns options that find fake emulators. Each leaves a helper process
// behind; the function waits for the helpers and returns where they listen.
func fakeSDK(t *testing.T, mode string) (o emulators.Options, helpers func(*testing.T) []string) {
	t.Helper()
	folder := t.TempDir()
	writeFakes(t, folder, mode)
	helpers = func(t *testing.T) []string {
		t.Helper()
		return waitForFiles(t, folder, "helper-*", 2)
	}
	return emulators.Options{SDK: folder, Java: filepath.Join(folder, "java"), Getenv: noVariables}, helpers
}

func writeFakes(t *testing.T, folder, mode string) {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\nONEVENT_FAKE=%s ONEVENT_FAKE_FOLDER=%q exec %q \"$@\"\n", mode, folder, binary)
	for name, content := range map[string]string{
		"java": script,
		"platform/cloud-firestore-emulator/cloud-firestore-emulator.jar":       "",
		"platform/pubsub-emulator/lib/cloud-pubsub-emulator-0.0.0-all.jar":     "",
		"platform/pubsub-emulator/lib/cloud-pubsub-emulator-0.0.0-sources.jar": "",
	} {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

// waitForFiles returns the contents of n files that match the pattern.
func waitForFiles(t *testing.T, folder, pattern string, n int) []string {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		files, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			t.Fatal(err)
		}
		if len(files) < n {
			continue
		}
		contents := make([]string, len(files))
		for i, f := range files {
			content, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			contents[i] = string(content)
		}
		return contents
	}
	t.Fatalf("fewer than %d files %s in 30 s", n, pattern)
	return nil
}

// fakeEmulator listens at the host and port of its arguments. It answers, unless
// it is told to hang, and has a helper process, unless it is told to be alone.
func fakeEmulator(mode string) {
	var host, port string
	for _, arg := range os.Args {
		if v, ok := strings.CutPrefix(arg, "--host="); ok {
			host = v
		}
		if v, ok := strings.CutPrefix(arg, "--port="); ok {
			port = v
		}
	}
	if mode != "alone" {
		helper := exec.CommandContext(context.Background(), os.Args[0])
		helper.Env = append(os.Environ(), "ONEVENT_FAKE=helper")
		exitOn(helper.Start())
	}
	if mode == "hang" {
		select {}
	}
	ok := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "Ok") })
	exitOn(http.ListenAndServe(net.JoinHostPort(host, port), ok))
}

// fakeHelper listens somewhere and writes where to a file.
func fakeHelper(folder string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	exitOn(err)
	publish(folder, fmt.Sprintf("helper-%d", os.Getpid()), l.Addr().String())
	select {}
}

// publish writes a file that others see complete or not at all.
func publish(folder, name, content string) {
	hidden := filepath.Join(folder, "."+name)
	exitOn(os.WriteFile(hidden, []byte(content), 0o600))
	exitOn(os.Rename(hidden, filepath.Join(folder, name)))
}

func exitOn(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
