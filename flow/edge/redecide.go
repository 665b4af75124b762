package edge

import (
	"net/http"

	"github.com/onevent/onevent/flow"
)

// Redecided is what the functions of this code would decide otherwise than the
// log says; see [flow.System.Redecide].
type Redecided struct {
	// Differ counts the decisions, First are the first 100 of them.
	Differ int          `json:"differ"`
	First  []Difference `json:"first"`
}

// A Difference is a decision that, made again, is not what the log says; see
// [flow.Difference].
type Difference struct {
	Record   string `json:"record"`
	Stream   string `json:"stream"`
	Seq      uint64 `json:"seq"`
	Function string `json:"function"`
	// Cause is the event, or Command the command, that it was decided on.
	Cause   string `json:"cause,omitempty"`
	Command string `json:"command,omitempty"`
	// Was and Now are events and deadlines, as "type data".
	Was []string `json:"was"`
	Now []string `json:"now"`
	// Error is how the function failed now.
	Error string `json:"error,omitempty"`
}

func (e *edge) redecide(w http.ResponseWriter, r *http.Request) error {
	all := Redecided{First: []Difference{}}
	for d, err := range e.system.Redecide(r.Context()) {
		if err != nil {
			return err
		}
		if all.Differ++; all.Differ <= maxFirst {
			all.First = append(all.First, differenceOf(d))
		}
	}
	return answer(w, http.StatusOK, all)
}

func differenceOf(d flow.Difference) Difference {
	told := Difference{
		Record: d.Record, Stream: d.Stream, Seq: d.Seq, Function: d.Function, Cause: d.Cause, Command: d.Command,
		Was: append([]string{}, d.Was...), Now: append([]string{}, d.Now...),
	}
	if d.Err != nil {
		told.Error = d.Err.Error()
	}
	return told
}
