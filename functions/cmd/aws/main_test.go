package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/aws/lambda"
)

// asProgram has the test binary be the program.
const asProgram = "ONEVENT_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// TestParkingIsToldInTheLog holds that the program says so when it parks a message,
// with a DynamoDB that has nothing and takes everything.
func TestParkingIsToldInTheLog(t *testing.T) {
	t.Parallel()
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Amz-Crc32", fmt.Sprint(crc32.ChecksumIEEE([]byte("{}"))))
		_, _ = io.WriteString(w, "{}")
	}))
	defer store.Close()
	runtime, err := lambda.NewRuntime(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer runtime.Close()
	ctx, kill := context.WithCancel(t.Context())
	defer kill()
	var log bytes.Buffer
	program := exec.CommandContext(ctx, os.Args[0])
	program.Env = []string{
		asProgram + "=1", "AWS_LAMBDA_RUNTIME_API=" + runtime.Address, "AWS_ENDPOINT_URL=" + store.URL,
		"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "FUNCTION_TARGET=reserve-credit",
	}
	program.Stderr = &log
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(events.SQSEvent{Records: []events.SQSMessage{{
		MessageId: "m1", Body: "no event", EventSource: "aws:sqs", EventSourceARN: "arn:aws:sqs:us-east-1:1:onevent-reserve-credit",
	}}})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := runtime.Invoke(t.Context(), "f", payload, time.Minute)
	kill()
	_ = program.Wait() // it was killed
	if err != nil || string(answer) != `{"batchItemFailures":[]}` {
		t.Errorf("answered %s, %v", answer, err)
	}
	var line struct{ Severity, Message, Function, Event string }
	if err := json.Unmarshal(log.Bytes(), &line); err != nil || strings.Count(log.String(), "\n") != 1 {
		t.Fatalf("not one line: %v:\n%s", err, &log)
	}
	if line.Severity != "ERROR" || line.Message != flow.SignalParked || line.Function != "reserve-credit" || line.Event != "m1" {
		t.Errorf("told %+v", line)
	}
}
