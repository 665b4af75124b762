package emulators

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/onevent/onevent/flow/internal/process"
)

// A Service is one of the two emulators.
type Service string

// The services.
const (
	Firestore Service = "firestore"
	PubSub    Service = "pubsub"
)

// ErrNotOurs says that an emulator was started by somebody else, who alone may end
// it.
var ErrNotOurs = errors.New("emulator was started by somebody else")

// Kill ends an emulator as a crash does, with all that it holds, and returns when
// it is gone. It returns ErrNotOurs for one that the environment named.
func (e *Emulators) Kill(s Service) error {
	p, _, err := e.ours(s)
	if err != nil {
		return err
	}
	p.Kill()
	return nil
}

// Restart starts an emulator that was killed again, at its old address and empty,
// and returns when it answers. More arguments are added to its command line: with
// --seed_from_export=FILE, Firestore begins with what it exported.
func (e *Emulators) Restart(ctx context.Context, s Service, more ...string) error {
	p, program, err := e.ours(s)
	if err != nil {
		return err
	}
	select {
	case <-p.Ended():
	default:
		return fmt.Errorf("emulators: restart: %s runs", s)
	}
	again := *program
	again.args = slices.Concat(program.args, more)
	running, err := e.launch(ctx, &again)
	if err == nil {
		err = again.await(ctx, running)
	}
	if err != nil {
		return fmt.Errorf("emulators: restart: %w", err)
	}
	return nil
}

// Pause stops an emulator where it is: connections stay, nothing is answered, until
// Resume. It returns errors.ErrUnsupported on Windows.
func (e *Emulators) Pause(s Service) error { return e.signal(s, (*process.Process).Pause) }

// Resume lets an emulator that was paused go on.
func (e *Emulators) Resume(s Service) error { return e.signal(s, (*process.Process).Resume) }

func (e *Emulators) signal(s Service, send func(*process.Process) error) error {
	p, _, err := e.ours(s)
	if err == nil {
		err = send(p)
	}
	if err != nil {
		return fmt.Errorf("emulators: %s: %w", s, err)
	}
	return nil
}

// ours returns the process of an emulator that was started here.
func (e *Emulators) ours(s Service) (*process.Process, *program, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	p, ok := e.processes[s]
	if !ok {
		return nil, nil, fmt.Errorf("emulators: %s: %w", s, ErrNotOurs)
	}
	return p, e.programs[s], nil
}
