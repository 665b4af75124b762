package emulators

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// requestOf returns a request to a service for an operation.
func requestOf(t *testing.T, service, target string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", http.NoBody)
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=emulator/20300101/us-east-1/"+service+"/aws4_request, SignedHeaders=host")
	if target != "" {
		r.Header.Set("X-Amz-Target", target)
	}
	return r
}

// One request of a group is inside, however many come; groups do not wait for each
// other, and who waits for messages keeps nobody out.
func TestGate(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan string, 10), make(chan struct{})
	g := &gate{inside: doors(), next: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		entered <- groupOf(r)
		<-leave
	})}
	var all sync.WaitGroup
	for range 2 {
		for _, r := range []*http.Request{
			requestOf(t, "dynamodb", "DynamoDB_20120810.PutItem"), requestOf(t, "sns", ""),
			requestOf(t, "sqs", "AmazonSQS.CreateQueue"), requestOf(t, "sqs", "AmazonSQS.ReceiveMessage"),
		} {
			all.Go(func() { g.ServeHTTP(httptest.NewRecorder(), r) })
		}
	}
	inside := map[string]int{}
	for range 5 {
		inside[<-entered]++
	}
	for _, group := range []string{groupTables, groupTopics, groupQueues} {
		if inside[group] != 1 {
			t.Errorf("%d of %q are inside", inside[group], group)
		}
	}
	if inside[""] != 2 || len(entered) > 0 {
		t.Errorf("inside are %v, and %d more", inside, len(entered))
	}
	close(leave)
	all.Wait()
	if len(entered) != 3 {
		t.Errorf("%d came in after those", len(entered))
	}
}
