package edge

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/onevent/onevent/flow"
)

// The headers of a command besides Content-Type.
const (
	// KeyHeader makes a command count once, however often it is sent: 1 to 255
	// printable ASCII characters.
	KeyHeader = "Idempotency-Key"
	// ActorHeader says who sends it, for the audit trail: at most 128 bytes. Where
	// requests need a token, the token says so, and the header is for who may
	// impersonate others.
	ActorHeader = "Onevent-Actor"
	// ReplayedHeader is "true" on an answer to a command that was executed
	// before.
	ReplayedHeader = "Idempotent-Replayed"
)

const (
	jsonType = "application/json"
	maxBody  = flow.MaxCommandBytes
	maxKey   = 255
	maxActor = 128
)

// execute executes a command and answers with its receipt: 201 if it recorded
// something, 200 if it was executed before, with the same body, or changed
// nothing.
func (e *edge) execute(w http.ResponseWriter, r *http.Request) error {
	request, err := e.requestOf(w, r)
	if err != nil {
		return err
	}
	// A sender who hangs up leaves no command half way.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), e.timeout)
	defer cancel()
	receipt, err := e.system.Execute(ctx, request)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if len(receipt.Events) > 0 {
		w.Header().Set("Location", "/streams/"+receipt.Stream)
		if !receipt.Repeated {
			status = http.StatusCreated
		}
	}
	if receipt.Repeated {
		w.Header().Set(ReplayedHeader, "true")
	}
	w.Header().Set(TokenHeader, receipt.ID)
	return answer(w, status, receipt)
}

// commandsOf returns the functions of an application that execute commands, by
// the names of those.
func commandsOf(app flow.App) map[string]flow.Function {
	functions := map[string]flow.Function{}
	for _, f := range app.Functions {
		if f.Kind() == flow.KindCommand {
			functions[f.Input().Type()] = f
		}
	}
	return functions
}

func (e *edge) requestOf(w http.ResponseWriter, r *http.Request) (request flow.Request, err error) {
	request.Command = r.PathValue("name")
	if _, ok := e.commands[request.Command]; !ok {
		return request, notFound("unknown-command", "there is no command %s; GET /commands lists them", quote(request.Command))
	}
	if _, err := parameters(r); err != nil {
		return request, err
	}
	if request.IdempotencyKey, err = header(r, KeyHeader, maxKey, isPrintableASCII); err != nil {
		return request, err
	}
	if request.Actor, err = e.actorOf(r); err != nil {
		return request, err
	}
	if err := checkContent(r); err != nil {
		return request, err
	}
	request.Body, err = readBody(w, r)
	return request, err
}

func isPrintableASCII(c rune) bool { return ' ' <= c && c <= '~' }

// header returns the value of a header that may be there once.
func header(r *http.Request, name string, most int, allowed func(rune) bool) (string, error) {
	values := r.Header.Values(name)
	if len(values) == 0 {
		return "", nil
	}
	value := values[0]
	wrong := ""
	switch {
	case len(values) > 1:
		wrong = "is there twice"
	case value == "":
		wrong = "is empty; leave it out or set it"
	case len(value) > most:
		return "", problem(http.StatusBadRequest, "bad-header", "%s has %d bytes, the limit is %d", name, len(value), most)
	case !utf8.ValidString(value) || strings.ContainsFunc(value, func(c rune) bool { return !allowed(c) }):
		wrong = "holds a character that is not allowed"
	}
	if wrong != "" {
		return "", problem(http.StatusBadRequest, "bad-header", "%s %s", name, wrong)
	}
	return value, nil
}

// checkContent takes JSON and nothing else. That a type must be told also keeps
// web forms of other sites out.
func checkContent(r *http.Request) error {
	const kind = "unsupported-media-type"
	value := r.Header.Get("Content-Type")
	media, parameters, err := mime.ParseMediaType(value)
	charset, hasCharset := parameters["charset"]
	switch {
	case value == "":
		return problem(http.StatusUnsupportedMediaType, kind, "the body has no Content-Type; send JSON with the header Content-Type: %s", jsonType)
	case err != nil || media != jsonType || len(r.Header.Values("Content-Type")) > 1:
		return problem(http.StatusUnsupportedMediaType, kind, "the body is %s; send JSON with the header Content-Type: %s", quote(value), jsonType)
	case hasCharset && !strings.EqualFold(charset, "utf-8"):
		return problem(http.StatusUnsupportedMediaType, kind, "the body is in %s; JSON is in UTF-8", quote(charset))
	case r.Header.Get("Content-Encoding") != "":
		return problem(http.StatusUnsupportedMediaType, kind, "the body is encoded with %s; send it as it is", quote(r.Header.Get("Content-Encoding")))
	}
	return nil
}

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	tooLarge := problem(http.StatusRequestEntityTooLarge, "too-large", "the body is larger than %d bytes", maxBody)
	if r.ContentLength > maxBody {
		return nil, tooLarge
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var limit *http.MaxBytesError
	switch {
	case errors.As(err, &limit):
		return nil, tooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, problem(http.StatusRequestTimeout, "too-slow", "the body did not come in time")
	case err != nil:
		return nil, problem(http.StatusBadRequest, "broken-body", "the body ended too early")
	case len(body) == 0:
		return nil, problem(http.StatusBadRequest, "not-json", "the body is empty; send JSON")
	}
	return body, nil
}
