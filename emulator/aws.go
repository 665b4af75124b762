package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/aws"
	"github.com/onevent/onevent/flow/aws/emulators"
	"github.com/onevent/onevent/flow/aws/lambda"
	"github.com/onevent/onevent/flow/clock"
	"github.com/onevent/onevent/flow/driver"
)

const (
	// lambdaProgram is the program of every function on AWS.
	lambdaProgram = "github.com/onevent/onevent/functions/cmd/aws"
	// lambdaInstances is how many invocations are at work at once.
	lambdaInstances = 4
	// lambdaTick is how often the agenda is looked at: moto looks through everything it
	// has for each query.
	lambdaTick = 2 * time.Second
	// lambdaTimeout is how long an invocation may take.
	lambdaTimeout = time.Minute
	// watcher is the subscription by which the emulator sees what happens.
	watcher = "emulator"
)

// A cloudAWS is moto, and Lambda in this process with its program beside it.
type cloudAWS struct {
	moto    *emulators.Emulators
	store   *aws.Store
	broker  *aws.Broker
	queues  *sqs.Client
	folder  string // of the program
	program string
	env     []string
	log     *slog.Logger
}

// openAWS builds the program of Lambda, starts moto and opens the platform of the
// cloud on it: DynamoDB, SNS and SQS.
func openAWS(ctx context.Context, w world, log *slog.Logger) (place, error) {
	c := &cloudAWS{log: log}
	if err := c.open(ctx); err != nil {
		return place{}, errors.Join(err, c.close())
	}
	c.env = append(w.env(), c.moto.Env()...)
	return place{
		platform: aws.Platform(c.store, c.broker),
		declare:  c.declare,
		run:      c.run,
		close:    c.close,
		name:     "aws, moto at " + c.moto.URL + ", functions in " + c.program,
	}, nil
}

func (c *cloudAWS) open(ctx context.Context) (err error) {
	if c.moto, err = emulators.Start(ctx, emulators.Options{}); err != nil {
		return err
	}
	if err := c.build(ctx); err != nil {
		return err
	}
	config, err := c.moto.Config(ctx)
	if err != nil {
		return err
	}
	c.queues = sqs.NewFromConfig(config)
	if c.store, err = aws.OpenStore(aws.StoreOptions{Config: config}); err != nil {
		return err
	}
	if c.broker, err = aws.NewBroker(aws.BrokerOptions{Config: config, Store: c.store}); err != nil {
		return err
	}
	return c.store.Declare(ctx)
}

// build builds the program of every function.
func (c *cloudAWS) build(ctx context.Context) (err error) {
	if c.folder, err = os.MkdirTemp("", "onevent-lambda-"); err != nil {
		return err
	}
	c.program = filepath.Join(c.folder, "bootstrap")
	out, err := exec.CommandContext(ctx, "go", "build", "-o", c.program, lambdaProgram).CombinedOutput() //nolint:gosec // a path of our own
	if err != nil {
		return fmt.Errorf("build %s: %w\n%s", lambdaProgram, err, out)
	}
	return nil
}

func (c *cloudAWS) close() error {
	var errs []error
	if c.broker != nil {
		errs = append(errs, c.broker.Close())
	}
	if c.moto != nil {
		errs = append(errs, c.moto.Stop())
	}
	return errors.Join(append(errs, os.RemoveAll(c.folder))...)
}

// subscriptions returns those of the system, with a visibility timeout in which an
// invocation ends.
func subscriptions(system *flow.System) []driver.Subscription {
	all := system.Subscriptions()
	for i := range all {
		all[i].AckWithin, all[i].MaxAttempts = lambdaTimeout, 100
	}
	return all
}

// declare creates topics and queues, and one queue for all events.
func (c *cloudAWS) declare(ctx context.Context, system *flow.System) error {
	all := subscriptions(system)
	everything := driver.Subscription{Name: watcher}
	known := map[string]bool{}
	for _, s := range all {
		for _, topic := range s.Topics {
			if !known[topic] {
				known[topic] = true
				everything.Topics = append(everything.Topics, topic)
			}
		}
	}
	return c.broker.Declare(ctx, append(all, everything)...)
}

// run runs the instances of the program, and carries messages and ticks to them.
func (c *cloudAWS) run(ctx context.Context, system *flow.System, observers []observer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	runtime, err := lambda.NewRuntime(ctx)
	if err != nil {
		return err
	}
	defer runtime.Close() //nolint:errcheck // nobody waits for it
	tasks := []func(context.Context) error{
		func(ctx context.Context) error { return c.watch(ctx, observers) },
		func(ctx context.Context) error { return c.tick(ctx, runtime) },
	}
	for _, s := range subscriptions(system) {
		queue := aws.QueueName("", s.Name)
		for _, name := range []string{queue, queue + "-dead"} {
			m := lambda.Mapping{Queues: c.queues, Queue: name, Runtime: runtime, Timeout: lambdaTimeout, Log: c.log}
			tasks = append(tasks, m.Run)
		}
	}
	// The program outlives what brings it work, so that what is at work can finish.
	instances, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	go func() {
		ended <- lambda.Instances{Program: c.program, Env: c.env, Count: lambdaInstances, Output: os.Stderr}.Run(instances, runtime)
		cancel()
	}()
	err = together(ctx, tasks)
	stop()
	return errors.Join(err, <-ended)
}

// together runs tasks until ctx ends or one fails, and waits for all.
func together(ctx context.Context, tasks []func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	errs := make([]error, len(tasks))
	var running sync.WaitGroup
	for i, task := range tasks {
		running.Go(func() {
			if errs[i] = task(ctx); errs[i] != nil {
				cancel()
			}
		})
	}
	running.Wait()
	if ctx.Err() != nil {
		return errors.Join(withoutCancelled(errs)...)
	}
	return errors.Join(errs...)
}

// withoutCancelled leaves out what failed because it was to end.
func withoutCancelled(errs []error) []error {
	var left []error
	for _, err := range errs {
		if !errors.Is(err, context.Canceled) {
			left = append(left, err)
		}
	}
	return left
}

// tick invokes the program again and again as EventBridge Scheduler does. A tick that
// fails is told by the program; the next one does what it left.
func (c *cloudAWS) tick(ctx context.Context, runtime *lambda.Runtime) error {
	for clock.Sleep(ctx, lambdaTick) == nil {
		event := []byte(`{"source":"aws.scheduler","detail-type":"Scheduled Event","detail":{}}`)
		if _, err := runtime.Invoke(ctx, "tick", event, lambdaTimeout); err != nil && ctx.Err() == nil {
			c.log.WarnContext(ctx, "tick", "error", err)
		}
	}
	return nil
}

// watch tells observers of every event that is published.
func (c *cloudAWS) watch(ctx context.Context, observers []observer) error {
	return c.broker.Receive(ctx, watcher, func(_ context.Context, m driver.Message) error {
		e := recordedOf(m)
		for _, o := range observers {
			o.observe(e)
		}
		return nil
	})
}
