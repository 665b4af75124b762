package functions_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/webhook"
	"github.com/onevent/onevent/functions"
)

const hookSecret = "whsec_b25ldmVudC10ZXN0LXNlY3JldC1vZi1ob29rcw=="

func hookSecrets() []webhook.Secret { return []webhook.Secret{webhook.Text(hookSecret)} }

// tell sends what somebody outside tells, signed now with a secret.
func tell(w *flowtest.World, source, id, secret string, body []byte) (flow.Receipt, error) {
	w.Clock().Advance(time.Millisecond)
	signed, err := webhook.SignStandard(id, w.Clock().Now(), body, secret)
	if err != nil {
		return flow.Receipt{}, err
	}
	header := map[string][]string{}
	for name, value := range signed {
		header[name] = []string{value}
	}
	return w.System().Receive(context.Background(), source, flow.Incoming{Header: header, Body: body})
}

// The till and the provider tell whatever they like, at any moment, often twice.
func (r *race) tell(id string) {
	r.t.Helper()
	source, fields := "till", map[string]any{"type": r.pick("ticket.accepted", "ticket.accepted", "ticket.ready", "ticket.ready", "ticket.ready", "ticket.rejected"), "ticket": id}
	if amount, ok := r.outside.amounts[id]; ok && r.random.IntN(2) == 0 {
		what := r.pick("charge.settled", "charge.settled", "charge.settled", "charge.failed", "charge.disputed")
		source, fields = "payments", map[string]any{"type": what, "payment": id, "amount": amount, "charge": "ch_" + id}
	}
	if fields["type"] == "ticket.rejected" && r.random.IntN(4) != 0 {
		return
	}
	body, err := json.Marshal(fields)
	if err != nil {
		r.t.Fatal(err)
	}
	for range 1 + r.random.IntN(2) {
		if _, err := tell(r.world, source, strings.ReplaceAll(fmt.Sprint(id, fields["type"]), ".", "-"), hookSecret, body); err != nil {
			r.t.Fatalf("seed %d: %v: %v", r.seed, fields, err)
		}
	}
}

// tellStory tells something by a webhook.
func tellStory(w *flowtest.World, args []string) (string, error) {
	if len(args) < 2 {
		return "", errors.New("tell takes a source and an identity")
	}
	secret, fields := hookSecret, map[string]any{}
	for _, arg := range args[2:] {
		if arg == "forged:=yes" {
			secret = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
			continue
		}
		name, value, _ := strings.Cut(arg, "=")
		fields[name] = value
		if json.Valid([]byte(value)) && name == "amount" {
			fields[name] = json.RawMessage(value)
		}
	}
	body, err := json.Marshal(fields)
	if err != nil {
		return "", err
	}
	receipt, err := tell(w, args[0], args[1], secret, body)
	switch {
	case err != nil:
		return "", err
	case receipt.Repeated:
		return "repeated: " + receipt.Stream, nil
	case len(receipt.Events) == 0:
		return "it means nothing here", nil
	}
	return "", nil
}

// What is told becomes one event, or none, or the answer says what is wrong.
func TestWhatIsToldBecomesOneEvent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ source, body, want string }{
		{"payments", `{"type":"charge.settled","payment":"1","charge":"ch_1","amount":1000,"more":{}}`, `payment.settlement_reported {"payment":"1","charge":"ch_1","amount":1000}`},
		{"payments", `{"type":"charge.failed","payment":"1","reason":" no\ncover "}`, `payment.failure_reported {"payment":"1","reason":"no cover"}`},
		{"payments", `{"type":"charge.disputed","payment":"1"}`, `payment.dispute_reported {"payment":"1","reason":""}`},
		{"payments", `{"type":"customer.created"}`, ""},
		{"payments", `{}`, ""},
		{"payments", `{"type":"charge.settled","payment":"1","amount":0}`, "invalid input: /amount"},
		{"payments", `{"type":"charge.settled","payment":"1","amount":1e99}`, "invalid input: "},
		{"payments", `{"type":"charge.settled","payment":"","amount":1}`, "invalid input: /payment"},
		{"payments", `{"type":"charge.disputed","payment":"a/b"}`, "invalid input: /payment"},
		{"payments", `{"type":"charge.settled"`, "invalid input: "},
		{"payments", `"charge.settled"`, "invalid input: "},
		{"till", `{"type":"ticket.accepted","ticket":"1","restaurant":"roma"}`, `ticket.acceptance_reported {"ticket":"1"}`},
		{"till", `{"type":"ticket.rejected","ticket":"1","reason":"no soup"}`, `ticket.rejection_reported {"ticket":"1","reason":"no soup"}`},
		{"till", `{"type":"ticket.ready","ticket":"1"}`, `ticket.readiness_reported {"ticket":"1"}`},
		{"till", `{"type":"charge.settled","payment":"1","amount":1}`, ""},
		{"till", `{"type":"ticket.ready","ticket":"../1"}`, "invalid input: /ticket"},
		{"till", `[]`, "invalid input: "},
	} {
		w := flowtest.NewWorld(t, functions.App(functions.Settings{PaymentsSecrets: hookSecrets(), TillSecrets: hookSecrets()}), nil)
		receipt, err := tell(w, c.source, "m1", hookSecret, json.RawMessage(c.body))
		got := ""
		if err != nil {
			got = err.Error()
		}
		for _, e := range receipt.Events {
			got += e.Type + " " + string(e.Data)
		}
		if c.want == "" && got != "" || !strings.HasPrefix(got, c.want) {
			t.Errorf("%s %s: %q, want %q", c.source, c.body, got, c.want)
		}
	}
}

// Without secrets nobody is believed.
func TestWithoutSecretsNothingIsBelieved(t *testing.T) {
	t.Parallel()
	w := flowtest.NewWorld(t, functions.App(functions.Settings{}), nil)
	for _, source := range []string{"till", "payments"} {
		if _, err := tell(w, source, "m1", hookSecret, json.RawMessage(`{}`)); !errors.Is(err, webhook.ErrSecrets) {
			t.Errorf("%s: %v", source, err)
		}
	}
}
