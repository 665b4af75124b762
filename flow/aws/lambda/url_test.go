package lambda_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/aws/host"
	"github.com/onevent/onevent/flow/aws/lambda"
)

// asProgram has the test binary be the program of a function.
const asProgram = "ONEVENT_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) == "" {
		os.Exit(m.Run())
	}
	if err := (host.Host{Edge: http.HandlerFunc(echo)}).Serve(context.Background(), host.Edge); err != nil {
		os.Exit(1)
	}
}

// echo answers with what it was asked, and with what its environment holds.
func echo(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/panic" {
		panic("as it was told")
	}
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("Asked", strings.Join([]string{r.Method, r.Host, r.RequestURI, r.Header.Get("Onevent-Actor"), r.Header.Get("Cookie")}, " "))
	w.Header().Set("Home", os.Getenv("HOME"))
	http.SetCookie(w, &http.Cookie{Name: "a", Value: "1"})
	http.SetCookie(w, &http.Cookie{Name: "b", Value: "2"})
	w.WriteHeader(http.StatusTeapot)
	_, _ = w.Write(body)
}

// A request comes to the program, and its answer back, as they were sent; and the
// program knows nothing of the environment that it is run in.
func TestURL(t *testing.T) {
	t.Parallel()
	server := serving(t)
	for _, body := range []string{"", `{"a":"ü"}`, "\xff\x00"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/a%2Fb/c?d=e%20f&d=g", bytes.NewReader([]byte(body)))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Onevent-Actor", "ann")
		r.AddCookie(&http.Cookie{Name: "x", Value: "1"})
		r.AddCookie(&http.Cookie{Name: "y", Value: "2"})
		response, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(response.Body)
		if err := errors.Join(err, response.Body.Close()); err != nil {
			t.Fatal(err)
		}
		if response.StatusCode != http.StatusTeapot || string(answer) != body || len(response.Cookies()) != 2 || response.Header.Get("Home") != "" {
			t.Errorf("%q: %d %q, %v", body, response.StatusCode, answer, response.Header)
		}
		want := "POST " + r.Host + " /a%2Fb/c?d=e%20f&d=g ann x=1; y=2"
		if asked := response.Header.Get("Asked"); asked != want {
			t.Errorf("the function was asked %q, not %q", asked, want)
		}
	}
}

func TestURLOfWhatFails(t *testing.T) {
	t.Parallel()
	server := serving(t)
	for path, c := range map[string]struct{ size, want int }{
		"/panic":     {0, http.StatusBadGateway},
		"/too/large": {6<<20 + 1, http.StatusRequestEntityTooLarge},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+path, bytes.NewReader(make([]byte, c.size)))
		if err != nil {
			t.Fatal(err)
		}
		response, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if response.StatusCode != c.want {
			t.Errorf("%s: %s", path, response.Status)
		}
		if err := response.Body.Close(); err != nil {
			t.Error(err)
		}
	}
}

// serving serves the function of this test's binary behind its URL.
func serving(t *testing.T) *httptest.Server {
	t.Helper()
	runtime, err := lambda.NewRuntime(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- lambda.Instances{Program: os.Args[0], Env: []string{asProgram + "=1"}, Apart: true}.Run(ctx, runtime)
	}()
	server := httptest.NewServer(lambda.URL{Function: "edge", Runtime: runtime, Timeout: time.Minute})
	t.Cleanup(func() {
		server.Close()
		cancel()
		if err := errors.Join(<-ended, runtime.Close()); err != nil {
			t.Error(err)
		}
	})
	return server
}
