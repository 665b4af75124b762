package docs_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/onevent/onevent/events/schemas"
	"github.com/onevent/onevent/flow/docs"
	"github.com/onevent/onevent/flow/schema"
	"github.com/onevent/onevent/functions"
)

func get(t *testing.T, handler http.Handler, method, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

func TestHandlerServesPageAndDocuments(t *testing.T) {
	t.Parallel()
	d := food(t)
	handler := docs.Handler(functions.App(functions.Settings{}), docs.Options{Title: "Food to go", Published: schemas.Files})
	all := files(t, d)
	for path, want := range map[string]struct{ file, contentType string }{
		docs.Path + "/asyncapi.json": {"asyncapi.json", "application/json"},
		docs.Path + "/openapi.json":  {"openapi.json", "application/json"},
		docs.Path:                    {"", "text/html; charset=utf-8"},
	} {
		w := get(t, handler, http.MethodGet, path)
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != want.contentType || w.Body.Len() < 10_000 {
			t.Errorf("GET %s: %d, %s, %d bytes", path, w.Code, w.Header().Get("Content-Type"), w.Body.Len())
		}
		if want.file != "" && w.Body.String() != string(all[want.file]) {
			t.Errorf("GET %s is not %s", path, want.file)
		}
		if again := get(t, handler, http.MethodGet, path, "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
			t.Errorf("GET %s again: %d", path, again.Code)
		}
		if head := get(t, handler, http.MethodHead, path); head.Code != http.StatusOK || head.Body.Len() > 0 {
			t.Errorf("HEAD %s: %d", path, head.Code)
		}
	}
	if w := get(t, handler, http.MethodGet, docs.Path+"/other"); w.Code != http.StatusNotFound {
		t.Errorf("another path: %d", w.Code)
	}
	if w := get(t, handler, http.MethodPost, docs.Path); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
}

// TestThePageNeedsNothing holds that a browser that obeys the page's policy loads
// nothing and runs nothing, and still shows it as it is.
func TestThePageNeedsNothing(t *testing.T) {
	t.Parallel()
	handler := docs.Handler(functions.App(functions.Settings{}), docs.Options{Title: "Food to go", Published: schemas.Files})
	w := get(t, handler, http.MethodGet, docs.Path)
	page := w.Body.String()
	if found := regexp.MustCompile(`(?i)<script|<img|<link|<iframe|<object|\sstyle=|\son\w+=|@import|url\(|(src|href)="[^#/]|https?://`).FindString(page); found != "" {
		t.Errorf("the page has %q", found)
	}
	if policy := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy %s", policy)
	}
	if strings.Count(page, "<style>") != 1 || strings.Contains(page, "ZgotmplZ") {
		t.Error("the page lost its style")
	}
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if ids[m[1]] {
			t.Errorf("two things are called %s", m[1])
		}
		ids[m[1]] = true
	}
	for _, m := range regexp.MustCompile(` href="#([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if !ids[m[1]] {
			t.Errorf("a link leads to #%s, which is not there", m[1])
		}
	}
	for _, want := range []string{"order.place", "reserve-credit", "order-summary", "POST /commands/order.place", "Price is for one piece.", "items[].price"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not tell of %s", want)
		}
	}
}

// TestOldVersionsAreOnThePage holds that the page tells of what the log may hold.
func TestOldVersionsAreOnThePage(t *testing.T) {
	t.Parallel()
	page := string(files(t, documents(t, grown(), docs.Options{Title: "<b>Lights</b>"}))["index.html"])
	for _, want := range []string{
		"Old version 1, <code>urn:onevent:light.switched_on:1</code>", "Version 2, " + string(schema.Backward) + " compatible",
		`light.lit <span class="badge">in the log only</span>`, "&lt;b&gt;Lights&lt;/b&gt;",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
}
