package cloud_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/gcp"
	"github.com/onevent/onevent/internal/loopback"
)

// BenchmarkStart starts two programs in turns, at least ten times each: the one
// of the functions on Google Cloud, as the function reserve-credit, and a bare
// function of the functions framework with the same two clients, both on the same
// emulators. It reports the medians from exec to the first answer over HTTP, and
// to the first event handled. An iteration is one start of each.
func BenchmarkStart(b *testing.B) {
	needEmulators(b)
	programs := []*program{
		{name: "onevent", path: build(b, "github.com/onevent/onevent/functions/cmd/gcp")},
		{name: "bare", path: build(b, "github.com/onevent/onevent/flow/bench/cloud/bare")},
	}
	for _, p := range programs {
		p.start(b, "first-of-"+p.name) // brings the file into the page cache
	}
	mustBeInTheLog(b, "first-of-onevent")
	b.ResetTimer()
	inTurns := slices.Clone(programs)
	for range max(b.N, 10) {
		slices.Reverse(inTurns) // neither is always the one that starts first
		for _, p := range inTurns {
			s := p.start(b, fmt.Sprintf("o%x", rand.Uint64()))
			p.answered, p.handled = append(p.answered, s.answered), append(p.handled, s.handled)
		}
	}
	b.StopTimer()
	onevent, bare := programs[0], programs[1]
	for _, p := range programs {
		b.ReportMetric(milliseconds(median(p.answered)), p.name+"-ms")
		b.ReportMetric(milliseconds(median(p.handled)), p.name+"-event-ms")
		b.ReportMetric(megabytes(b, p.path), p.name+"-MB")
	}
	b.ReportMetric(float64(median(onevent.answered))/float64(median(bare.answered)), "ratio")
	b.ReportMetric(float64(median(onevent.handled))/float64(median(bare.handled)), "event-ratio")
	b.ReportMetric(0, "ns/op")
}

func build(b *testing.B, pkg string) (path string) {
	b.Helper()
	path = filepath.Join(b.TempDir(), "program")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-o", path, pkg).CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return path
}

// mustBeInTheLog ends the benchmark unless an order's event led to another: a
// message that is parked is done too.
func mustBeInTheLog(b *testing.B, order string) {
	b.Helper()
	store, err := gcp.OpenStore(b.Context(), gcp.StoreOptions{Project: project, Emulator: google.Firestore})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	events := 0
	for r, err := range store.Log().Flow(b.Context(), order) {
		if err != nil {
			b.Fatal(err)
		}
		events += r.Count
	}
	if events != 1 {
		b.Fatalf("the log has %d events that follow from %s, want 1", events, order)
	}
}

// A program is one that is started again and again.
type program struct {
	name, path        string
	answered, handled []time.Duration
}

// A started says how long a start took: from exec to the first answer, whatever
// it was, and to the first event handled.
type started struct{ answered, handled time.Duration }

// start starts the program, has it handle the creation of an order, and kills it.
func (p *program) start(b *testing.B, order string) (s started) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), 30*time.Second)
	defer cancel()
	port, err := loopback.Port()
	if err != nil {
		b.Fatal(err)
	}
	var output strings.Builder
	cmd := exec.CommandContext(ctx, p.path)
	cmd.Env = append(os.Environ(),
		"PORT="+port, "FUNCTION_TARGET=reserve-credit", "GOOGLE_CLOUD_PROJECT="+project,
		"FIRESTORE_EMULATOR_HOST="+google.Firestore, "PUBSUB_EMULATOR_HOST="+google.PubSub)
	cmd.Stdout, cmd.Stderr = &output, &output
	url := "http://127.0.0.1:" + port
	began := time.Now()
	err = cmd.Start()
	if err == nil {
		err = awaitAnswer(ctx, url)
		s.answered = time.Since(began)
	}
	if err == nil {
		err = postEvent(ctx, url, order)
		s.handled = time.Since(began)
	}
	cancel() // kills it
	cmd.Wait()
	if err != nil {
		b.Fatalf("%s: %v\n%s", p.name, err, output.String())
	}
	return s
}

// awaitAnswer asks once a millisecond until there is an answer. GET is no way to
// hand over an event, so that nothing is handled yet.
func awaitAnswer(ctx context.Context, url string) error {
	for {
		if response, err := ask(ctx, http.MethodGet, url, ""); err == nil {
			return response.Body.Close()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("no answer: %w", ctx.Err())
		case <-time.After(time.Millisecond):
		}
	}
}

// postEvent hands over an order of an account that has no credit, which is an
// account of its own.
func postEvent(ctx context.Context, url, order string) error {
	response, err := ask(ctx, http.MethodPost, url, fmt.Sprintf(
		`{"order":%q,"consumer":%[1]q,"restaurant":"luigis","items":[{"name":"Pizza","quantity":1,"price":1200}],"total":1200}`, order),
		"Content-Type: application/json", "Ce-Specversion: 1.0", "Ce-Type: order.created", "Ce-Source: /streams/order/"+order,
		"Ce-Id: "+order, "Ce-Sequence: 1", "Ce-Time: 2026-01-01T00:00:00Z", "Ce-Correlationid: "+order)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode/100 != 2 {
		why, _ := io.ReadAll(response.Body)
		return fmt.Errorf("event: %s: %s", response.Status, why)
	}
	return nil
}

func ask(ctx context.Context, method, url, body string, headers ...string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Close = true
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		request.Header.Set(name, value)
	}
	return http.DefaultClient.Do(request)
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
