package docs

import (
	"net/http"
	"strings"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/edge"
)

// webhooks returns the routes that take what somebody outside tells.
func (a *api) webhooks() []route {
	var routes []route
	for _, f := range a.docs.functions {
		if f.Kind != flow.KindWebhook {
			continue
		}
		_, source, _ := strings.Cut(f.Inputs[0], ".")
		routes = append(routes, route{
			method: http.MethodPost, path: "/webhooks/" + source, id: f.Name, tag: tagWebhooks,
			summary: "Takes what " + source + " tells: " + strings.Join(f.Outputs, ", ") + ".",
			about:   "The request is signed as its sender does it. It counts once for ever for each identity that the sender gave it.",
			body:    object{"required": true, "content": object{"*/*": object{}}},
			answers: object{"2XX": object{"description": "It is recorded, or was before, or means nothing here."}}, problems: []int{400, 401, 413, 422, 503},
		})
	}
	return routes
}

// common returns the routes that the edge of every application has.
func (*api) common() []route {
	events := answer("A page of events.", ref(schemasPlace+"events"))
	get := func(path, id, tag, summary string, ok object, problems ...int) route {
		return route{method: http.MethodGet, path: path, id: id, tag: tag, summary: summary, answers: object{"200": ok}, problems: problems}
	}
	stream := get("/streams/{namespace}/{key}", "stream", tagLog, "The audit trail of one thing: its events, in order.", events, 400, 404, 503)
	stream.parameters = []object{
		parameter("path", "namespace", "As in order.", keyForm()), parameter("path", "key", "As in 42.", keyForm()),
		after("The id of the last event of the page before.", nil), limit(),
	}
	reaction := get("/flows/{correlation}", "flow", tagLog, "The events of one business flow, in the order of the log.", events, 400, 404, 503)
	reaction.parameters = []object{
		parameter("path", "correlation", "The correlation of any of its events.", keyForm()),
		after("The id of the last event of the page before.", nil), limit(),
	}
	log := get("/log", "log", tagLog, "All events, in the order of the log.", events, 400, 503)
	log.parameters = []object{
		parameter("query", "from", "Events from this time on: microseconds since 1970, or as 2006-01-02T15:04:05Z. A page's next is that of the next page.", nil),
		parameter("query", "type", "Events with this wire name only.", nil),
		parameter("query", "stream", "Events of this stream, as order/42, or of this namespace.", nil), limit(),
	}
	parked := get("/parked", "parked", tagOperating, "What was given up, those first that are tried again next.", answer("A page of failures.", ref(schemasPlace+"parked")), 400, 503)
	parked.parameters = []object{
		parameter("query", "function", "Of this function only.", nil), parameter("query", "type", "Of this event only.", nil),
		parameter("query", "error", "Whose error contains this text only.", nil), after("The page's next.", nil), limit(),
	}
	one := get("/parked/{id}", "parked.one", tagOperating, "One that was given up, with its history.", answer("The failure.", ref(schemasPlace+"failure")), 400, 404, 503)
	one.parameters = []object{parameter("path", "id", "The failure's id.", nil)}
	retrying := get("/retrying", "retrying", tagOperating, "What failed and is tried again, the next first.", answer("A page of failures.", ref(schemasPlace+"retrying")), 400, 503)
	retrying.parameters = parked.parameters
	redrive := route{
		method: http.MethodPost, path: "/parked/{id}/redrive", id: "redrive", tag: tagOperating, summary: "Handles what was given up again.",
		parameters: []object{parameter("path", "id", "The failure's id.", nil)},
		answers: object{"200": answer("Handled.", object{
			"type": "object", "required": []string{"redriven"}, "properties": object{"redriven": object{"type": "string"}},
		})},
		problems: []int{400, 404, 409, 503},
	}
	batch := route{
		method: http.MethodPost, path: "/commands", id: "batch", tag: tagCommands, summary: "Executes up to 100 commands, one after the other.",
		about: "It is no transaction: each command is executed on its own, and a refusal stops none of the others. If one can't be read or is not valid, none is executed. " +
			"Where the system can't answer (503), those after it are not executed. Under an Idempotency-Key each command counts once, by its index, unless it has a key of its own.",
		parameters: commandHeaders(252),
		body:       object{"required": true, "content": object{"application/json": object{"schema": batchForm()}}},
		answers:    object{"200": answer("A result for each command, in their order, whatever they are.", ref(schemasPlace+"batch"))},
		problems:   []int{400, 413, 415, 422, 429, 503},
	}
	status := object{"type": "object", "required": []string{"status"}, "properties": object{"status": object{"type": "string"}}}
	page := object{"description": "A page.", "content": object{"text/html": object{"schema": object{"type": "string"}}}}
	document := answer("A document.", object{"type": "object"})
	return []route{
		batch, stream, reaction, log, parked, one, redrive, retrying,
		get("/paused", "paused", tagOperating, "The functions that keep failing, and when each is tried next.", answer("All of them.", ref(schemasPlace+"paused")), 503),
		get("/commands", "commands", tagCommands, "What can be asked for, with an example each.", answer("All commands.", ref(schemasPlace+"commands"))),
		get("/events", "events", tagOperating, "What can happen.", answer("All events.", ref(schemasPlace+"eventList"))),
		get("/functions", "functions", tagOperating, "What is done about it.", answer("All functions.", ref(schemasPlace+"functions"))),
		get("/healthz", "health", tagOperating, "Whether the system can read its log.", answer("It can.", status), 503),
		get(Path, "docs", tagOperating, "All of this, for people.", page),
		get(Path+asyncAPIFile, "docs.asyncapi", tagOperating, "AsyncAPI: what goes over the broker.", document),
		get(Path+openAPIFile, "docs.openapi", tagOperating, "This document.", document),
	}
}

// commandHeaders returns the headers of a command, or of a batch of them.
func commandHeaders(maxKey int) []object {
	return []object{
		parameter("header", edge.KeyHeader, "Makes the command count once, however often it is sent.", object{"type": "string", "minLength": 1, "maxLength": maxKey}),
		parameter("header", edge.ActorHeader, "Who sends it, for the audit trail.", object{"type": "string", "minLength": 1, "maxLength": 128}),
	}
}

// batchForm returns the schema of a batch. What its data is, the schema of the
// command says.
func batchForm() object {
	item := object{
		"type": "object", "required": []string{"command", "data"}, "additionalProperties": false,
		"properties": object{
			"command": object{"type": "string", "description": "The wire name of the command."},
			"idempotencyKey": object{
				"type": "string", "minLength": 1, "maxLength": 255, "description": "Makes this command count once; without it, that is the batch's key, a slash and the index.",
			},
			"data": object{"type": "object", "description": "The body of the command."},
		},
	}
	return object{"type": "array", "minItems": 1, "maxItems": 100, "items": item}
}
