package cost_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/cost"
)

// What can happen in the applications of this file. Due is a deadline.
type (
	Start struct{}
	Asked struct{}
	Heard struct{}
	Ended struct{}
	Due   struct{ flow.Deadline }
)

func (Start) Type() string { return "cost_test.start" }
func (Start) Key() string  { return "1" }
func (Asked) Type() string { return "cost_test.asked" }
func (Asked) Key() string  { return "1" }
func (Heard) Type() string { return "cost_test.heard" }
func (Heard) Key() string  { return "1" }
func (Ended) Type() string { return "cost_test.ended" }
func (Ended) Key() string  { return "1" }
func (Due) Type() string   { return "cost_test.due" }
func (Due) Key() string    { return "1" }

type (
	talk struct{}
	page struct{ N int }
)

func (t talk) Evolve(flow.Event) talk          { return t }
func (talk) start(Start) ([]flow.Event, error) { return nil, nil }
func (talk) asked(Asked) ([]flow.Event, error) { return nil, nil }
func (talk) heard(Heard) ([]flow.Event, error) { return nil, nil }
func (talk) dueNow(Due) ([]flow.Event, error)  { return nil, nil }
func (p page) asked(Asked) page                { return p }
func start(emits ...flow.Event) flow.Function {
	return flow.Command("start-talk", talk.start).Emits(emits...)
}

func onAsked(emits ...flow.Event) flow.Function {
	return flow.On("answer-it", Asked.Key, talk.asked).Emits(emits...)
}

func onHeard(emits ...flow.Event) flow.Function {
	return flow.On("go-on", Heard.Key, talk.heard).Emits(emits...)
}

func onDue(emits ...flow.Event) flow.Function {
	return flow.On("ask-again", Due.Key, talk.dueNow).Emits(emits...)
}

// The applications pass flow.Check: what is warned of is allowed.
func TestWarnings(t *testing.T) {
	t.Parallel()
	handled := func(events ...flow.Event) flow.Catalogue {
		return flow.Join(flow.Events(events...), flow.Final(Ended{}))
	}
	for name, c := range map[string]struct {
		app    flow.App
		limits cost.Limits
		want   []string // parts of each warning
	}{
		"a line": {app: flow.App{
			Events:    handled(Asked{}, Heard{}),
			Functions: []flow.Function{start(Asked{}), onAsked(Heard{}), onHeard(Ended{})},
		}},
		"what triggers itself": {app: flow.App{
			Events:    handled(Asked{}),
			Functions: []flow.Function{start(Asked{}), onAsked(Asked{}, Ended{})},
		}, want: []string{"loop: answer-it (flow/cost/graph_test.go:49) takes cost_test.asked and may emit it, so it can trigger itself"}},
		"a loop of two": {app: flow.App{
			Events:    handled(Asked{}, Heard{}),
			Functions: []flow.Function{start(Asked{}), onAsked(Heard{}), onHeard(Asked{}, Ended{})},
		}, want: []string{"loop: cost_test.asked, cost_test.heard can lead to each other, through answer-it (flow/cost/graph_test.go:49), go-on (flow/cost/graph_test.go:53)"}},
		"a loop that waits": {app: flow.App{
			Events:    handled(Asked{}, Due{}),
			Functions: []flow.Function{start(Asked{}), onAsked(Due{}, Ended{}), onDue(Asked{}, Ended{})},
		}, want: []string{"ask-again (flow/cost/graph_test.go:57); each round waits for a deadline"}},
		"much follows": {
			app: flow.App{
				Events:    handled(Asked{}, Heard{}),
				Functions: []flow.Function{start(Asked{}, Heard{}), onAsked(Heard{}), onHeard(Ended{}), pages(1)},
			},
			// asked: itself, a view, and heard; and heard once more
			limits: cost.Limits{Messages: 3},
			want:   []string{"amplification: up to 4 messages can follow from one cost_test.start, more than 3"},
		},
		"many take it": {
			app: flow.App{
				Events:    handled(Asked{}),
				Functions: []flow.Function{start(Asked{}), onAsked(Ended{}), pages(1), pages(2)},
			},
			limits: cost.Limits{Takers: 2},
			want:   []string{"amplification: 3 functions and views take each cost_test.asked, more than 2"},
		},
	} {
		if err := flow.Check(c.app); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := cost.Warnings(c.app, c.limits)
		if !slices.EqualFunc(got, c.want, strings.Contains) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func pages(n int) flow.Function {
	return flow.View(fmt.Sprint("pages-", n), flow.Project(Asked.Key, page.asked))
}

// A loop is gone through once, with what it leads to.
func TestFans(t *testing.T) {
	t.Parallel()
	app := flow.App{
		Events:    flow.Join(flow.Events(Asked{}, Heard{}), flow.Final(Ended{})),
		Functions: []flow.Function{start(Asked{}), onAsked(Heard{}), onHeard(Asked{}, Ended{}), pages(1)},
	}
	if got, want := cost.Fans(app), []cost.Fan{{Input: "cost_test.start", Messages: 3}}; !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}
