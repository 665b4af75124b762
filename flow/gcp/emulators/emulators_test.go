//go:build linux

package emulators_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/gcp/emulators"
)

func TestStartUntilStop(t *testing.T) {
	t.Parallel()
	o, helper := fakeSDK(t, "serve")
	e, err := emulators.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if e.Firestore == e.PubSub {
		t.Errorf("both emulators are at %s", e.Firestore)
	}
	addresses := append([]string{e.Firestore, e.PubSub}, helper(t)...)
	for _, address := range addresses {
		if !open(t, address) {
			t.Errorf("nothing listens at %s after Start", address)
		}
	}
	if err := e.Stop(); err != nil {
		t.Error(err)
	}
	for _, address := range addresses {
		waitClosed(t, address)
	}
}

func TestStartNamesTheLogOfAnEmulatorThatEnds(t *testing.T) {
	t.Parallel()
	o, _ := fakeSDK(t, "fail")
	_, err := emulators.Start(t.Context(), o)
	if err == nil || errors.Is(err, emulators.ErrMissing) {
		t.Fatalf("error is %v", err)
	}
	found := regexp.MustCompile(`logs in (.*)\)`).FindStringSubmatch(err.Error())
	if found == nil {
		t.Fatalf("%q names no log", err)
	}
	t.Cleanup(func() { os.RemoveAll(found[1]) })
	log, err := os.ReadFile(filepath.Join(found[1], "firestore.log"))
	if err != nil || !strings.Contains(string(log), "fake: told to fail") {
		t.Errorf("the log holds %q, %v", log, err)
	}
}

func TestStartGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	o, helper := fakeSDK(t, "hang")
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, err := emulators.Start(ctx, o)
		failed <- err
	}()
	addresses := helper(t) // both run now
	cancel()
	err := <-failed
	if err == nil || errors.Is(err, emulators.ErrMissing) {
		t.Errorf("error is %v", err)
	}
	if found := regexp.MustCompile(`logs in (.*)\)`).FindStringSubmatch(err.Error()); found != nil {
		t.Cleanup(func() { os.RemoveAll(found[1]) })
	}
	for _, address := range addresses {
		waitClosed(t, address)
	}
}

func TestStartSaysHowToGetWhatIsMissing(t *testing.T) {
	t.Parallel()
	_, err := emulators.Start(t.Context(), emulators.Options{SDK: t.TempDir(), Getenv: noVariables})
	if !errors.Is(err, emulators.ErrMissing) {
		t.Fatalf("error is %v", err)
	}
	for _, help := range []string{
		"gcloud components install cloud-firestore-emulator", "docker compose up", "FIRESTORE_EMULATOR_HOST",
	} {
		if !strings.Contains(err.Error(), help) {
			t.Errorf("%q does not say %q", err, help)
		}
	}
}

func TestStartUsesTheEmulatorsOfTheEnvironment(t *testing.T) {
	t.Parallel()
	running := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer running.Close()
	address := running.Listener.Addr().String()
	o := emulators.Options{SDK: t.TempDir(), Getenv: func(name string) string {
		if strings.HasSuffix(name, "_EMULATOR_HOST") {
			return address
		}
		return ""
	}}
	e, err := emulators.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if e.Firestore != address || e.PubSub != address {
		t.Errorf("emulators are %q and %q, not %q", e.Firestore, e.PubSub, address)
	}
	if err := e.Stop(); err != nil {
		t.Error(err)
	}
	if !open(t, address) {
		t.Error("Stop ended an emulator that Start did not start")
	}
}

func TestStartFailsWhereTheEmulatorOfTheEnvironmentDoesNotAnswer(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	asked := make(chan struct{}, 100)
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
		asked <- struct{}{}
	}))
	defer broken.Close()
	go func() {
		<-asked
		<-asked
		cancel()
	}()
	_, err := emulators.Start(ctx, emulators.Options{Getenv: func(name string) string {
		if strings.HasSuffix(name, "_EMULATOR_HOST") {
			return broken.Listener.Addr().String()
		}
		return ""
	}})
	if err == nil || errors.Is(err, emulators.ErrMissing) {
		t.Errorf("error is %v", err)
	}
}

func noVariables(string) string { return "" }

// open says whether something listens at an address.
func open(t *testing.T, address string) bool {
	t.Helper()
	dialer := net.Dialer{Timeout: 5 * time.Second}
	c, err := dialer.DialContext(context.Background(), "tcp", address)
	if err != nil {
		return false
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	return true
}

// waitClosed fails the test unless an address is closed soon: the kernel takes a
// moment to clear a killed process away.
func waitClosed(t *testing.T, address string) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); open(t, address); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s still listens", address)
		}
	}
}
