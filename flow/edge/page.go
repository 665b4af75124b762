package edge

import (
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	defaultLimit = 100
	maxLimit     = 1000
	// pageBytes is after how many bytes a page is full, whatever its limit.
	pageBytes = 2_000_000
)

// parameters returns the parameters of a request, each of them known and there at
// most once.
func parameters(r *http.Request, known ...string) (url.Values, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, badParameter("the query %s can't be read", quote(r.URL.RawQuery))
	}
	for name, all := range values {
		switch {
		case !slices.Contains(known, name) && len(known) == 0:
			return nil, badParameter("there is no parameter %s; none is known here", quote(name))
		case !slices.Contains(known, name):
			return nil, badParameter("there is no parameter %s; known are %s", quote(name), strings.Join(known, ", "))
		case len(all) > 1:
			return nil, badParameter("the parameter %s is there twice", name)
		}
	}
	return values, nil
}

// limitOf returns how many things a page may hold.
func limitOf(values url.Values) (int, error) {
	text := values.Get("limit")
	if text == "" {
		return defaultLimit, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxLimit {
		return 0, badParameter("the limit %s is not 1 to %d", quote(text), maxLimit)
	}
	return n, nil
}

// collect takes things until a page is full, and says whether there are more.
func collect[T any](things iter.Seq2[T, error], limit int, size func(T) int) (page []T, more bool, err error) {
	page = []T{}
	bytes := 0
	for thing, err := range things {
		switch {
		case err != nil:
			return nil, false, err
		case len(page) == limit || bytes > pageBytes:
			return page, true, nil
		}
		page = append(page, thing)
		bytes += size(thing)
	}
	return page, false, nil
}

// past skips things up to the one with an identity; none if that is empty.
func past[T any](things iter.Seq2[T, error], id string, idOf func(T) string) iter.Seq2[T, error] {
	if id == "" {
		return things
	}
	return func(yield func(T, error) bool) {
		found := false
		for thing, err := range things {
			switch {
			case found || err != nil:
				if !yield(thing, err) || err != nil {
					return
				}
			case idOf(thing) == id:
				found = true
			}
		}
		if !found {
			var none T
			yield(none, badParameter("after %s: there is none with this identity", quote(id)))
		}
	}
}
