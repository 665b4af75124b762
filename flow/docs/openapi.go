package docs

import (
	"cmp"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/schema"
)

// OpenAPI returns the OpenAPI 3.1 document of the HTTP edge: a path for each
// command and each view, and those that all applications have. See
// https://spec.openapis.org/oas/v3.1.1.html.
func (d *Docs) OpenAPI() ([]byte, error) {
	a := &api{docs: d, schemas: object{}, responses: object{}, paths: object{}}
	a.components()
	for _, c := range d.commands {
		a.add(a.command(c))
	}
	for _, v := range d.views {
		for _, r := range a.view(v) {
			a.add(r)
		}
	}
	for _, r := range slices.Concat(a.webhooks(), a.common()) {
		a.add(r)
	}
	return encode(object{
		"openapi":           "3.1.1",
		"jsonSchemaDialect": schema.Dialect,
		"info":              d.info(),
		"servers":           []object{{"url": "/", "description": "Where this document is served."}},
		"paths":             a.paths,
		"components":        object{"schemas": a.schemas, "responses": a.responses, "securitySchemes": bearer()},
		"security":          []object{{"bearer": []string{}}, {}},
		"tags":              tags(),
	})
}

// bearer is how callers say who they are, unless the edge is open or somebody in
// front of it asks.
func bearer() object {
	return object{"bearer": object{
		"type": "http", "scheme": "bearer", "bearerFormat": "JWT",
		"description": "A token of the OIDC issuer. Its roles say what it allows; without one the answer is 401, without the right 403.",
	}}
}

func tags() []object {
	return []object{
		{"name": tagCommands, "description": "What can be asked for. A command counts once per Idempotency-Key, for ever."},
		{"name": tagViews, "description": "Read models: each document is the fold of its events."},
		{"name": tagWebhooks, "description": "What somebody outside tells."},
		{"name": tagLog, "description": "What happened, and why."},
		{"name": tagOperating, "description": "What was given up, and what there is."},
	}
}

const (
	tagCommands  = "commands"
	tagViews     = "views"
	tagWebhooks  = "webhooks"
	tagLog       = "log"
	tagOperating = "operating"
)

// An api is an OpenAPI document in the making.
type api struct {
	docs                      *Docs
	schemas, responses, paths object
}

// A route is one operation.
type route struct {
	method, path string
	id, tag      string
	summary      string
	about        string
	parameters   []object
	body         object // nil for none
	answers      object // by status; problems are added
	problems     []int
}

func (a *api) add(r route) {
	item, ok := a.paths[r.path].(object)
	if !ok {
		item = object{}
		a.paths[r.path] = item
	}
	known := problems()
	if !r.public() {
		r.problems = append(r.problems, http.StatusUnauthorized, http.StatusForbidden)
	}
	for _, status := range append(r.problems, 0) {
		name := cmp.Or(strings.TrimPrefix(strconv.Itoa(status), "0"), "default")
		a.responses[name] = known[name]
		r.answers[name] = ref("#/components/responses/" + name)
	}
	operation := object{"operationId": r.id, "summary": r.summary, "tags": []string{r.tag}, "responses": r.answers}
	if r.public() {
		operation["security"] = []object{}
	}
	if r.about != "" {
		operation["description"] = r.about
	}
	if len(r.parameters) > 0 {
		operation["parameters"] = r.parameters
	}
	if r.body != nil {
		operation["requestBody"] = r.body
	}
	item[strings.ToLower(r.method)] = operation
}

// public says whether a route needs no token: signatures protect webhooks.
func (r route) public() bool { return r.tag == tagWebhooks || r.path == "/healthz" }

// components adds the schemas that routes share.
func (a *api) components() {
	for name, t := range map[string]reflect.Type{
		"problem":  reflect.TypeFor[edge.Problem](),
		"receipt":  reflect.TypeFor[flow.Receipt](),
		"batch":    reflect.TypeFor[edge.Batch](),
		"events":   reflect.TypeFor[edge.EventPage](),
		"parked":   reflect.TypeFor[edge.ParkedPage](),
		"retrying": reflect.TypeFor[edge.RetryingPage](),
		"failure":  reflect.TypeFor[flow.Failure](),
		"paused":   reflect.TypeFor[edge.PausedPage](),
		"commands": reflect.TypeFor[struct {
			Commands []edge.CommandInfo `json:"commands"`
		}](),
		"eventList": reflect.TypeFor[struct {
			Events []edge.EventInfo `json:"events"`
		}](),
		"functions": reflect.TypeFor[struct {
			Functions []edge.FunctionInfo `json:"functions"`
		}](),
	} {
		component(a.schemas, name, schema.Of(t, schema.Written, nil))
	}
}

// problems returns the answers that are problem details (RFC 9457), by status.
func problems() object {
	all := object{}
	for status, about := range map[string]string{
		"400":     "The request can't be read: not JSON, a parameter or header that is wrong.",
		"401":     "The request is not authentic, or needs a token. Nothing was recorded.",
		"403":     "The token does not allow it. Nothing was done.",
		"404":     "There is none.",
		"409":     "Refused: code tells programs why, detail tells people. Nothing was recorded.",
		"413":     "Too large. Nothing was recorded.",
		"415":     "Not JSON in UTF-8, sent as application/json.",
		"422":     "The command is not valid: errors has all that is wrong with it. Or its Idempotency-Key was used for another body.",
		"429":     "Too much at once: send it again after Retry-After. Nothing was done.",
		"503":     "Not now. A command may have been recorded all the same: send it again with the same Idempotency-Key.",
		"default": "Any other problem.",
	} {
		all[status] = object{
			"description": about,
			"content":     object{"application/problem+json": object{"schema": ref(schemasPlace + "problem")}},
		}
	}
	return all
}

// answer returns an answer of JSON.
func answer(about string, s object) object {
	return object{"description": about, "content": object{"application/json": object{"schema": s}}}
}

// parameter returns a parameter that is a text, unless its schema says more.
func parameter(in, name, about string, s object) object {
	if s == nil {
		s = object{"type": "string"}
	}
	return object{"in": in, "name": name, "description": about, "required": in == "path", "schema": s}
}

// The forms of parameters.
func keyForm() object {
	return object{"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._@:+=,-]*$", "maxLength": 128}
}

func limitForm() object {
	return object{"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}
}

func (a *api) command(c edge.CommandInfo) route {
	s := a.docs.set.Get(c.Name, 0)
	body := object{
		"required": true, "content": object{"application/json": object{
			"schema":   component(a.schemas, c.Name, s),
			"examples": object{"example": object{"value": example(s)}},
		}},
	}
	receipt := ref(schemasPlace + "receipt")
	recorded := answer("Executed; events are what it recorded. What follows from them follows by itself.", receipt)
	recorded["headers"] = object{"Location": head("The stream of what was recorded."), edge.TokenHeader: head(aboutToken)}
	repeated := answer("Executed before, under the same Idempotency-Key, with this answer; or executed now, and nothing changed.", receipt)
	repeated["headers"] = object{edge.ReplayedHeader: head("true, if it was executed before."), edge.TokenHeader: head(aboutToken)}
	return route{
		method: http.MethodPost, path: "/commands/" + c.Name, id: c.Name, tag: tagCommands,
		summary: cmp.Or(firstSentence(s.Description), c.Name), about: fmt.Sprintf("%s\n\nDecided by %s.", s.Description, c.Function),
		parameters: commandHeaders(255),
		body:       body, answers: object{"201": recorded, "200": repeated}, problems: []int{400, 409, 413, 415, 422, 429, 503},
	}
}

func after(about string, s object) object { return parameter("query", "after", about, s) }
func limit() object                       { return parameter("query", "limit", "The most on a page.", limitForm()) }

// firstSentence returns the beginning of a text, up to the first full stop.
func firstSentence(text string) string {
	sentence, _, _ := strings.Cut(text, ". ")
	return strings.TrimSuffix(sentence, ".")
}
