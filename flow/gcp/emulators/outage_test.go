//go:build linux

package emulators_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/onevent/onevent/flow/gcp/emulators"
)

func TestOutages(t *testing.T) {
	t.Parallel()
	o, _ := fakeSDK(t, "serve")
	e, err := emulators.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Stop()
	if err := e.Restart(t.Context(), emulators.PubSub); err == nil {
		t.Error("an emulator that runs was started again")
	}
	for _, outage := range []func(emulators.Service) error{e.Pause, e.Resume, e.Kill} {
		if err := outage(emulators.PubSub); err != nil {
			t.Fatal(err)
		}
	}
	waitClosed(t, e.PubSub)
	if err := e.Restart(t.Context(), emulators.PubSub); err != nil {
		t.Fatal(err)
	}
	if !open(t, e.PubSub) || !open(t, e.Firestore) {
		t.Error("not both emulators listen after one was started again")
	}
}

func TestOutagesAreForOnesOwn(t *testing.T) {
	t.Parallel()
	running := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer running.Close()
	e, err := emulators.Start(t.Context(), emulators.Options{Getenv: func(string) string { return running.Listener.Addr().String() }})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Stop()
	restart := func(s emulators.Service) error { return e.Restart(t.Context(), s) }
	for _, outage := range []func(emulators.Service) error{e.Pause, e.Resume, e.Kill, restart} {
		if err := outage(emulators.Firestore); !errors.Is(err, emulators.ErrNotOurs) {
			t.Errorf("error is %v", err)
		}
	}
}
