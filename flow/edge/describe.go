package edge

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/onevent/onevent/flow"
)

// A FunctionInfo describes a function.
type FunctionInfo struct {
	Name string    `json:"name"`
	Kind flow.Kind `json:"kind"`
	// Inputs are the wire names of what it takes: one, or those that a view taps.
	Inputs []string `json:"inputs"`
	// Outputs are the wire names of the events that it may emit.
	Outputs []string `json:"outputs"`
	// Place is where in the source it is bound.
	Place string `json:"place"`
}

// An EventInfo describes an event.
type EventInfo struct {
	Type string `json:"type"`
	// Function is the one that it is bound to; empty for one that ends a flow.
	Function string `json:"function,omitempty"`
	// Emitters are the functions that may emit it, Taps the views that take it
	// too.
	Emitters []string `json:"emitters"`
	Taps     []string `json:"taps"`
}

// A CommandInfo describes a command.
type CommandInfo struct {
	Name     string `json:"name"`
	Function string `json:"function"`
	// Fields are those of its body.
	Fields []Field `json:"fields"`
	// Example is a body that has all fields.
	Example json.RawMessage `json:"example"`
}

// Functions describes the functions of an application, by kind and name.
func Functions(app flow.App) []FunctionInfo {
	infos := make([]FunctionInfo, len(app.Functions))
	for i, f := range app.Functions {
		infos[i] = FunctionInfo{Name: f.Name(), Kind: f.Kind(), Inputs: f.Inputs(), Outputs: f.Outputs(), Place: f.Place()}
	}
	order := []flow.Kind{flow.KindCommand, flow.KindWebhook, flow.KindOn, flow.KindEffect, flow.KindView, flow.KindTally, flow.KindTap}
	slices.SortFunc(infos, func(a, b FunctionInfo) int {
		if a.Kind != b.Kind {
			return slices.Index(order, a.Kind) - slices.Index(order, b.Kind)
		}
		return strings.Compare(a.Name, b.Name)
	})
	return infos
}

// Events describes the events of an application, by name.
func Events(app flow.App) []EventInfo {
	functions := Functions(app)
	types := app.Events.Types()
	infos := make([]EventInfo, len(types))
	for i, typ := range types {
		infos[i] = eventInfo(typ, functions)
	}
	return infos
}

func eventInfo(typ string, functions []FunctionInfo) EventInfo {
	info := EventInfo{Type: typ, Emitters: []string{}, Taps: []string{}}
	for _, f := range functions {
		if slices.Contains(f.Outputs, typ) {
			info.Emitters = append(info.Emitters, f.Name)
		}
		if !slices.Contains(f.Inputs, typ) {
			continue
		}
		switch f.Kind {
		case flow.KindOn, flow.KindEffect:
			info.Function = f.Name
		case flow.KindView, flow.KindTally, flow.KindTap:
			info.Taps = append(info.Taps, f.Name)
		case flow.KindCommand, flow.KindWebhook:
		}
	}
	return info
}

// Commands describes the commands of an application, by name.
func Commands(app flow.App) []CommandInfo {
	infos := []CommandInfo{}
	for _, f := range app.Functions {
		if f.Kind() != flow.KindCommand {
			continue
		}
		t := reflect.TypeOf(f.Input())
		infos = append(infos, CommandInfo{Name: f.Input().Type(), Function: f.Name(), Fields: fieldsOf(t), Example: exampleOf(t)})
	}
	slices.SortFunc(infos, func(a, b CommandInfo) int { return strings.Compare(a.Name, b.Name) })
	return infos
}
