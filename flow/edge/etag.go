package edge

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// cachePolicy lets the reader's own cache keep an answer, and ask with its ETag
// before it is used again. Shared caches keep nothing: they don't know who may
// read what.
const cachePolicy = "private, no-cache"

// tagBytes is how much of the hash of a body is in its ETag.
const tagBytes = 16

// show answers a read with a value as JSON, under a strong ETag, or with 304 if
// the reader has that already.
func show(w http.ResponseWriter, r *http.Request, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("edge: answer: %w", err)
	}
	tag := tagOf(body)
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", cachePolicy)
	if names(r.Header.Values("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	write(w, http.StatusOK, jsonType, body)
	return nil
}

// tagOf returns the ETag of a body as write sends it, with the newline.
func tagOf(body []byte) string {
	hash := sha256.New()
	hash.Write(body)
	hash.Write([]byte{'\n'})
	return `"` + base64.RawURLEncoding.EncodeToString(hash.Sum(nil)[:tagBytes]) + `"`
}

// names says whether the lines of an If-None-Match name a tag, by the weak
// comparison of RFC 9110, 13.1.2. What is no list of tags names those before the
// fault.
func names(lines []string, tag string) bool {
	list := strings.Join(lines, ",")
	if strings.Trim(list, " \t") == "*" {
		return true
	}
	for {
		list = strings.TrimPrefix(strings.TrimLeft(list, " \t,"), "W/")
		text, found := strings.CutPrefix(list, `"`)
		if !found {
			return false
		}
		opaque, rest, closed := strings.Cut(text, `"`)
		if !closed {
			return false
		}
		if `"`+opaque+`"` == tag {
			return true
		}
		list = rest
	}
}
