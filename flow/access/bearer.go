package access

import (
	"net/http"
	"strings"
)

// MaxToken is the most bytes of a token.
const MaxToken = 8 << 10

const authorization = "Authorization"

// bearer returns the token of a request: from the header Authorization, which is
// there once, and from nowhere else. A token in the query would be in logs.
func bearer(r *http.Request) (string, error) {
	values := r.Header.Values(authorization)
	if len(values) > 1 {
		return "", denied(http.StatusBadRequest, badRequest, "the header Authorization is there twice")
	}
	if query := r.URL.Query(); query.Has("access_token") {
		return "", denied(http.StatusBadRequest, badRequest, "a token belongs into the header Authorization, not into the query")
	}
	if len(values) == 0 {
		return "", denied(http.StatusUnauthorized, "", "this needs a token in the header Authorization: Bearer TOKEN")
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	switch {
	case !strings.EqualFold(scheme, "Bearer"):
		return "", denied(http.StatusUnauthorized, "", "the header Authorization has another scheme than Bearer")
	case len(token) > MaxToken:
		return "", invalid("the token is longer than 8192 bytes")
	}
	return token, nil
}
