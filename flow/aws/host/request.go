package host

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
)

// request answers a request that came by a function URL or an HTTP API, in the
// payload format 2.0. An answer is sent when it is whole, and has at most 6 MB, see
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html.
func (i invoker) request(ctx context.Context, payload []byte) ([]byte, error) {
	var e events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, fmt.Errorf("host: request: %w", err)
	}
	r, err := requestOf(ctx, e)
	if err != nil {
		return json.Marshal(events.APIGatewayV2HTTPResponse{StatusCode: http.StatusBadRequest, Body: "the request is broken"})
	}
	w := &answer{header: http.Header{}}
	i.Edge.ServeHTTP(w, r)
	return json.Marshal(w.response())
}

// requestOf returns the request in an event.
func requestOf(ctx context.Context, e events.APIGatewayV2HTTPRequest) (*http.Request, error) {
	body := []byte(e.Body)
	if e.IsBase64Encoded {
		decoded, err := base64.StdEncoding.DecodeString(e.Body)
		if err != nil {
			return nil, fmt.Errorf("host: body: %w", err)
		}
		body = decoded
	}
	target := (&url.URL{Path: e.RawPath}).EscapedPath()
	if strings.Contains(e.RawPath, "%") { // it came escaped
		target = e.RawPath
	}
	if e.RawQueryString != "" {
		target += "?" + e.RawQueryString
	}
	r, err := http.NewRequestWithContext(ctx, e.RequestContext.HTTP.Method, target, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("host: request: %w", err)
	}
	for name, value := range e.Headers {
		r.Header.Set(name, value)
	}
	if len(e.Cookies) > 0 {
		r.Header.Set("Cookie", strings.Join(e.Cookies, "; "))
	}
	r.Host, r.RequestURI, r.RemoteAddr = e.RequestContext.DomainName, target, e.RequestContext.HTTP.SourceIP+":0"
	return r, nil
}

// An answer keeps what a handler writes.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 && status >= http.StatusOK {
		a.status = status
	}
}

// Write implements http.ResponseWriter.
func (a *answer) Write(data []byte) (int, error) {
	if a.header.Get("Content-Type") == "" {
		a.header.Set("Content-Type", http.DetectContentType(data))
	}
	a.WriteHeader(http.StatusOK)
	return a.body.Write(data)
}

// response returns the answer as Lambda wants it. Headers with several values are
// joined, but for cookies.
func (a *answer) response() events.APIGatewayV2HTTPResponse {
	a.WriteHeader(http.StatusOK)
	response := events.APIGatewayV2HTTPResponse{StatusCode: a.status, Headers: map[string]string{}}
	for name, values := range a.header {
		if name == "Set-Cookie" {
			response.Cookies = values
			continue
		}
		response.Headers[name] = strings.Join(values, ", ")
	}
	if utf8.Valid(a.body.Bytes()) {
		response.Body = a.body.String()
	} else {
		response.Body, response.IsBase64Encoded = base64.StdEncoding.EncodeToString(a.body.Bytes()), true
	}
	return response
}
