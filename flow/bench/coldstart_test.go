package bench_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/gcp/emulators"
)

// BenchmarkColdStart measures from the start of a process until its port answers:
// the program of a deployed function, and a bare functions-framework program that
// opens the same clients, in turn. An iteration is a start of each.
func BenchmarkColdStart(b *testing.B) {
	running, err := emulators.Start(b.Context(), emulators.Options{})
	if errors.Is(err, emulators.ErrMissing) {
		b.Skip(err)
	}
	if err != nil {
		b.Fatal(err)
	}
	defer running.Stop()
	host, bare := built(b, "functions/cmd/gcp"), built(b, "flow/bench/bare")
	environment := append(os.Environ(), "GOOGLE_CLOUD_PROJECT=bench", "FUNCTION_TARGET=reserve-credit",
		"FIRESTORE_EMULATOR_HOST="+running.Firestore, "PUBSUB_EMULATOR_HOST="+running.PubSub)
	var hosts, bares []time.Duration
	b.ResetTimer()
	for range b.N {
		hosts = append(hosts, coldStart(b, host, environment))
		bares = append(bares, coldStart(b, bare, environment))
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(hosts).Seconds()*1000, "host-ms")
	b.ReportMetric(median(bares).Seconds()*1000, "bare-ms")
	b.ReportMetric(median(hosts).Seconds()/median(bares).Seconds(), "host/bare")
}

// built builds a program as it is deployed and returns its path.
func built(b *testing.B, program string) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), filepath.Base(program))
	out, err := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-ldflags=-s -w", "-o", path, "github.com/onevent/onevent/"+program).CombinedOutput()
	if err != nil {
		b.Fatalf("build %s: %v\n%s", program, err, out)
	}
	return path
}

// coldStart starts a program and returns how long it took until its port answers.
func coldStart(b *testing.B, program string, environment []string) time.Duration {
	b.Helper()
	listener, err := (&net.ListenConfig{}).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	address := listener.Addr().String()
	_, port, _ := net.SplitHostPort(address)
	listener.Close()
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	command := exec.CommandContext(ctx, program)
	command.Env = append(slices.Clone(environment), "PORT="+port)
	began := time.Now()
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	defer command.Wait()
	defer cancel()
	for time.Since(began) < 30*time.Second {
		if conn, err := net.Dial("tcp", address); err == nil {
			took := time.Since(began)
			conn.Close()
			return took
		}
		time.Sleep(200 * time.Microsecond)
	}
	b.Fatal(fmt.Errorf("%s does not answer", program))
	return 0
}

func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}
