package host_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/gcp/host"
	"github.com/onevent/onevent/flow/internal/fuzzing"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/memory"
)

// FuzzPush posts what Pub/Sub pushes and what it does not, with the headers in
// lines of their own: each is done, which includes being parked, or refused as no
// message at all. Nothing is asked for again for ever.
func FuzzPush(f *testing.F) {
	const metadata = "X-Goog-Pubsub-Message-Id: 77\nX-Goog-Pubsub-Subscription-Name: projects/p/subscriptions/count-light~light.switched_on\n"
	fuzzing.Seed(f, 500,
		[]any{uint8(0), metadata + "Ce-Id: 0123456789abcdef0123456789abcdef-0\nCe-Type: light.switched_on\nCe-Specversion: 1.0\nCe-Source: /streams/light/a\n" +
			"Ce-Time: 2030-01-01T00:00:00Z\nCe-Sequence: 1\nCe-Correlationid: c\nContent-Type: application/json", []byte(`{"light":"a","house":"h"}`)},
		// A push with a wrapper, which host does not ask for.
		[]any{uint8(0), "Content-Type: application/json", []byte(`{"message":{"attributes":{"ce-id":"x"},"data":"e30=","messageId":"1"},"subscription":"projects/p/subscriptions/s"}`)},
		[]any{uint8(0), metadata, []byte(`{"message":{"attributes":{"ce-id":"x"},"data":"e30=","messageId":"1"},"subscription":"projects/p/subscriptions/s"}`)},
		[]any{uint8(1), metadata + "Cloudpubsubdeadlettersourcesubscription: projects/p/subscriptions/t-count-light~light.switched_on\nCe-Id: x\nCe-Type: y", []byte(`{}`)},
		[]any{uint8(1), metadata + "Cloudpubsubdeadlettersourcesubscription: ~~/", []byte{0xff}},
		[]any{uint8(2), "Ce-Id: x", []byte(nil)})
	paths := []string{"/count-light", "/dead-letters", "/lights/", "/houses", "/ring-bell"}
	f.Fuzz(func(t *testing.T, path uint8, headers string, body []byte) {
		header := http.Header{}
		for line := range strings.Lines(headers) {
			name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
			header.Add(name, value)
		}
		store := memory.New()
		w := flowtest.NewWorld(t, testapp.App(nil), &driver.Platform{Log: store, Views: store.Views(), Agenda: store.Agenda()})
		h := handler(t, host.For(w.System(), nil), "")
		for attempt := range 4 {
			status := request(t, h, http.MethodPost, paths[int(path)%len(paths)], header, bytes.NewReader(body)).Code
			switch status {
			case http.StatusNoContent:
				return
			case http.StatusBadRequest:
				for _, err := range w.System().Parked(t.Context()) {
					t.Fatalf("refused with %d, and parked (%v)", status, err)
				}
				return
			}
			if attempt == 3 {
				t.Fatalf("%s with %q and %q: %d a fourth time", paths[int(path)%len(paths)], headers, body, status)
			}
		}
	})
}
