// Package emulators runs Google's own emulators of Firestore and Pub/Sub, so
// that the code for the cloud runs, and is tested, without an account.
//
// They are programs of the Google Cloud SDK and need Java. Start uses those that
// FIRESTORE_EMULATOR_HOST and PUBSUB_EMULATOR_HOST name, and starts the others
// by itself, on free ports of the loopback interface. They keep everything in
// memory: what they hold ends with them.
package emulators

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/onevent/onevent/flow/internal/process"
)

// ErrMissing says that an emulator, or the Java to run it, is not installed. The
// error that wraps it says how to get it.
var ErrMissing = errors.New("emulator not installed")

// startWithin is how long the emulators may take to come up where the context
// has no deadline; with two busy cores it is seconds.
const startWithin = 90 * time.Second

// Options say where things are. The zero Options find them.
type Options struct {
	// SDK is the folder of the Google Cloud SDK. Empty: CLOUDSDK_ROOT_DIR,
	// CLOUDSDK_ROOT, the folder of the gcloud that the PATH finds, and the usual
	// places are looked at, in this order.
	SDK string
	// Java is the Java program. Empty: the one of JAVA_HOME, or of the PATH.
	Java string
	// Getenv reads the environment; nil means os.Getenv.
	Getenv func(string) string
}

// Emulators are a running pair.
type Emulators struct {
	// Firestore and PubSub are the addresses, as in "127.0.0.1:8080".
	Firestore, PubSub string

	folder   string // of the logs
	programs map[Service]*program

	mu        sync.Mutex
	processes map[Service]*process.Process // that this one started
}

// Start returns the emulators when both answer. ctx bounds the start only: they
// run until Stop, and die with this process on Linux, however it ends. Where the
// context has no deadline, they have 90 seconds.
//
// An error wraps ErrMissing where one is not installed. After an error nothing
// runs; if an emulator did not come up, its log stays and the error names it.
func Start(ctx context.Context, o Options) (*Emulators, error) {
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if _, ok := ctx.Deadline(); !ok {
		limited, cancel := context.WithTimeout(ctx, startWithin)
		defer cancel()
		ctx = limited
	}
	programs := []*program{firestore(o), pubsub(o)}
	for _, p := range programs {
		if p.err != nil {
			return nil, fmt.Errorf("emulators: %w", p.err)
		}
	}
	return start(ctx, programs)
}

func start(ctx context.Context, programs []*program) (*Emulators, error) {
	folder, err := os.MkdirTemp("", "onevent-emulators-")
	if err != nil {
		return nil, fmt.Errorf("emulators: %w", err)
	}
	e := &Emulators{folder: folder, programs: map[Service]*program{}, processes: map[Service]*process.Process{}}
	if err := e.startAll(ctx, programs); err != nil {
		e.end()
		// The logs stay where one can be read; an empty folder helps nobody.
		if os.Remove(folder) == nil {
			return nil, fmt.Errorf("emulators: %w", err)
		}
		return nil, fmt.Errorf("emulators: %w (logs in %s)", err, folder)
	}
	e.Firestore, e.PubSub = programs[0].address, programs[1].address
	return e, nil
}

func (e *Emulators) startAll(ctx context.Context, programs []*program) error {
	errs := make([]error, len(programs))
	var ready sync.WaitGroup
	for i, p := range programs {
		e.programs[p.name] = p
		var running *process.Process
		if p.args != nil {
			if errs[i] = p.choosePort(); errs[i] != nil {
				continue
			}
			if running, errs[i] = e.launch(ctx, p); errs[i] != nil {
				continue
			}
		}
		ready.Go(func() { errs[i] = p.await(ctx, running) })
	}
	ready.Wait()
	return errors.Join(errs...)
}

// launch starts a program and remembers it.
func (e *Emulators) launch(ctx context.Context, p *program) (*process.Process, error) {
	log, err := os.OpenFile(filepath.Join(e.folder, string(p.name)+".log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close() //nolint:errcheck // the child has its own handle
	running, err := process.Start(context.WithoutCancel(ctx), process.Program{Args: p.args, Output: log})
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.processes[p.name] = running
	return running, nil
}

// Stop ends the emulators that Start started, with all their processes, and
// removes their logs. Those that the environment named go on.
func (e *Emulators) Stop() error {
	e.end()
	if err := os.RemoveAll(e.folder); err != nil {
		return fmt.Errorf("emulators: stop: %w", err)
	}
	return nil
}

func (e *Emulators) end() {
	e.mu.Lock()
	defer e.mu.Unlock()
	var ended sync.WaitGroup
	for _, p := range e.processes {
		ended.Go(p.End)
	}
	ended.Wait()
}
