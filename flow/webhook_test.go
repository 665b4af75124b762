package flow_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/internal/testapp/light"
	"github.com/onevent/onevent/flow/memory"
)

// A token is a verifier that wants one header, and takes the identity from another.
type token string

var errToken = errors.New("wrong token")

func (t token) Verify(r flow.Incoming, _ time.Time) (string, error) {
	if len(r.Header["Token"]) != 1 || r.Header["Token"][0] != string(t) {
		return "", errToken
	}
	return strings.Join(r.Header["Id"], ""), nil
}

// newHookedRig is a rig whose lights are also switched off by a webhook.
func newHookedRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, memory: memory.New(), rings: map[string]int{}}
	app := testapp.App(r.ring)
	app.Functions = append(app.Functions, flow.Webhook("fuse_box", token("secret"), func(id string, body []byte) (light.Event, error) {
		var b struct{ Light, What string }
		if err := json.Unmarshal(body, &b); err != nil {
			return nil, flow.Invalid("", "%v", err)
		}
		switch b.What {
		case "off":
			return light.SwitchedOff{Light: b.Light}, nil
		case "burst":
			panic("burst")
		}
		return nil, flow.ErrIgnore
	}).Emits(light.SwitchedOff{}))
	r.World = flowtest.NewWorld(t, app, &driver.Platform{Log: r.memory, Views: r.memory.Views(), Agenda: r.memory.Agenda(), Reach: r.reach})
	return r
}

func (r *rig) receive(id, body string) (flow.Receipt, error) {
	return r.System().Receive(r.t.Context(), "fuse_box", flow.Incoming{
		Header: map[string][]string{"Token": {"secret"}, "Id": {id}, "Cookie": {"private"}}, Body: []byte(body),
	})
}

func TestWebhookCountsOnceForEver(t *testing.T) {
	t.Parallel()
	r := newHookedRig(t)
	r.press("a", "h")
	body := `{"light":"a","what":"off"}`
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			if _, err := r.receive("w1", body); err != nil && !errors.Is(err, flow.ErrContended) {
				t.Error(err)
			}
		})
	}
	group.Wait()
	r.Clock().Advance(100 * 24 * time.Hour)
	receipt, err := r.receive("w1", body)
	if err != nil || !receipt.Repeated || len(receipt.Events) != 1 || receipt.Events[0].Actor != "webhook.fuse_box" || receipt.Events[0].Command != "webhook.fuse_box" {
		t.Fatalf("%+v, %v", receipt, err)
	}
	r.Run()
	if n := strings.Count(r.story(), "switched_off"); n != 1 || r.calls() != 1 {
		t.Fatalf("%d events, %d calls: %s", n, r.calls(), r.story())
	}
	if _, err := r.receive("w1", body+" "); !errors.Is(err, flow.ErrKeyReused) {
		t.Fatalf("another body under the same identity: %v", err)
	}
	if found := differences(t, r.System()); len(found) != 0 {
		t.Fatalf("decided again: %s", found[0])
	}
}

func TestWebhookKeepsTheRequestAndNoSecrets(t *testing.T) {
	t.Parallel()
	r := newHookedRig(t)
	receipt, err := r.receive("w1", `{"light":"a","what":"off"}`)
	if err != nil {
		t.Fatal(err)
	}
	record, err := r.memory.Record(t.Context(), receipt.ID)
	if err != nil {
		t.Fatal(err)
	}
	for part, want := range map[string]bool{`\"what\":\"off\"`: true, `"Token":["secret"]`: true, "private": false} {
		if strings.Contains(string(record.Body), part) != want {
			t.Errorf("%s is in the record: %v, want %v", part, !want, want)
		}
	}
}

func TestWebhookRefusals(t *testing.T) {
	t.Parallel()
	r := newHookedRig(t)
	before := r.story()
	for name, c := range map[string]struct {
		id, body string
		want     error
	}{
		"no identity": {"", `{}`, flow.ErrForged},
		"long":        {strings.Repeat("x", 256), `{}`, flow.ErrForged},
		"not UTF-8":   {"\xff", `{}`, flow.ErrForged},
		"fault":       {"w2", `{"what":"burst"}`, flow.ErrFailed},
		"bad stream":  {"w3", `{"light":"../x","what":"off"}`, nil},
		"bad body":    {"w4", `{`, nil},
	} {
		_, err := r.receive(c.id, c.body)
		_, invalid := errors.AsType[*flow.InvalidError](err)
		if err == nil || c.want != nil && !errors.Is(err, c.want) || c.want == nil && !invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := r.System().Receive(t.Context(), "fuse_box", flow.Incoming{Header: map[string][]string{"Token": {"x"}, "Id": {"w"}}, Body: []byte("{}")})
	if !errors.Is(err, flow.ErrForged) || !errors.Is(err, errToken) {
		t.Errorf("wrong token: %v", err)
	}
	for _, source := range []string{"nobody", "fuse-box", ""} {
		if _, err := r.System().Receive(t.Context(), source, flow.Incoming{}); !errors.Is(err, flow.ErrUnknown) {
			t.Errorf("source %q: %v", source, err)
		}
	}
	if _, err := r.Send(flow.Request{Command: "webhook.fuse_box", Body: []byte("{}")}); !errors.Is(err, flow.ErrUnknown) {
		t.Errorf("as a command: %v", err)
	}
	if r.story() != before {
		t.Errorf("recorded %s", r.story())
	}
}

func TestWebhookIgnoresOnce(t *testing.T) {
	t.Parallel()
	r := newHookedRig(t)
	for i, repeated := range []bool{false, true} {
		receipt, err := r.receive("w1", `{"what":"hello"}`)
		if err != nil || len(receipt.Events) != 0 || receipt.Repeated != repeated {
			t.Fatalf("time %d: %+v, %v", i, receipt, err)
		}
	}
}

func TestWebhookBodyOfAnyBytes(t *testing.T) {
	t.Parallel()
	for i, body := range []string{"\xff\x00{", "", "null"} {
		r := newHookedRig(t)
		_, first := r.receive(fmt.Sprint(i), body)
		_, second := r.receive(fmt.Sprint(i), body)
		if (first == nil) != (second == nil) {
			t.Fatalf("%q: %v, then %v", body, first, second)
		}
	}
}
