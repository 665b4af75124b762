package emulators

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/onevent/onevent/flow/internal/process"
	"github.com/onevent/onevent/internal/loopback"
)

// A program is one emulator: running already at an address, or to be started.
type program struct {
	name    Service
	title   string
	address string
	args    []string // the command without host and port; nil if it runs already
	err     error    // why there is none
}

func firestore(o Options) *program {
	p := &program{name: Firestore, title: "the Firestore emulator"}
	return p.find(o, "FIRESTORE_EMULATOR_HOST", "cloud-firestore-emulator", func(jar string) []string {
		// The jar names no main class; the emulator speaks English only.
		return []string{"-Duser.language=en", "-cp", jar, "com.google.cloud.datastore.emulator.firestore.CloudFirestore", "start"}
	})
}

func pubsub(o Options) *program {
	p := &program{name: PubSub, title: "the Pub/Sub emulator"}
	return p.find(o, "PUBSUB_EMULATOR_HOST", "pubsub-emulator", func(jar string) []string {
		return []string{"-jar", jar}
	})
}

// find settles where the program is: at the address in the variable, or in the
// SDK's component.
func (p *program) find(o Options, variable, component string, run func(jar string) []string) *program {
	if p.address = o.Getenv(variable); p.address != "" {
		return p
	}
	java, javaErr := findJava(o)
	jar, jarErr := findJar(o, component)
	if err := errors.Join(jarErr, javaErr); err != nil {
		p.err = fmt.Errorf("%s: %w: %w\ninstall Java and run `gcloud components install %s`"+
			" (Debian: apt-get install google-cloud-cli-%s),\nor run `docker compose up --wait` and set %s",
			p.title, ErrMissing, err, component, debianName(component), variable)
		return p
	}
	// Quick to start matters more here than quick to run.
	p.args = append([]string{java, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"}, run(jar)...)
	return p
}

// debianName returns what a component is called in Google's apt repository.
func debianName(component string) string {
	if component == "cloud-firestore-emulator" {
		return "firestore-emulator"
	}
	return component
}

// choosePort gives a program that is to be started a port that is free.
func (p *program) choosePort() error {
	port, err := loopback.Port()
	if err != nil {
		return err
	}
	p.address = net.JoinHostPort("127.0.0.1", port)
	p.args = append(p.args, "--host=127.0.0.1", "--port="+port)
	return nil
}

// await returns when the emulator answers, with an error if its process ends or
// the context does before. running is nil for one that somebody else started.
func (p *program) await(ctx context.Context, running *process.Process) error {
	var ended <-chan struct{}
	if running != nil {
		ended = running.Ended()
	}
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		err := p.answers(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ended:
			return fmt.Errorf("%s ended at its start: %w", p.title, running.Err())
		case <-ctx.Done():
			return fmt.Errorf("%s at %s does not answer: %w", p.title, p.address, err)
		case <-again.C:
		}
	}
}

// answers asks for "/", to which both emulators say "Ok".
func (p *program) answers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.address+"/", http.NoBody)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	if err := response.Body.Close(); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return errors.New("status " + strconv.Itoa(response.StatusCode))
	}
	return nil
}
