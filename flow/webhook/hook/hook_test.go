package hook_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/webhook/hook"
)

var (
	registered   hook.Event = hook.Registered{Hook: "a", URL: "https://example.com/", Types: []string{"order.created"}}
	subscribed   hook.Event = hook.Subscribed{Hook: "a", Event: "order.created"}
	unsubscribed hook.Event = hook.Unsubscribed{Hook: "a", Event: "order.created"}
	disabled     hook.Event = hook.Disabled{Hook: "a", Reason: "too many"}
	enabled      hook.Event = hook.Enabled{Hook: "a"}
	rotated      hook.Event = hook.Rotated{Hook: "a", Generation: 2}
)

func register() hook.Register {
	return hook.Register{Hook: "a", URL: "https://example.com/", Types: []string{"order.created"}}
}

func TestRegister(t *testing.T) {
	t.Parallel()
	rules := hook.Rules{Types: []string{"order.created"}, Check: func(url string) error {
		if strings.HasPrefix(url, "https://") {
			return nil
		}
		return errors.New("no")
	}}
	flowtest.Decide(t, rules.Register).When(register()).Then(registered, subscribed)
	flowtest.Decide(t, rules.Register).Given(registered, subscribed).When(register()).ThenRefused("hook_exists")
	other := register()
	other.Types = []string{"order.secret"}
	flowtest.Decide(t, rules.Register).When(other).ThenError(`/types: "order.secret" is no event that can be had`)
	other = register()
	other.URL = "http://example.com/"
	flowtest.Decide(t, rules.Register).When(other).ThenError("/url: no")
}

func TestRotate(t *testing.T) {
	t.Parallel()
	rotate := func(now bool, given ...hook.Event) *flowtest.Decision[hook.Hook, hook.Rotate, hook.Event] {
		return flowtest.Decide(t, hook.Hook.Rotate).Given(given...).When(hook.Rotate{Hook: "a", Now: now})
	}
	due := hook.RotationEnded{Deadline: flow.After(hook.Overlap), Hook: "a", Generation: 2}
	rotate(false, registered).Then(rotated, due)
	rotate(false, registered, rotated).ThenRefused("rotation_under_way")
	rotate(true, registered, rotated).Then(hook.Rotated{Hook: "a", Generation: 3, Now: true})
	rotate(false, registered, rotated, hook.RotationEnded{Hook: "a", Generation: 2}).
		Then(hook.Rotated{Hook: "a", Generation: 3}, hook.RotationEnded{Deadline: flow.After(hook.Overlap), Hook: "a", Generation: 3})
	// The end of a rotation that was overtaken by an urgent one ends no other.
	third := hook.Rotated{Hook: "a", Generation: 3, Now: true}
	fourth := hook.Rotated{Hook: "a", Generation: 4}
	rotate(false, registered, rotated, third, fourth, hook.RotationEnded{Hook: "a", Generation: 2}).ThenRefused("rotation_under_way")
	rotate(false).ThenRefused("unknown_hook")
}

func TestDisableAndEnable(t *testing.T) {
	t.Parallel()
	disable := func(given ...hook.Event) *flowtest.Decision[hook.Hook, hook.Disable, hook.Event] {
		return flowtest.Decide(t, hook.Hook.Disable).Given(given...).When(hook.Disable{Hook: "a", Reason: "too many"})
	}
	enable := func(given ...hook.Event) *flowtest.Decision[hook.Hook, hook.Enable, hook.Event] {
		return flowtest.Decide(t, hook.Hook.Enable).Given(given...).When(hook.Enable{Hook: "a"})
	}
	disable(registered).Then(disabled, unsubscribed)
	disable(registered, disabled).ThenRefused("hook_disabled")
	disable().ThenRefused("unknown_hook")
	enable(registered, disabled).Then(enabled, subscribed)
	enable(registered).ThenRefused("hook_enabled")
	enable().ThenRefused("unknown_hook")
	dead := func(given ...hook.Event) *flowtest.Decision[hook.Hook, hook.Unreachable, hook.Event] {
		return flowtest.Decide(t, hook.Hook.OnUnreachable).Given(given...).When(hook.Unreachable{Hook: "a", Error: "status 500"})
	}
	dead(registered).Then(hook.Disabled{Hook: "a", Reason: "it did not answer for days: status 500"}, unsubscribed)
	dead(registered, disabled).ThenNothing()
	dead().ThenNothing()
}

func TestPing(t *testing.T) {
	t.Parallel()
	flowtest.Decide(t, hook.Hook.Ping).When(hook.Ping{Hook: "a"}).ThenRefused("unknown_hook")
	flowtest.Decide(t, hook.Hook.Ping).Given(registered, hook.PingRequested{Hook: "a", Ping: 1}, disabled).
		When(hook.Ping{Hook: "a"}).Then(hook.PingRequested{Hook: "a", Ping: 2})
}

func TestValidate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*hook.Register)
		want   string
	}{
		"good":           {func(*hook.Register) {}, ""},
		"no ID":          {func(c *hook.Register) { c.Hook = "" }, "/hook"},
		"a long ID":      {func(c *hook.Register) { c.Hook = strings.Repeat("a", hook.MaxID+1) }, "/hook"},
		"a full stop":    {func(c *hook.Register) { c.Hook = "a.b" }, "/hook"},
		"no types":       {func(c *hook.Register) { c.Types = nil }, "/types"},
		"too many types": {func(c *hook.Register) { c.Types = make([]string, hook.MaxTypes+1) }, "/types"},
		"twice":          {func(c *hook.Register) { c.Types = []string{"x.y", "x.y"} }, "/types/1"},
	} {
		r := register()
		c.change(&r)
		err := r.Validate()
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if (hook.Disable{Hook: "a", Reason: strings.Repeat("x", hook.MaxReason+1)}).Validate() == nil {
		t.Error("a reason of any length is taken")
	}
}

// Events of a view may come in any order; the engine folds them in that of the log.
func TestViews(t *testing.T) {
	t.Parallel()
	got, err := hook.Hooks().Fold("a", registered, rotated, disabled, hook.Pinged{Hook: "a", Error: "status 418"})
	want := hook.Summary{
		URL: "https://example.com/", Types: []string{"order.created"}, Generation: 2, Status: "disabled", Reason: "too many", Pinged: "status 418",
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("%+v, %v", got, err)
	}
	two := hook.Subscribed{Hook: "b", Event: "order.created"}
	got, err = hook.SubscribersByEvent().Fold("order.created", two, subscribed, subscribed, unsubscribed, unsubscribed, subscribed)
	if err != nil || !reflect.DeepEqual(got, hook.Subscribers{Hooks: []string{"a", "b"}}) {
		t.Fatalf("%+v, %v", got, err)
	}
}
