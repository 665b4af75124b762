package lambda_test

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// A lambda is the runtime API for the one start of one program, and an AWS whose
// every table is empty: what is measured is the program.
type lambda struct {
	tb      testing.TB
	payload []byte
	starts  atomic.Int64   // how often the program asked
	asked   chan time.Time // when the program first asked for work
	done    chan time.Time // when it had done that
	calls   chan string    // of AWS
	answer  chan []byte    // what it said of its work
	server  *httptest.Server
}

func newLambda(tb testing.TB) *lambda {
	tb.Helper()
	l := &lambda{
		tb: tb, payload: payload(tb),
		asked: make(chan time.Time, 1), done: make(chan time.Time, 1), calls: make(chan string, 100), answer: make(chan []byte, 1),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", l.next)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/first/response", l.respond)
	mux.HandleFunc("POST /", l.call)
	l.server = httptest.NewServer(mux)
	return l
}

// next hands out the one invocation there is, and keeps who asks again waiting.
func (l *lambda) next(w http.ResponseWriter, r *http.Request) {
	if l.starts.Add(1) > 1 {
		<-r.Context().Done()
		return
	}
	l.asked <- time.Now()
	w.Header().Set("Lambda-Runtime-Aws-Request-Id", "first")
	w.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(time.Minute).UnixMilli()))
	w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:bench")
	_, _ = w.Write(l.payload)
}

func (l *lambda) respond(w http.ResponseWriter, r *http.Request) {
	l.done <- time.Now()
	body, _ := io.ReadAll(r.Body)
	l.answer <- body
	w.WriteHeader(http.StatusAccepted)
}

// call answers a call to AWS: DynamoDB finds and refuses nothing, SNS takes all.
func (l *lambda) call(w http.ResponseWriter, r *http.Request) {
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		l.calls <- target
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.Header().Set("X-Amz-Crc32", fmt.Sprint(crc32.ChecksumIEEE([]byte("{}"))))
		_, _ = io.WriteString(w, "{}")
		return
	}
	l.calls <- r.FormValue("Action")
	w.Header().Set("Content-Type", "text/xml")
	_, _ = io.WriteString(w, `<PublishBatchResponse><PublishBatchResult><Failed/><Successful/></PublishBatchResult></PublishBatchResponse>`)
}

// payload returns a batch of one order of an account that has no credit.
func payload(tb testing.TB) []byte {
	tb.Helper()
	const id = "0123456789abcdef0123456789abcdef"
	data, err := json.Marshal(events.SQSEvent{Records: []events.SQSMessage{{
		MessageId: "m", ReceiptHandle: "r", EventSource: "aws:sqs", EventSourceARN: "arn:aws:sqs:us-east-1:123456789012:onevent-reserve-credit",
		Attributes: map[string]string{"ApproximateReceiveCount": "1"},
		Body: `{"specversion":"1.0","id":"` + id + `-0","type":"order.created","source":"/streams/order/o","time":"2026-01-01T00:00:00Z",` +
			`"sequence":"1","correlationid":"` + id + `","datacontenttype":"application/json","function":"place-order","data":` +
			`{"order":"o","consumer":"o","restaurant":"luigis","items":[{"name":"Pizza","quantity":1,"price":1200}],"total":1200}}`,
	}}})
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// A started says how long a start took: from exec to the first question for work,
// which is what Lambda calls init, and to the first batch answered.
type started struct{ init, handled time.Duration }

// start starts a program, has it handle the creation of an order, and kills it.
func start(tb testing.TB, path string) (s started) {
	tb.Helper()
	l := newLambda(tb)
	defer l.server.Close()
	ctx, cancel := context.WithTimeout(tb.Context(), 30*time.Second)
	defer cancel()
	var output strings.Builder
	cmd := exec.CommandContext(ctx, path)
	// As it is on Lambda, and nothing of this machine, whose settings cost both the same.
	cmd.Env = []string{
		"AWS_LAMBDA_RUNTIME_API=" + strings.TrimPrefix(l.server.URL, "http://"), "AWS_LAMBDA_FUNCTION_VERSION=$LATEST",
		"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=bench", "AWS_SECRET_ACCESS_KEY=bench", "AWS_SESSION_TOKEN=bench",
		"AWS_ENDPOINT_URL=" + l.server.URL, "HOME=" + l.tb.TempDir(),
		"FUNCTION_TARGET=reserve-credit", "ONEVENT_PREFIX=onevent", "ONEVENT_ACCOUNT=123456789012", "ONEVENT_VERSION=0123456789ab",
	}
	cmd.Stdout, cmd.Stderr = &output, &output
	began := time.Now()
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	defer func() {
		cancel() // kills it
		_ = cmd.Wait()
		if tb.Failed() {
			tb.Log(output.String())
		}
	}()
	s.init = l.await(ctx, l.asked).Sub(began)
	s.handled = l.await(ctx, l.done).Sub(began)
	l.check()
	return s
}

func (l *lambda) await(ctx context.Context, at <-chan time.Time) time.Time {
	l.tb.Helper()
	select {
	case t := <-at:
		return t
	case <-ctx.Done():
		l.tb.Fatal("the program does not ask, or not answer")
		return time.Time{}
	}
}

// check holds that the work was done, and was the same for both: one item read, one
// transaction, one publish, and no message that failed.
func (l *lambda) check() {
	l.tb.Helper()
	var calls []string
	for range len(l.calls) {
		calls = append(calls, <-l.calls)
	}
	const want = "DynamoDB_20120810.GetItem DynamoDB_20120810.TransactWriteItems PublishBatch"
	if got := strings.Join(calls, " "); got != want {
		l.tb.Errorf("called %s", got)
	}
	if answer := string(<-l.answer); answer != `{"batchItemFailures":[]}` {
		l.tb.Errorf("answered %s", answer)
	}
}
