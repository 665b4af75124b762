package aws_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/onevent/onevent/flow/aws"
	"github.com/onevent/onevent/flow/driver"
)

// An answering transport gives every request the same answer.
type answering struct {
	body string
	asks int
}

// RoundTrip implements http.RoundTripper.
func (a *answering) RoundTrip(r *http.Request) (*http.Response, error) {
	a.asks++
	return &http.Response{
		StatusCode: http.StatusBadRequest, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		Body: io.NopCloser(strings.NewReader(a.body)), Request: r,
	}, nil
}

func storeThat(t *testing.T, answers *answering) *aws.Store {
	t.Helper()
	s, err := aws.OpenStore(aws.StoreOptions{Config: sdk.Config{
		Region: "us-east-1", HTTPClient: &http.Client{Transport: answers},
		Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
	}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func cancelled(codes ...string) string {
	reasons := make([]string, len(codes))
	for i, c := range codes {
		reasons[i] = `{"Code":"` + c + `"}`
	}
	return `{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","CancellationReasons":[` + strings.Join(reasons, ",") + `]}`
}

// What DynamoDB refuses is a conflict only if nothing of it was written and a
// condition did not hold, or is about to change. Nothing is tried again.
func TestConflicts(t *testing.T) {
	t.Parallel()
	failure := func(name string) string { return `{"__type":"com.amazonaws.dynamodb.v20120810#` + name + `"}` }
	for body, conflict := range map[string]bool{
		cancelled("ConditionalCheckFailed", "None"):                       true,
		cancelled("None", "ConditionalCheckFailed"):                       true,
		cancelled("None", "TransactionConflict"):                          true,
		cancelled("TransactionConflict", "ConditionalCheckFailed"):        true,
		cancelled("None", "ThrottlingError"):                              false,
		cancelled("TransactionConflict", "ProvisionedThroughputExceeded"): false,
		cancelled("None", "None"):                                         false,
		cancelled("ItemCollectionSizeLimitExceeded", "None"):              false,
		failure("ProvisionedThroughputExceededException"):                 false,
		failure("ThrottlingException"):                                    false,
		failure("InternalServerError"):                                    false,
		failure("TransactionInProgressException"):                         false,
	} {
		answers := &answering{body: body}
		r := driver.Record{ID: strings.Repeat("0", 32), Stream: "order/1", Seq: 1, Count: 1}
		err := storeThat(t, answers).Log().Commit(t.Context(), driver.Commit{Record: r, Head: &driver.Head{Stream: "order/1", Seq: 1}})
		if err == nil || errors.Is(err, driver.ErrConflict) != conflict || answers.asks != 1 {
			t.Errorf("after %d requests, %s is %v", answers.asks, body, err)
		}
	}
	for body, conflict := range map[string]bool{
		failure("ConditionalCheckFailedException"): true, failure("TransactionConflictException"): true, failure("ThrottlingException"): false,
	} {
		answers := &answering{body: body}
		mark := driver.Commit{Record: driver.Record{ID: strings.Repeat("0", 32), Stream: "order/1"}}
		err := storeThat(t, answers).Log().Commit(t.Context(), mark)
		if err == nil || errors.Is(err, driver.ErrConflict) != conflict || answers.asks != 1 {
			t.Errorf("after %d requests, %s is %v", answers.asks, body, err)
		}
	}
	err := storeThat(t, &answering{body: failure("TransactionConflictException")}).Agenda().Put(t.Context(), driver.Item{Kind: driver.Outbox, ID: "1"})
	if err == nil || errors.Is(err, driver.ErrConflict) {
		t.Errorf("a put without a condition: %v", err)
	}
}
