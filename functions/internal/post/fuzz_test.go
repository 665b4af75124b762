package post_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/onevent/onevent/functions/internal/post"
)

// A said is an outside that says one thing to everybody.
type said struct {
	status int
	body   []byte
}

// RoundTrip answers.
func (s said) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: s.status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(s.body)), Request: r}, nil
}

// FuzzJSON has the outside answer anything: it is yes, a no with a reason that can
// be recorded, or an error; never two of them.
func FuzzJSON(f *testing.F) {
	for _, body := range []string{`{"id":"x"}`, `{"reason":"no funds"}`, `{"reason":"\ud800"}`, `{"reason":7}`, `null`, `[]`, `{`, "", strings.Repeat("ä", post.MaxReason)} {
		for _, status := range []int{200, 204, 402, 409, 400, 404, 429, 500, 503} {
			f.Add(status, []byte(body))
		}
	}
	f.Add(402, []byte(`{"reason":"`+strings.Repeat("ä", post.MaxReason)+`"}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if status < 200 || status > 599 || status/100 == 3 {
			return // the client does not hand it on
		}
		var out answer
		refusal, err := post.JSON(t.Context(), &http.Client{Transport: said{status, body}}, "http://outside", "/charges", map[string]int{"amount": 1}, &out)
		switch {
		case err != nil && refusal != "":
			t.Fatalf("both no, %q, and an error: %v", refusal, err)
		case (status == 402 || status == 409) != (refusal != "") && len(body) <= post.MaxAnswer:
			t.Fatalf("%d is refused with %q: %v", status, refusal, err)
		case len(refusal) > post.MaxReason || !utf8.ValidString(refusal):
			t.Fatalf("the reason is %q", refusal)
		case status/100 != 2 && err == nil && refusal == "":
			t.Fatalf("%d is yes", status)
		}
	})
}
