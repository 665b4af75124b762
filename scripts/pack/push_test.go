package main

import (
	"io"
	"log"
	"net/http/httptest"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// sample is a program that nobody runs.
func sample() program {
	return program{cloud: "gcp", arch: "arm64", binary: []byte("a program"), made: time.Unix(1, 0).UTC(), info: &debug.BuildInfo{
		GoVersion: "go1.26.0", Path: "example.com/a", Deps: []*debug.Module{{Path: "example.com/b", Version: "v1.2.3"}},
	}}
}

// address starts a registry for the time of a test, and returns the name of an image
// in it.
func address(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(registry.New(registry.WithReferrersSupport(true), registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://") + "/onevent/onevent:1"
}

func TestPush(t *testing.T) {
	t.Parallel()
	image, err := sample().image()
	if err != nil {
		t.Fatal(err)
	}
	digest, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	to := address(t)
	for range 2 { // the second finds it there
		pushed, err := push(t.Context(), to, image, []byte("{}"))
		if err != nil || pushed != strings.TrimSuffix(to, ":1")+"@"+digest.String() {
			t.Fatalf("%s, %v", pushed, err)
		}
	}
	tag, err := name.NewTag(to)
	if err != nil {
		t.Fatal(err)
	}
	pulled, err := remote.Image(tag)
	if err != nil {
		t.Fatal(err)
	}
	config, err := pulled.ConfigFile()
	if err != nil || config.Config.User != user || config.Architecture != "arm64" {
		t.Errorf("%+v, %v", config, err)
	}
	referrers, err := remote.Referrers(tag.Digest(digest.String()))
	if err != nil {
		t.Fatal(err)
	}
	about, err := referrers.IndexManifest()
	if err != nil || len(about.Manifests) != 1 || types.MediaType(about.Manifests[0].ArtifactType) != spdx {
		t.Errorf("its SBOM is not found: %+v, %v", about, err)
	}
}

func TestPushRefuses(t *testing.T) {
	t.Parallel()
	image, err := sample().image()
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{"", "onevent", "a.example/b@sha256:1", "a.example/b:c:d"} {
		if _, err := push(t.Context(), to, image, nil); err == nil || !strings.Contains(err.Error(), "--push") {
			t.Errorf("%q: %v", to, err)
		}
	}
}

func TestATagThatNobodyNamed(t *testing.T) {
	t.Parallel()
	image, err := sample().image()
	if err != nil {
		t.Fatal(err)
	}
	to := strings.TrimSuffix(address(t), ":1")
	pushed, err := push(t.Context(), to, image, []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	_, digits, _ := strings.Cut(pushed, "@sha256:")
	tag, err := name.NewTag(to + ":" + digits[:12])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := remote.Head(tag); err != nil {
		t.Error(err)
	}
}

func TestRoots(t *testing.T) {
	t.Parallel()
	list, err := roots()
	if n := strings.Count(string(list), "-----BEGIN CERTIFICATE-----\n"); err != nil || n < 100 {
		t.Errorf("%d roots, %v", n, err)
	}
}

func TestTheSameFromTheSame(t *testing.T) {
	t.Parallel()
	one, err := sample().image()
	if err != nil {
		t.Fatal(err)
	}
	two, err := sample().image()
	if err != nil {
		t.Fatal(err)
	}
	a, _ := one.Digest()
	b, _ := two.Digest()
	if a != b {
		t.Errorf("%s and %s", a, b)
	}
}
