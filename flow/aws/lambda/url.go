package lambda

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
)

// A URL is the function URL of a function, as an HTTP handler: each request is one
// invocation, in the payload format 2.0. It lets everybody in, and answers as AWS does:
// 502 if the function fails, 413 for a body of more than 6 MB. See
// https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html.
type URL struct {
	// Function is the name of the function.
	Function string
	// Runtime has it.
	Runtime *Runtime
	// Timeout is how long an invocation may take; 0 means 30 seconds.
	Timeout time.Duration
}

// ServeHTTP invokes the function with a request.
func (u URL) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPayload))
	if tooLarge := (&http.MaxBytesError{}); errors.As(err, &tooLarge) {
		http.Error(w, "the request is too large", http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		return // who asks is gone
	}
	response, err := u.invoke(r, body)
	if err != nil {
		http.Error(w, "Internal Server Error", http.StatusBadGateway)
		return
	}
	for name, value := range response.Headers {
		w.Header().Set(name, value)
	}
	for _, cookie := range response.Cookies {
		w.Header().Add("Set-Cookie", cookie)
	}
	w.WriteHeader(response.StatusCode)
	_, _ = io.WriteString(w, response.Body) // who does not get it asks again
}

// invoke returns what the function answers, its body as it is sent.
func (u URL) invoke(r *http.Request, body []byte) (events.LambdaFunctionURLResponse, error) {
	var response events.LambdaFunctionURLResponse
	payload, err := json.Marshal(requestOf(r, body))
	if err != nil {
		return response, err
	}
	within := u.Timeout
	if within == 0 {
		within = 30 * time.Second
	}
	answer, err := u.Runtime.Invoke(r.Context(), u.Function, payload, within)
	if err != nil {
		return response, err
	}
	if err := json.Unmarshal(answer, &response); err != nil {
		return response, fmt.Errorf("lambda: %s: the function's answer: %w", u.Function, err)
	}
	if response.StatusCode < http.StatusOK || response.StatusCode > 599 {
		return response, fmt.Errorf("lambda: %s: the function answers the status %d", u.Function, response.StatusCode)
	}
	if response.IsBase64Encoded {
		decoded, err := base64.StdEncoding.DecodeString(response.Body)
		if err != nil {
			return response, fmt.Errorf("lambda: %s: the function's body: %w", u.Function, err)
		}
		response.Body = string(decoded)
	}
	return response, nil
}

// requestOf returns the event for a request. Names of headers are in lower case, and
// several values are joined.
func requestOf(r *http.Request, body []byte) events.LambdaFunctionURLRequest {
	source, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		source = r.RemoteAddr
	}
	e := events.LambdaFunctionURLRequest{
		Version: "2.0", RawPath: r.URL.EscapedPath(), RawQueryString: r.URL.RawQuery, Headers: map[string]string{"host": r.Host},
		RequestContext: events.LambdaFunctionURLRequestContext{
			DomainName: r.Host,
			HTTP: events.LambdaFunctionURLRequestContextHTTPDescription{
				Method: r.Method, Path: r.URL.Path, Protocol: r.Proto, SourceIP: source, UserAgent: r.UserAgent(),
			},
		},
	}
	for name, values := range r.Header {
		if name == "Cookie" {
			e.Cookies = strings.Split(strings.Join(values, "; "), "; ")
			continue
		}
		e.Headers[strings.ToLower(name)] = strings.Join(values, ",")
	}
	if e.Body = string(body); !utf8.Valid(body) {
		e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	return e
}
