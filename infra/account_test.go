package infra_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/onevent/onevent/flow/aws/emulators"
	"github.com/onevent/onevent/flow/aws/lambda"
	"github.com/onevent/onevent/flow/clock"
)

// An account is what Terraform made, with what moto lacks: it runs the functions, maps
// queues to them, and ticks. All of it is as Terraform says: what is not there, or has
// another name, is missing.
type account struct {
	t       *testing.T
	all     []resource
	moto    *emulators.Emulators
	config  sdk.Config
	program string

	functions map[string]function // by ARN
}

// A function is a Lambda function: what Terraform said of it, and its runtime.
type function struct {
	name    string
	env     []string
	timeout time.Duration
	runtime *lambda.Runtime
}

// newAccount returns an account with what Terraform made.
func newAccount(t *testing.T, moto *emulators.Emulators, there []resource) *account {
	t.Helper()
	config, err := moto.Config(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	a := &account{t: t, all: there, moto: moto, config: config, functions: map[string]function{}}
	a.config.Region = strings.Split(a.of("aws_lambda_function")[0].text("arn"), ":")[3]
	a.program = filepath.Join(t.TempDir(), "bootstrap")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", a.program, "github.com/onevent/onevent/functions/cmd/aws")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return a
}

// of returns the resources of a type.
func (a *account) of(kind string) []resource {
	a.t.Helper()
	var some []resource
	for _, r := range a.all {
		if r.Type == kind {
			some = append(some, r)
		}
	}
	if len(some) == 0 {
		a.t.Fatalf("there is no %s", kind)
	}
	return some
}

// in returns the one resource of a type in a module of infra/aws.
func (a *account) in(module, kind string) resource {
	a.t.Helper()
	for _, r := range a.of(kind) {
		if strings.HasPrefix(r.Address, "module.onevent.module."+module+".") {
			return r
		}
	}
	a.t.Fatalf("there is no %s in %s", kind, module)
	return resource{}
}

// put sets the values of all secrets, as whoever deploys does.
func (a *account) put(value string) {
	a.t.Helper()
	secrets := secretsmanager.NewFromConfig(a.config)
	for _, r := range a.of("aws_secretsmanager_secret") {
		id := r.text("arn")
		if _, err := secrets.PutSecretValue(a.t.Context(), &secretsmanager.PutSecretValueInput{SecretId: &id, SecretString: &value}); err != nil {
			a.t.Fatal(err)
		}
	}
}

// run runs the functions and the mappings until the test ends.
func (a *account) run() {
	a.t.Helper()
	for _, r := range a.of("aws_lambda_function") {
		f := function{name: r.text("function_name"), timeout: r.seconds("timeout")}
		f.env = append(a.moto.Env(), "AWS_REGION="+a.config.Region, "AWS_LAMBDA_FUNCTION_NAME="+f.name)
		for name, value := range r.block("environment")["variables"].(map[string]any) {
			f.env = append(f.env, name+"="+value.(string))
		}
		a.functions[r.text("arn")] = a.start(f)
	}
	for _, r := range a.of("aws_lambda_event_source_mapping") {
		f, ok := a.functions[r.text("function_arn")]
		if !ok {
			a.t.Fatalf("%s is to %s, which is not there", r.Address, r.text("function_arn"))
		}
		batch, _ := r.Values["batch_size"].(float64)
		m := lambda.Mapping{
			Queues: sqs.NewFromConfig(a.config), Queue: lastOf(r.text("event_source_arn")),
			Runtime: f.runtime, Timeout: f.timeout, Batch: int32(batch), Log: slog.Default(),
		}
		a.background(m.Run)
	}
}

// start runs an instance of a function, with exactly its environment.
func (a *account) start(f function) function {
	a.t.Helper()
	var err error
	if f.runtime, err = lambda.NewRuntime(a.t.Context()); err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() { _ = f.runtime.Close() })
	instances := lambda.Instances{Program: a.program, Env: f.env, Apart: true, Output: os.Stderr}
	a.background(func(ctx context.Context) error { return instances.Run(ctx, f.runtime) })
	return f
}

// background runs something until the test ends, and waits for it: what began last ends
// first, so that functions outlive what invokes them.
func (a *account) background(run func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(a.t.Context()))
	var running sync.WaitGroup
	running.Go(func() {
		if err := run(ctx); err != nil && !errors.Is(err, context.Canceled) {
			a.t.Error(err)
		}
	})
	a.t.Cleanup(func() {
		cancel()
		running.Wait()
	})
}

// url returns the function URL of a program.
func (a *account) url(program string) *lambda.URL {
	a.t.Helper()
	name := a.in(program, "aws_lambda_function_url").text("function_name")
	for _, f := range a.functions {
		if f.name == name {
			return &lambda.URL{Function: f.name, Runtime: f.runtime, Timeout: f.timeout}
		}
	}
	a.t.Fatalf("there is no %s", name)
	return nil
}

// tick invokes what the schedule invokes, as it does, but oftener: each second.
func (a *account) tick() {
	a.t.Helper()
	target := a.in("tick", "aws_scheduler_schedule").block("target")
	arn, _ := target["arn"].(string)
	input, _ := target["input"].(string)
	f, ok := a.functions[arn]
	if !ok {
		a.t.Fatalf("the schedule's target is %s, which is not there", arn)
	}
	a.background(func(ctx context.Context) error {
		for clock.Sleep(ctx, time.Second) == nil {
			if _, err := f.runtime.Invoke(ctx, f.name, []byte(input), f.timeout); err != nil && ctx.Err() == nil {
				return err
			}
		}
		return nil
	})
}

// waiting returns the queues that hold messages, handed out or not.
func (a *account) waiting() map[string]string {
	a.t.Helper()
	const visible, lent = types.QueueAttributeNameApproximateNumberOfMessages, types.QueueAttributeNameApproximateNumberOfMessagesNotVisible
	queues := sqs.NewFromConfig(a.config)
	held := map[string]string{}
	for _, r := range a.of("aws_sqs_queue") {
		url := r.text("url")
		out, err := queues.GetQueueAttributes(a.t.Context(), &sqs.GetQueueAttributesInput{
			QueueUrl: &url, AttributeNames: []types.QueueAttributeName{visible, lent},
		})
		if err != nil {
			a.t.Fatal(err)
		}
		if n := out.Attributes[string(visible)] + "+" + out.Attributes[string(lent)]; n != "0+0" {
			held[r.text("name")] = n
		}
	}
	return held
}

func lastOf(arn string) string { return arn[strings.LastIndexByte(arn, ':')+1:] }
