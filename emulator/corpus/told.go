package corpus

import (
	"encoding/json"
	"strings"

	"github.com/onevent/onevent/flow"
)

// A source is a webhook that anybody's body is sent to, signed as it should be.
type source struct {
	name string
	// typ is something that it tells, and key the field that names what it is about.
	typ, key string
}

// webhookBodies has bodies that are signed as they should be, and mean no event.
func webhookBodies() Group {
	g := Group{Name: "webhook-body", About: "what authentic webhooks tell that is no JSON, or no event"}
	for _, s := range []source{{"payments", "charge.disputed", "payment"}, {"till", "ticket.ready", "ticket"}} {
		g.untold(s)
		for _, f := range broken() {
			if !json.Valid([]byte(f.text)) { // what Go reads leniently is left to Go
				g.tell("value/"+f.name, s, s.body(f.text), 400, 422)
				g.tell("whole/"+f.name, s, f.text, 400, 422)
			}
		}
		for _, text := range unique(injections(), markup()) {
			if flow.CheckKey(text) != nil {
				g.tell("text/"+label(text), s, s.body(quote(text)), 422)
			}
		}
	}
	for n := range strings.FieldsSeq("0 -1 -9223372036854775808 9223372036854775807 9223372036854775808 1.5 1e400 1e2 1.0 \"1\" true [] {} " +
		"99999999999999999999") {
		g.tell("amount/"+label(n), source{name: "payments"}, `{"type":"charge.settled","payment":"1","charge":"c","amount":`+n+`}`, 400, 422)
	}
	return g
}

// untold adds bodies that are JSON, and do not say what they are about.
func (g *Group) untold(s source) {
	for name, value := range values() {
		if name == "string" {
			continue
		}
		g.tell("key/"+name, s, s.body(value), 400, 422)
		if name != "null" { // which is no type, and means nothing
			g.tell("type/"+name, s, `{"type":`+value+`,"`+s.key+`":"1"}`, 400, 422)
		}
	}
	g.tell("key/missing", s, `{"type":"`+s.typ+`"}`, 422)
	g.tell("key/long", s, s.body(`"`+strings.Repeat("k", 129)+`"`), 422)
	g.tell("deep", s, s.body(strings.Repeat("[", 20_000)+strings.Repeat("]", 20_000)), 400, 422)
}

func (s source) body(key string) string {
	return `{"type":"` + s.typ + `","` + s.key + `":` + key + `}`
}

// tell adds a signed body that is refused.
func (g *Group) tell(name string, s source, body string, status ...int) {
	t := told{source: s.name, body: body}
	g.refuse(name+"@"+s.name, t.request(sign("standard", "msg_1", Now(), body, secret), body), status...)
}
