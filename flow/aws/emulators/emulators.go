// Package emulators runs moto, an emulation of AWS, so that the code for the cloud
// runs, and is tested, without an account.
//
// Moto is a Python program: pip install 'moto[server]'. Start uses what
// AWS_ENDPOINT_URL names, and starts a moto of its own where that is empty, on a
// free port of the loopback interface. It keeps everything in memory: what it holds
// ends with it.
package emulators

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/onevent/onevent/flow/clock"
	"github.com/onevent/onevent/flow/internal/process"
	"github.com/onevent/onevent/internal/loopback"
)

// ErrMissing says that moto is not installed. The error that wraps it says how to
// get it.
var ErrMissing = errors.New("emulator not installed")

const (
	// Account is the account that moto is.
	Account = "123456789012"
	// Region is where it is.
	Region = "us-east-1"
	// key is as good as any other.
	key = "emulator"

	// startWithin is how long moto may take to come up where the context has no
	// deadline; with two busy cores it is seconds.
	startWithin = 90 * time.Second
)

// Options say where things are. The zero Options find them.
type Options struct {
	// Program is moto_server. Empty: the one of the PATH.
	Program string
	// Getenv reads the environment; nil means os.Getenv.
	Getenv func(string) string
}

// Emulators are running.
type Emulators struct {
	// URL is the endpoint of all services, as in "http://127.0.0.1:5000".
	URL string

	folder string // of the log
	moto   *process.Process
	gate   *gate
	ours   bool
}

// Start returns the emulators when they answer. ctx bounds the start only: they
// run until Stop, and die with this process on Linux, however it ends. Where the
// context has no deadline, they have 90 seconds.
//
// An error wraps ErrMissing where moto is not installed. After an error nothing
// runs; if moto did not come up, its log stays and the error names it.
func Start(ctx context.Context, o Options) (*Emulators, error) {
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if url := o.Getenv("AWS_ENDPOINT_URL"); url != "" {
		return &Emulators{URL: url}, nil
	}
	if o.Program == "" {
		o.Program = "moto_server"
	}
	program, err := exec.LookPath(o.Program)
	if err != nil {
		return nil, fmt.Errorf("emulators: moto: %w: %w\nrun `pip install 'moto[server]'`, or set AWS_ENDPOINT_URL", ErrMissing, err)
	}
	if _, ok := ctx.Deadline(); !ok {
		limited, cancel := context.WithTimeout(ctx, startWithin)
		defer cancel()
		ctx = limited
	}
	folder, err := os.MkdirTemp("", "onevent-emulators-")
	if err != nil {
		return nil, fmt.Errorf("emulators: %w", err)
	}
	e := &Emulators{folder: folder, ours: true}
	if err := e.start(ctx, program); err != nil {
		e.end()
		return nil, fmt.Errorf("emulators: moto: %w (log in %s)", err, folder)
	}
	return e, nil
}

func (e *Emulators) start(ctx context.Context, program string) error {
	port, err := loopback.Port()
	if err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(e.folder, "moto.log"))
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // the child has its own handle
	e.moto, err = process.Start(context.WithoutCancel(ctx), process.Program{
		Args: []string{program, "-H", "127.0.0.1", "-p", port}, Output: log,
	})
	if err != nil {
		return err
	}
	address := net.JoinHostPort("127.0.0.1", port)
	if err := await(ctx, e.moto, "http://"+address+"/moto-api/"); err != nil {
		return err
	}
	if e.gate, err = openGate(ctx, address); err != nil {
		return err
	}
	e.URL = e.gate.url
	return nil
}

// await returns when a server answers, with an error if its process ends or the
// context does before.
func await(ctx context.Context, running *process.Process, url string) error {
	for {
		err := answers(ctx, url)
		if err == nil {
			return nil
		}
		select {
		case <-running.Ended():
			return fmt.Errorf("ended at its start: %w", running.Err())
		default:
		}
		if clock.Sleep(ctx, 50*time.Millisecond) != nil {
			return fmt.Errorf("does not answer: %w", err)
		}
	}
}

func answers(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

// Config returns the SDK's configuration for the emulators; for an endpoint that
// the environment named it is that of the environment.
func (e *Emulators) Config(ctx context.Context) (sdk.Config, error) {
	options := []func(*config.LoadOptions) error{config.WithBaseEndpoint(e.URL)}
	if e.ours {
		options = append(options, config.WithRegion(Region),
			config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(key, key, "")))
	}
	c, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return c, fmt.Errorf("emulators: %w", err)
	}
	return c, nil
}

// Env returns what a program needs in its environment to use the emulators.
func (e *Emulators) Env() []string {
	env := []string{"AWS_ENDPOINT_URL=" + e.URL}
	if e.ours {
		env = append(env, "AWS_REGION="+Region, "AWS_ACCESS_KEY_ID="+key, "AWS_SECRET_ACCESS_KEY="+key)
	}
	return env
}

// Stop ends the emulators that Start started, with all their processes, and
// removes their log. What the environment named goes on.
func (e *Emulators) Stop() error {
	e.end()
	if e.folder == "" {
		return nil
	}
	if err := os.RemoveAll(e.folder); err != nil {
		return fmt.Errorf("emulators: stop: %w", err)
	}
	return nil
}

func (e *Emulators) end() {
	if e.gate != nil {
		e.gate.close()
	}
	if e.moto != nil {
		e.moto.End()
	}
}
