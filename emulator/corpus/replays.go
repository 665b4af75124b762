package corpus

import (
	"strings"
	"time"
)

// replays has what was told before: again, with another body, and under another
// identity. Nothing of it counts a second time.
func replays() Group {
	g := Group{Name: "replay", About: "what came before, again: the same, or another under its identity"}
	const name = `{"consumer":"replayed","name":"Ann"}`
	first := command("consumer.register", name, "Idempotency-Key: replay-1")
	g.Before = append(g.Before, first.bytes())
	for i := range 50 {
		g.add("command/same/"+decimal(i), first, Repeated, 200)
	}
	for i, body := range []string{
		` { "consumer" : "replayed" , "name" : "Ann" } `, `{"name":"Ann","consumer":"replayed"}`, `{"consumer":"replayed","name":"\u0041nn"}`,
	} {
		g.add("command/respelled/"+decimal(i), command("consumer.register", body, "Idempotency-Key: replay-1"), Repeated, 200)
	}
	for i, body := range []string{
		`{"consumer":"replayed","name":"Bob"}`, `{"consumer":"replayed-2","name":"Ann"}`, `{"consumer":"replayed","name":"ann"}`,
		`{"consumer":"replayed","name":"Ann "}`, `{"consumer":"replayed","name":"Ánn"}`,
	} {
		g.refuse("command/other-body/"+decimal(i), command("consumer.register", body, "Idempotency-Key: replay-1"), 422)
	}
	for _, key := range []string{
		"replay-2", "REPLAY-1", "replay-1x", "\"replay-1\"", "replay-1,replay-1", "replay_1", "replay%2d1", "replay 1",
		"*", "'", "../replay-1", strings.Repeat("k", 255),
	} {
		g.refuse("command/other-key/"+label(key), command("consumer.register", name, "Idempotency-Key: "+key), 409)
	}
	g.refuse("command/no-key", command("consumer.register", name), 409)
	const body = `{"type":"charge.disputed","payment":"replayed-1"}`
	sent := told{source: "payments", body: body}
	of := func(body string, seconds int) request {
		return sent.request(sign("standard", "replay-1", Now().Add(time.Duration(seconds)*time.Second), body, secret), body)
	}
	g.Before = append(g.Before, of(body, 0).bytes())
	for i := range 50 {
		g.add("webhook/same/"+decimal(i), of(body, 0), Repeated, 200)
	}
	for _, seconds := range []int{-300, -299, -60, -1, 1, 60, 299, 300} {
		g.add("webhook/signed-anew/"+decimal(seconds), of(body, seconds), Repeated, 200)
	}
	for i, other := range []string{
		`{"type":"charge.disputed","payment":"replayed-2"}`, `{"type":"charge.failed","payment":"replayed-1"}`,
		`{"type":"charge.settled","payment":"replayed-1","charge":"c","amount":1}`, body + " ", " " + body, body + "\n",
		`{"payment":"replayed-1","type":"charge.disputed"}`, `{"type":"charge.disputed","payment":"replayed-1","reason":"x"}`, `{}`,
	} {
		g.refuse("webhook/other-body/"+decimal(i), of(other, 0), 422)
	}
	for _, seconds := range []int{-301, 301, -86_400, 86_400} {
		g.refuse("webhook/late/"+decimal(seconds), of(body, seconds), 401)
	}
	old := sign("standard", "replay-1", Now(), body, secret)
	for _, id := range []string{"replay-2", "REPLAY-1", "replay-1x", "replay_1", "x"} {
		header := map[string]string{"Webhook-Id": id, "Webhook-Timestamp": old["Webhook-Timestamp"], "Webhook-Signature": old["Webhook-Signature"]}
		g.refuse("webhook/other-id/"+id, sent.request(header, body), 401)
	}
	till := told{source: "till", body: body}
	for _, source := range []string{"stripe", "github", "slack", "hmac"} {
		till.source = source
		g.refuse("webhook/other-source/"+source, till.request(old, body), 401)
	}
	return g
}

// domain has commands that the domain refuses, whatever was before.
func domain() Group {
	g := Group{Name: "domain", About: "commands that are well-formed, and refused by the domain"}
	const placed = `{"order":"domain","consumer":"domain","restaurant":"roma","items":[{"name":"Pizza","quantity":1,"price":900}]}`
	g.Before = [][]byte{
		command("consumer.register", `{"consumer":"domain","name":"Ann"}`).bytes(),
		command("order.place", placed).bytes(),
	}
	g.refuse("consumer-exists", command("consumer.register", `{"consumer":"domain","name":"Eve"}`), 409)
	g.refuse("order-exists", command("order.place", placed), 409)
	for _, id := range []string{
		"unknown", "Domain", "DOMAIN", "domain.", "domain-", "domain_", "d", "0", "null", "undefined", "NaN",
		"domain@x", "domain:1", "a=b", "a,b", "a+b", "constructor", "toString", "CON", strings.Repeat("k", 128),
	} {
		for name, field := range map[string]string{
			"order.cancel": "order", "ticket.accept": "ticket", "ticket.reject": "ticket", "ticket.finish": "ticket", "delivery.pick_up": "delivery",
			"delivery.deliver": "delivery",
			"hook.rotate":      "hook", "hook.disable": "hook", "hook.enable": "hook", "hook.ping": "hook",
		} {
			g.refuse("unknown/"+label(id)+"@"+name, command(name, `{"`+field+`":"`+id+`"}`), 409)
		}
		g.refuse("unknown/"+label(id)+"@credit.set_limit", command("credit.set_limit", `{"account":"`+id+`","limit":1}`), 409)
	}
	for _, name := range []string{
		"order.Place", "ORDER.PLACE", "order_place", "order-place", "order.created", "credit.reserved", "payment.captured", "ticket.created",
		"webhook.payments", "webhook.till", "function.failed", "flow.stalled", "posting.due",
		"hook.registered", "place-order", "register-consumer", "order.place.", ".order.place", "order.place,order.cancel", "order.place;v=1",
		"order.place@1", "order", "place", "constructor", "__proto__",
	} {
		g.refuse("no-command/"+name, command(name, `{"order":"forged","consumer":"forged","total":1}`), 404)
	}
	line := `{"name":"Pizza","quantity":100,"price":10000000}`
	for name, items := range map[string]string{
		"none": ``, "too-many": strings.TrimSuffix(strings.Repeat(`{"name":"Pizza","quantity":1,"price":1},`, 51), ","),
		"far-too-many": strings.TrimSuffix(strings.Repeat(`{"name":"Pizza","quantity":1,"price":1},`, 10_000), ","),
		"too-dear":     strings.TrimSuffix(strings.Repeat(line+",", 50), ","),
	} {
		g.refuse("items/"+name, command("order.place", `{"order":"forged","consumer":"domain","restaurant":"roma","items":[`+items+`]}`), 422)
	}
	return g
}
