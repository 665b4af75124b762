package lambda_test

import (
	"archive/zip"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"
)

const (
	onevent = "github.com/onevent/onevent/functions/cmd/aws"
	bare    = "github.com/onevent/onevent/flow/bench/lambda/bare"
	google  = "github.com/onevent/onevent/functions/cmd/gcp"
)

// TestBothProgramsDoTheSameWork holds what makes their starts comparable.
func TestBothProgramsDoTheSameWork(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds two programs")
	}
	for _, pkg := range []string{onevent, bare} {
		start(t, build(t, pkg, runtime.GOARCH))
	}
}

// BenchmarkStart starts two programs in turns, at least ten times each: the one of
// the functions on AWS, as the function reserve-credit, and a bare aws-lambda-go
// program with the same clients, both with the same runtime API and the same AWS,
// which answers at once. It reports the medians from exec to the first question for
// work, and to the first batch answered. An iteration is one start of each.
func BenchmarkStart(b *testing.B) {
	programs := []*program{{name: "onevent", path: build(b, onevent, runtime.GOARCH)}, {name: "bare", path: build(b, bare, runtime.GOARCH)}}
	for _, p := range programs {
		start(b, p.path) // brings the file into the page cache
	}
	b.ResetTimer()
	inTurns := slices.Clone(programs)
	for range max(b.N, 10) {
		slices.Reverse(inTurns) // neither is always the one that starts first
		for _, p := range inTurns {
			s := start(b, p.path)
			p.inits, p.handled = append(p.inits, s.init), append(p.handled, s.handled)
		}
	}
	b.StopTimer()
	for _, p := range programs {
		b.ReportMetric(milliseconds(median(p.inits)), p.name+"-init-ms")
		b.ReportMetric(milliseconds(median(p.handled)), p.name+"-event-ms")
	}
	one, other := programs[0], programs[1]
	b.ReportMetric(float64(median(one.inits))/float64(median(other.inits)), "init-ratio")
	b.ReportMetric(float64(median(one.handled))/float64(median(other.handled)), "event-ratio")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkSize reports the sizes of the programs as they are deployed, and of the
// archives that Lambda is given.
func BenchmarkSize(b *testing.B) {
	for name, p := range map[string]struct{ pkg, arch string }{
		"aws": {onevent, "arm64"}, "bare": {bare, "arm64"}, "gcp": {google, "amd64"},
	} {
		b.Run(name, func(b *testing.B) {
			path := build(b, p.pkg, p.arch)
			b.ReportMetric(megabytes(b, path), "MB")
			b.ReportMetric(megabytes(b, zipped(b, path)), "zip-MB")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// A program is one that is started again and again.
type program struct {
	name, path     string
	inits, handled []time.Duration
}

// build builds a program as it is deployed, for Linux unless it is to run here.
func build(tb testing.TB, pkg, arch string) (path string) {
	tb.Helper()
	path = filepath.Join(tb.TempDir(), "bootstrap")
	system := "linux"
	if arch == runtime.GOARCH {
		system = runtime.GOOS
	}
	if system == "windows" {
		path += ".exe"
	}
	cmd := exec.CommandContext(tb.Context(), "go", "build", "-trimpath", "-ldflags=-s -w", "-tags=lambda.norpc", "-o", path, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+system, "GOARCH="+arch)
	if out, err := cmd.CombinedOutput(); err != nil {
		tb.Fatalf("%v\n%s", err, out)
	}
	copied(tb, path)
	return path
}

// copied writes a file anew, from its beginning to its end, as whoever unpacks an
// archive does. A linker writes here and there, and what the system then has in
// memory is in so many pieces that starts take a millisecond longer.
func copied(tb testing.TB, path string) {
	tb.Helper()
	data, err := os.ReadFile(path)
	if err == nil {
		err = os.Remove(path)
	}
	if err == nil {
		err = os.WriteFile(path, data, 0o700)
	}
	if err != nil {
		tb.Fatal(err)
	}
}

// zipped returns an archive of a file.
func zipped(b *testing.B, path string) string {
	b.Helper()
	archive, err := os.Create(path + ".zip")
	if err != nil {
		b.Fatal(err)
	}
	defer archive.Close()
	file, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	z := zip.NewWriter(archive)
	w, err := z.Create(filepath.Base(path))
	if err == nil {
		_, err = io.Copy(w, file)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		b.Fatal(err)
	}
	return archive.Name()
}

func median(times []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(times))[len(times)/2]
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func megabytes(b *testing.B, path string) float64 {
	b.Helper()
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	return float64(info.Size()) / (1 << 20)
}
