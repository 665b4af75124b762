package emulators_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow/aws/emulators"
	"github.com/onevent/onevent/internal/require"
)

func TestStartUsesTheEndpointOfTheEnvironment(t *testing.T) {
	t.Parallel()
	e, err := emulators.Start(t.Context(), emulators.Options{Program: "/none", Getenv: func(name string) string {
		return map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}[name]
	}})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"AWS_ENDPOINT_URL=http://127.0.0.1:1"}; e.URL != "http://127.0.0.1:1" || !slices.Equal(e.Env(), want) {
		t.Errorf("URL %s, environment %q", e.URL, e.Env())
	}
	if err := e.Stop(); err != nil {
		t.Error(err)
	}
}

func TestMissing(t *testing.T) {
	t.Parallel()
	_, err := emulators.Start(t.Context(), emulators.Options{Program: "/none/moto_server", Getenv: func(string) string { return "" }})
	if !errors.Is(err, emulators.ErrMissing) || !strings.Contains(err.Error(), "pip install") {
		t.Errorf("got %v", err)
	}
}

// A program that ends at its start is told at once, and its log stays to be read.
func TestStartOfWhatDoesNotRun(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "moto_server")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho no module named moto\nexit 3\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := emulators.Start(t.Context(), emulators.Options{Program: program, Getenv: func(string) string { return "" }})
	if err == nil || !strings.Contains(err.Error(), "exit status 3") {
		t.Fatalf("got %v", err)
	}
	_, folder, _ := strings.Cut(err.Error(), "(log in ")
	folder = strings.TrimSuffix(folder, ")")
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	log, err := os.ReadFile(filepath.Join(folder, "moto.log"))
	if err != nil || !strings.Contains(string(log), "no module named moto") {
		t.Errorf("log %q, %v", log, err)
	}
}

func TestStopEndsMoto(t *testing.T) {
	t.Parallel()
	e, err := emulators.Start(t.Context(), emulators.Options{Getenv: func(string) string { return "" }})
	require.Installed(t, "aws", err, emulators.ErrMissing)
	if status, err := get(t.Context(), e.URL+"/moto-api/"); err != nil || status != http.StatusOK {
		t.Errorf("status %d, %v", status, err)
	}
	if c, err := e.Config(t.Context()); err != nil || c.Region != emulators.Region {
		t.Errorf("region %q, %v", c.Region, err)
	}
	if err := e.Stop(); err != nil {
		t.Error(err)
	}
	if _, err := get(t.Context(), e.URL); err == nil {
		t.Error("it answers after Stop")
	}
}

func get(ctx context.Context, url string) (status int, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return 0, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}
