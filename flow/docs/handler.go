package docs

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/onevent/onevent/flow"
)

const (
	// Path is where the page is served; the documents lie below it.
	Path = "/docs"

	asyncAPIFile = "/asyncapi.json"
	openAPIFile  = "/openapi.json"
)

// A file is one thing that the handler serves.
type file struct {
	contentType, policy, tag string
	data                     []byte
}

// Handler returns the handler of Path and all below it: the page, and the documents
// of an application that it links. All is made once, when the first asks, so that
// no program starts later for it, and afterwards an answer costs a copy. If it can't
// be made, which New would say, the answer is 500.
func Handler(app flow.App, o Options) http.Handler {
	made := sync.OnceValues(func() (http.Handler, error) {
		d, err := New(app, o)
		if err != nil {
			return nil, err
		}
		return d.files()
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		files, err := made()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		files.ServeHTTP(w, r)
	})
}

func (d *Docs) files() (http.Handler, error) {
	page, err := d.Page(Path)
	if err != nil {
		return nil, err
	}
	asyncAPI, err := d.AsyncAPI()
	if err != nil {
		return nil, err
	}
	openAPI, err := d.OpenAPI()
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	const nothing = "default-src 'none'; frame-ancestors 'none'"
	for path, f := range map[string]file{
		Path:                {contentType: "text/html; charset=utf-8", policy: pagePolicy(), data: page},
		Path + asyncAPIFile: {contentType: "application/json", policy: nothing, data: asyncAPI},
		Path + openAPIFile:  {contentType: "application/json", policy: nothing, data: openAPI},
	} {
		sum := sha256.Sum256(f.data)
		f.tag = strconv.Quote(hex.EncodeToString(sum[:16]))
		mux.Handle("GET "+path, f)
	}
	return mux, nil
}

// ServeHTTP answers with the file, or with 304 to who has it already.
func (f file) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.contentType)
	h.Set("Content-Security-Policy", f.policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", f.tag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.data))
}

// pagePolicy allows the page its own style, and nothing else.
func pagePolicy() string {
	sum := sha256.Sum256([]byte(pageStyle))
	return fmt.Sprintf("default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		base64.StdEncoding.EncodeToString(sum[:]))
}
