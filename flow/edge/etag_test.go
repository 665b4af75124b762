package edge_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow"
)

// TestReadsHaveTags holds that the ETag is that of the bytes, that HEAD has the
// same headers as GET, and that who has the answer gets 304 without a body.
func TestReadsHaveTags(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var receipt flow.Receipt
	if err := json.Unmarshal([]byte(r.press(`{"light":"a","house":"h"}`).body), &receipt); err != nil {
		t.Fatal(err)
	}
	r.Run()
	for _, path := range []string{
		"/views/lights", "/views/lights?limit=1&fields=on", "/views/lights/a", "/views/lights/a?fields=on", "/streams/light/a",
		"/flows/" + receipt.Correlation, "/log", "/commands", "/events", "/functions",
	} {
		got := r.do(http.MethodGet, path, "")
		sum := sha256.Sum256([]byte(got.body))
		tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`
		if got.header.Get("ETag") != tag || got.header.Get("Cache-Control") != "private, no-cache" {
			t.Errorf("%s: %+v, want the tag %s", path, got, tag)
		}
		head := r.do(http.MethodHead, path, "")
		for _, name := range []string{"ETag", "Cache-Control", "Content-Type", "Content-Length"} {
			if head.header.Get(name) != got.header.Get(name) {
				t.Errorf("HEAD %s: %s is %q, of GET it is %q", path, name, head.header.Get(name), got.header.Get(name))
			}
		}
		if head.header.Get("Content-Length") != strconv.Itoa(len(got.body)) {
			t.Errorf("HEAD %s: %+v", path, head)
		}
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			a := r.do(method, path, "", "If-None-Match", tag)
			if a.status != http.StatusNotModified || a.body != "" || a.header.Get("ETag") != tag || a.header.Get("Cache-Control") == "no-store" {
				t.Errorf("%s %s again: %+v", method, path, a)
			}
		}
	}
}

func TestIfNoneMatchIsAList(t *testing.T) {
	t.Parallel()
	r := newShelves(t)
	tag := r.do(http.MethodGet, "/views/shelves/s1", "").header.Get("ETag")
	bare := strings.Trim(tag, `"`)
	for value, want := range map[string]int{
		tag: 304, "W/" + tag: 304, "*": 304, " * ": 304, `"other", ` + tag: 304, `"a,b",W/"c"  ,,` + tag + `, "d"`: 304,
		`"other"`: 200, bare: 200, `"` + bare: 200, "w/" + tag: 200, `"` + strings.ToUpper(bare) + `x"`: 200, `*, "x"`: 200, ",": 200,
		`"` + bare + `,"`: 200, "W/*": 200,
	} {
		if a := r.do(http.MethodGet, "/views/shelves/s1", "", "If-None-Match", value); a.status != want {
			t.Errorf("If-None-Match: %s: %d, want %d", value, a.status, want)
		}
	}
	if a := r.do(http.MethodGet, "/views/shelves/s1", "", "If-None-Match", `"x"`, "If-None-Match", tag); a.status != http.StatusNotModified {
		t.Errorf("on two lines: %+v", a)
	}
	if a := r.do(http.MethodGet, "/views/shelves/none", "", "If-None-Match", "*"); a.status != http.StatusNotFound {
		t.Errorf("what is not there: %+v", a)
	}
	if a := r.do(http.MethodGet, "/views/shelves/s2", "", "If-None-Match", tag); a.status != http.StatusOK {
		t.Errorf("another document: %+v", a)
	}
}
