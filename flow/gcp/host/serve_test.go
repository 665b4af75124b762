//go:build unix

package host_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/gcp/host"
)

// TestMain makes the test binary double as a program that serves, since the
// framework's registry is the process's.
func TestMain(m *testing.M) {
	if port := os.Getenv("ONEVENT_SERVE"); port != "" {
		time.AfterFunc(time.Minute, func() { os.Exit(1) }) // whatever goes wrong
		if err := serve(port); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// serve is what a main does.
func serve(port string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	h := host.Host{
		Bind: "127.0.0.1",
		Functions: map[string]func(context.Context, driver.Message) error{
			"slow": func(ctx context.Context, m driver.Message) error {
				fmt.Println("began", m.ID)
				<-ctx.Done() // of the request: it ends when the client goes
				return ctx.Err()
			},
			"patient": func(context.Context, driver.Message) error {
				fmt.Println("began")
				<-signalled(syscall.SIGUSR1)
				return nil
			},
			"broken": func(context.Context, driver.Message) error { panic("broken") },
		},
		Handlers: map[string]http.Handler{"edge": http.NotFoundHandler()},
		Grace:    20 * time.Second,
	}
	return h.Serve(ctx, port)
}

func signalled(s os.Signal) <-chan os.Signal {
	c := make(chan os.Signal, 1)
	signal.Notify(c, s)
	return c
}

// A program is a running serve.
type program struct {
	*testing.T
	cmd    *exec.Cmd
	url    string
	output *output
}

// An output wakes whoever waits for a word in it.
type output struct {
	words chan string
}

func (o *output) Write(p []byte) (int, error) {
	for word := range strings.FieldsSeq(string(p)) {
		o.words <- word
	}
	return len(p), nil
}

func start(t *testing.T, env ...string) *program {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	p := &program{T: t, cmd: exec.CommandContext(t.Context(), os.Args[0]), url: "http://" + address, output: &output{make(chan string, 1000)}}
	p.cmd.Env = append(append(os.Environ(), "ONEVENT_SERVE="+address[strings.LastIndex(address, ":")+1:]), env...)
	p.cmd.Stdout, p.cmd.Stderr = p.output, p.output
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if p.status("/nobody") != 0 {
			return p
		}
		if time.Now().After(deadline) {
			t.Fatal("the program does not answer in 20 s")
		}
	}
}

// status returns how a push is answered, or 0 if it is not.
func (p *program) status(path string) int {
	r, err := http.NewRequestWithContext(p.Context(), http.MethodPost, p.url+path, http.NoBody)
	if err != nil {
		p.Fatal(err)
	}
	r.Header = event()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(r)
	if err != nil {
		return 0
	}
	response.Body.Close()
	return response.StatusCode
}

func (p *program) signal(s os.Signal) {
	if err := p.cmd.Process.Signal(s); err != nil {
		p.Fatal(err)
	}
}

func (p *program) await(word string) {
	for {
		select {
		case w := <-p.output.words:
			if w == word {
				return
			}
		case <-time.After(20 * time.Second):
			p.Fatalf("the program did not say %q in 20 s", word)
		}
	}
}

func TestServeFinishesWhatIsAtWork(t *testing.T) {
	t.Parallel()
	p := start(t)
	answered := make(chan int, 1)
	go func() { answered <- p.status("/patient") }()
	p.await("began")
	p.signal(syscall.SIGTERM)
	for deadline := time.Now().Add(20 * time.Second); p.status("/edge") != http.StatusServiceUnavailable; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("requests are let in 20 s after SIGTERM")
		}
	}
	p.signal(syscall.SIGUSR1)
	if status := <-answered; status != http.StatusNoContent {
		t.Errorf("the request at work got %d", status)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("the program ended with %v", err)
	}
}

func TestServeWithATarget(t *testing.T) {
	t.Parallel()
	p := start(t, "FUNCTION_TARGET=broken")
	if status := p.status("/"); status != http.StatusInternalServerError {
		t.Errorf("a function that panics got %d", status)
	}
	p.await("panic") // the framework says so
	p.signal(syscall.SIGTERM)
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("the program ended with %v", err)
	}
}

func TestServeWithAnUnknownTarget(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "ONEVENT_SERVE=1", "FUNCTION_TARGET=nobody")
	output, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || !strings.Contains(string(output), `no function "nobody"`) {
		t.Errorf("the program said %q and ended with %v", output, err)
	}
}
