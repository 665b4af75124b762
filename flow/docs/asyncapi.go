package docs

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/schema"
)

// AsyncAPI returns the AsyncAPI 3.0 document of what goes over the broker: a
// channel for each event's topic, a message for each of its versions, with the
// CloudEvents attributes as headers, and as operations what each function takes
// and emits. See https://www.asyncapi.com/docs/reference/specification/v3.0.0.
func (d *Docs) AsyncAPI() ([]byte, error) {
	schemas, messages := object{}, object{}
	headers := component(schemas, "cloudevent", attributes())
	channels := object{}
	for _, typ := range d.types() {
		channel := object{}
		for _, version := range d.versions(typ) {
			name := fmt.Sprintf("%s.v%d", typ, version)
			messages[name] = d.message(typ, version, headers, component(schemas, name, d.set.Get(typ, version)))
			channel[name] = ref("#/components/messages/" + name)
		}
		channels[typ] = object{
			"address": typ, "title": typ, "messages": channel,
			"description": cmp.Or(d.about(typ), "The topic of "+typ+"."),
		}
	}
	return encode(object{
		"asyncapi":           "3.0.0",
		"id":                 "urn:onevent",
		"info":               d.info(),
		"defaultContentType": "application/json",
		"channels":           channels,
		"operations":         d.operations(),
		"components":         object{"messages": messages, "schemas": schemas},
	})
}

func (d *Docs) info() object {
	return object{
		"title": d.o.Title, "version": d.o.Version,
		"description": cmp.Or(d.o.Description, "What can happen, and what is done about it. One event, one function."),
	}
}

// about returns what an event is, in words.
func (d *Docs) about(typ string) string {
	for _, version := range d.versions(typ) {
		if text := d.set.Get(typ, version).Description; text != "" {
			return text
		}
	}
	return ""
}

func (d *Docs) message(typ string, version int, headers, payload object) object {
	m := object{
		"name": typ, "title": fmt.Sprintf("%s v%d", typ, version), "contentType": "application/json",
		"headers": headers, "payload": payload,
		"examples": []object{{"name": typ, "payload": example(d.set.Get(typ, version))}},
	}
	if text := d.set.Get(typ, version).Description; text != "" {
		m["summary"] = text
	}
	if !d.today(typ, version) {
		m["description"] = "An old version: it is not written any more, and what was written is published as it is."
	}
	return m
}

// attributes returns the schema of the CloudEvents attributes of a message, as
// HTTP and Pub/Sub name them.
func attributes() *schema.Schema {
	s := &schema.Schema{Type: schema.Types{"object"}, Title: "CloudEvents 1.0, binary mode"}
	for _, a := range []struct {
		name, about string
		required    bool
	}{
		{"ce-specversion", "1.0", true},
		{"ce-id", "The event's identity, unique for ever. It is delivered at least once.", true},
		{"ce-type", "The event's wire name, which is that of the topic.", true},
		{"ce-source", "/streams/ and the stream, as in /streams/order/42.", true},
		{"ce-dataschema", "The $id of the schema of the data, as in urn:onevent:order.created:1.", true},
		{"ce-time", "When it was recorded, on the clock of the log.", true},
		{"ce-sequence", "The place in its stream, in 20 digits.", true},
		{"ce-correlationid", "The flow to which it belongs.", true},
		{"ce-causationid", "The event because of which it happened.", false},
		{"ce-function", "The function that decided it.", true},
		{"ce-command", "The command because of which it happened.", false},
		{"ce-actor", "Who sent the command at the beginning.", false},
		{"ce-dataref", "Where the data is, if the message has none since it is too large: the stream.", false},
	} {
		p := &schema.Schema{Type: schema.Types{"string"}, Description: a.about}
		switch a.name {
		case "ce-specversion":
			p = &schema.Schema{Type: schema.Types{"string"}, Enum: []string{"1.0"}}
		case "ce-time":
			p.Format = "date-time"
		}
		s.Properties = append(s.Properties, schema.Property{Name: a.name, Schema: p})
		if a.required {
			s.Required = append(s.Required, a.name)
		}
	}
	return s
}

// operations returns what each function takes, and what it emits.
func (d *Docs) operations() object {
	all := object{}
	for _, f := range d.functions {
		tags := []object{{"name": string(f.Kind)}, {"name": serviceOf(f)}}
		for _, typ := range f.Inputs {
			if d.app.Events.Version(typ) == 0 {
				continue // a command or a webhook comes over HTTP
			}
			all[f.Name+".takes."+typ] = operation("receive", typ, d.versions(typ), tags, taking(f, typ))
		}
		for _, typ := range f.Outputs {
			all[f.Name+".emits."+typ] = operation("send", typ, d.versions(typ)[:1], tags,
				fmt.Sprintf("%s may emit %s.", f.Name, typ))
		}
	}
	return all
}

func taking(f edge.FunctionInfo, typ string) string {
	switch f.Kind {
	case flow.KindView, flow.KindTally:
		return fmt.Sprintf("The view %s takes note of %s.", f.Name, typ)
	case flow.KindTap:
		return fmt.Sprintf("%s hands %s on.", f.Name, typ)
	case flow.KindEffect:
		return fmt.Sprintf("%s calls the outside because of %s.", f.Name, typ)
	case flow.KindOn, flow.KindCommand, flow.KindWebhook:
	}
	return fmt.Sprintf("%s decides on %s.", f.Name, typ)
}

func operation(action, typ string, versions []int, tags []object, summary string) object {
	channel := "#/channels/" + typ
	messages := []object{}
	for _, v := range slices.Sorted(slices.Values(versions)) {
		messages = append(messages, ref(fmt.Sprintf("%s/messages/%s.v%d", channel, typ, v)))
	}
	return object{"action": action, "channel": ref(channel), "messages": messages, "tags": tags, "summary": summary}
}
