package edge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/internal/strict"
)

// A BatchItem is one command of a batch. A batch is a JSON array of 1 to 100 of
// them, and no larger than one command may be.
//
// All are looked at before the first is executed: if one can't be read or is not
// valid, none is. Then each is executed on its own, one after the other: a batch
// is not a transaction. A refusal does not keep those after it from being
// executed. Where the system can't answer, those after it are not executed, so
// that sending the batch again keeps the order.
type BatchItem struct {
	// Command is the wire name, as in "order.place".
	Command string `json:"command"`
	// IdempotencyKey makes this command count once: 1 to 255 printable ASCII
	// characters. Without it, that is the batch's own, if there is one, and "/"
	// and the command's index, from 0.
	IdempotencyKey *string `json:"idempotencyKey,omitempty"`
	// Data is the command's body.
	Data json.RawMessage `json:"data"`
}

// A Batch is the answer to a batch: a result for each command, in their order.
// Its status is 200 whatever they are. A batch that is sent again under its key is
// answered with the same bytes, as far as its commands were recorded; what was
// refused is decided again.
type Batch struct {
	Results []BatchResult `json:"results"`
}

// A BatchResult is what became of one command of a batch: a receipt or a
// problem.
type BatchResult struct {
	// Status is 201 if it recorded something, now or before, and 200 if it
	// changed nothing. Otherwise it is that of the problem.
	Status  int           `json:"status"`
	Receipt *flow.Receipt `json:"receipt,omitempty"`
	Problem *Problem      `json:"problem,omitempty"`
}

const (
	maxBatch         = 100
	maxBatchKey      = maxKey - len("/99")
	maxBatchProblems = 20
)

// batch executes commands one after the other.
func (e *edge) batch(w http.ResponseWriter, r *http.Request) error {
	requests, err := e.batchOf(w, r)
	if err != nil {
		return err
	}
	// A sender who hangs up leaves no batch half way.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), e.timeout)
	defer cancel()
	all := Batch{Results: make([]BatchResult, 0, len(requests))}
	repeated := true
	for _, request := range requests {
		began := time.Now()
		receipt, err := e.system.Execute(ctx, request)
		e.pace.learn(began)
		repeated = repeated && err == nil && receipt.Repeated
		result := e.resultOf(r, receipt, err)
		all.Results = append(all.Results, result)
		if result.Status == http.StatusServiceUnavailable {
			w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
			break
		}
	}
	for n := len(all.Results); len(all.Results) < len(requests); {
		p := problem(http.StatusServiceUnavailable, "not-executed", "the command at %d is to come first; send all of them again with the same Idempotency-Key", n-1)
		all.Results = append(all.Results, BatchResult{Status: p.Status, Problem: p})
	}
	if repeated {
		w.Header().Set(ReplayedHeader, "true")
	}
	return answer(w, http.StatusOK, all)
}

// resultOf returns the result of a command. It does not tell what was executed
// now from what was before, so that the answer is the same both times.
func (e *edge) resultOf(r *http.Request, receipt flow.Receipt, err error) BatchResult {
	switch {
	case err != nil:
		p := e.explain(r, err)
		return BatchResult{Status: p.Status, Problem: p}
	case len(receipt.Events) > 0:
		return BatchResult{Status: http.StatusCreated, Receipt: &receipt}
	}
	return BatchResult{Status: http.StatusOK, Receipt: &receipt}
}

// batchOf returns the commands of a batch, all of which can be executed.
func (e *edge) batchOf(w http.ResponseWriter, r *http.Request) ([]flow.Request, error) {
	if _, err := parameters(r); err != nil {
		return nil, err
	}
	key, err := header(r, KeyHeader, maxBatchKey, isPrintableASCII)
	if err != nil {
		return nil, err
	}
	actor, err := e.actorOf(r)
	if err != nil {
		return nil, err
	}
	if err := checkContent(r); err != nil {
		return nil, err
	}
	items, err := readItems(w, r)
	if err != nil {
		return nil, err
	}
	if err := e.mayBatch(r, items); err != nil {
		return nil, err
	}
	requests := make([]flow.Request, len(items))
	for i, item := range items {
		requests[i] = flow.Request{Command: item.Command, Body: item.Data, Actor: actor, IdempotencyKey: item.keyIn(key, i)}
	}
	return requests, e.checkItems(items, requests)
}

func readItems(w http.ResponseWriter, r *http.Request) ([]BatchItem, error) {
	body, err := readBody(w, r)
	if err != nil {
		return nil, err
	}
	var items []BatchItem
	if problems := strict.Decode(body, &items); len(problems) > 0 {
		p := invalidProblem(&flow.InvalidError{Problems: problems})
		if !problems[0].Syntax {
			p = problem(http.StatusBadRequest, "bad-batch", "%s", p.Detail)
			p.Errors = problems
		}
		return nil, p
	}
	if len(items) == 0 || len(items) > maxBatch {
		return nil, problem(http.StatusBadRequest, "bad-batch", "the batch holds %d commands, 1 to %d are wanted", len(items), maxBatch)
	}
	return items, nil
}

// keyIn returns the key of a command in a batch.
func (item BatchItem) keyIn(batch string, i int) string {
	switch {
	case item.IdempotencyKey != nil:
		return *item.IdempotencyKey
	case batch != "":
		return batch + "/" + strconv.Itoa(i)
	}
	return ""
}

// checkItems returns all that is wrong with the commands of a batch, as far as
// that shows before they are executed.
func (e *edge) checkItems(items []BatchItem, requests []flow.Request) error {
	var wrong []flow.Problem
	at := map[[2]string]int{}
	for i, item := range items {
		pointer := "/" + strconv.Itoa(i)
		for _, p := range e.checkItem(item) {
			wrong = append(wrong, flow.Problem{Pointer: pointer + p.Pointer, Text: p.Text})
		}
		identity := [2]string{item.Command, requests[i].IdempotencyKey}
		if first, twice := at[identity]; twice && identity[1] != "" {
			wrong = append(wrong, flow.Problem{
				Pointer: pointer + "/idempotencyKey", Text: fmt.Sprintf("is the one that the same command at %d has", first),
			})
		}
		at[identity] = i
	}
	if len(wrong) == 0 {
		return nil
	}
	return &flow.InvalidError{Problems: wrong[:min(len(wrong), maxBatchProblems)]}
}

func (e *edge) checkItem(item BatchItem) (wrong []flow.Problem) {
	if key := item.IdempotencyKey; key != nil {
		if text := wrongKey(*key); text != "" {
			wrong = append(wrong, flow.Problem{Pointer: "/idempotencyKey", Text: text})
		}
	}
	command, ok := e.commands[item.Command]
	if !ok {
		return append(wrong, flow.Problem{Pointer: "/command", Text: fmt.Sprintf("is %s, and there is no such command", quote(item.Command))})
	}
	_, err := command.Parse(item.Data)
	if invalid, ok := errors.AsType[*flow.InvalidError](err); ok { // any other no is the domain's, and told when it is executed
		for _, p := range invalid.Problems {
			wrong = append(wrong, flow.Problem{Pointer: "/data" + p.Pointer, Text: p.Text})
		}
	}
	return wrong
}

// wrongKey says what is wrong with a key, if anything.
func wrongKey(key string) string {
	if key == "" {
		return "is empty; leave it out or set it"
	}
	if len(key) > maxKey {
		return fmt.Sprintf("has %d bytes, the limit is %d", len(key), maxKey)
	}
	for _, c := range key {
		if !isPrintableASCII(c) {
			return "holds a character that is not allowed"
		}
	}
	return ""
}
