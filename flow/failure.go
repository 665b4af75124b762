package flow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/onevent/onevent/flow/driver"
)

// A Failure is a handling that failed: waiting to be retried, or parked.
type Failure struct {
	// ID identifies the failure: the function and the event.
	ID string `json:"id"`
	// Function is whose handling it was.
	Function string `json:"function"`
	// Event is what was to be handled. Its ID is empty if the message could not
	// be read; then Message holds it as it came. Its Data is left out where it
	// is so large that the agenda could not hold it: the log has it.
	Event   Recorded        `json:"event"`
	Message *driver.Message `json:"message,omitempty"`
	// Error is the last attempt's.
	Error string `json:"error"`
	// Attempts counts the attempts that failed.
	Attempts int `json:"attempts"`
	// First and Last are when the first and the last attempt failed.
	First Time `json:"first"`
	Last  Time `json:"last"`
	// Next is when the system tries again by itself; 0 means that it does not.
	Next Time `json:"next,omitempty"`
	// Held is set while the event waits because its function is paused.
	Held bool `json:"held,omitempty"`
	// Rejected is set when the function said that trying again is useless.
	Rejected bool `json:"rejected,omitempty"`
	// Redrives counts the attempts since it was parked.
	Redrives int `json:"redrives,omitempty"`
	// History holds the last attempts, at most 10, the latest last.
	History []Attempt `json:"history,omitempty"`
	// Versions are the versions of the application that tried, at most 10.
	Versions []string `json:"versions,omitempty"`
}

// An Attempt is one that failed.
type Attempt struct {
	At Time `json:"at"`
	// Version is that of the application; see App.
	Version string `json:"version,omitempty"`
	// Error is cut after 500 bytes.
	Error string `json:"error"`
}

const (
	maxHistory = 10
	// maxErrorBytes bounds the text that is kept of an error, maxPastErrorBytes
	// that of one in the history.
	maxErrorBytes     = 2000
	maxPastErrorBytes = 500
	// maxRawBytes is how much is kept of a message that can't be read and is
	// too large for the agenda.
	maxRawBytes = 500_000
)

// failureID identifies the handling of an event by a function.
func failureID(function, event string) string { return function + "~" + event }

// tried adds an attempt that failed.
func (f *Failure) tried(at Time, version string, err error) {
	f.Attempts++
	f.Last, f.Error = at, clip(err.Error(), maxErrorBytes)
	f.History = lastOf(append(f.History, Attempt{At: at, Version: version, Error: clip(f.Error, maxPastErrorBytes)}))
	if version != "" && !slices.Contains(f.Versions, version) {
		f.Versions = lastOf(append(f.Versions, version))
	}
	var reject *rejectError
	f.Rejected = errors.As(err, &reject)
}

func lastOf[T any](list []T) []T { return list[max(0, len(list)-maxHistory):] }

// clip cuts a text, and not within a character.
func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "")
}

// failureOf returns what the agenda knows of a handling that failed before, or a
// new failure.
func (s *System) failureOf(ctx context.Context, f *Function, e Recorded) (Failure, error) {
	failure, found, err := s.getFailure(ctx, driver.Retries, failureID(f.name, e.ID))
	if err != nil || found {
		return failure, err
	}
	return Failure{ID: failureID(f.name, e.ID), Function: f.name, Event: e, First: s.now()}, nil
}

// getFailure returns a failure from a list of the agenda.
func (s *System) getFailure(ctx context.Context, kind driver.Kind, id string) (failure Failure, found bool, err error) {
	item, err := s.platform.Agenda.Get(ctx, kind, id)
	if errors.Is(err, driver.ErrNotFound) {
		return Failure{}, false, nil
	}
	if err == nil {
		failure, err = readFailure(item)
	}
	if err != nil {
		return Failure{}, false, fmt.Errorf("flow: %s %s: %w", kind, id, err)
	}
	return failure, true, nil
}

func readFailure(item driver.Item) (failure Failure, err error) {
	err = json.Unmarshal(item.Body, &failure)
	return failure, err
}

// putFailure puts a failure on a list of the agenda, to be tried again at a time;
// driver.Forever means never.
func (s *System) putFailure(ctx context.Context, kind driver.Kind, failure Failure, due Time) error {
	failure.Next = due
	if due == driver.Forever {
		failure.Next = 0
	}
	err := s.putJSON(ctx, kind, failure.ID, due, failure)
	if errors.Is(err, driver.ErrTooLarge) {
		err = s.putJSON(ctx, kind, failure.ID, due, smaller(failure))
	}
	return err
}

// putJSON puts a value on a list of the agenda.
func (s *System) putJSON(ctx context.Context, kind driver.Kind, id string, due Time, value any) error {
	data, err := json.Marshal(value)
	if err == nil {
		err = s.platform.Agenda.Put(ctx, driver.Item{Kind: kind, ID: id, Due: due, Body: data})
	}
	if err != nil {
		return fmt.Errorf("flow: %s %s: %w", kind, id, err)
	}
	return nil
}

// smaller returns a failure without what is large.
func smaller(failure Failure) Failure {
	if failure.Message == nil {
		failure.Event.Data = nil
		return failure
	}
	m := *failure.Message
	m.Data = m.Data[:min(len(m.Data), maxRawBytes)]
	failure.Message = &m
	failure.Error = clip(fmt.Sprintf("only the first %d of %d bytes are kept; %s", len(m.Data), len(failure.Message.Data), failure.Error), maxErrorBytes)
	return failure
}
