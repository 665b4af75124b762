package aws_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/onevent/onevent/flow/aws"
	"github.com/onevent/onevent/flow/driver"
)

// An index of DynamoDB lags, which moto's do not: here, answers of the index of
// streams lack entries. A stream is whole all the same.
func TestStreamIsWholeThoughItsIndexLags(t *testing.T) {
	t.Parallel()
	const records = 12
	lag := &lagging{next: http.DefaultTransport}
	config := configOf(t)
	config.HTTPClient = &http.Client{Transport: lag}
	s, err := aws.OpenStore(aws.StoreOptions{Config: config, Prefix: newPrefix()})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Declare(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := range records {
		appendTo(t, s.Log(), "order/1", fmt.Sprintf("%032d", i))
	}
	for _, lacks := range []func(seq int) bool{
		func(int) bool { return true },
		func(seq int) bool { return seq > records-5 },
		func(seq int) bool { return seq%3 == 0 || seq < 3 },
		func(seq int) bool { return seq == records },
	} {
		lag.lacks.Store(&lacks)
		for from := uint64(1); from <= records; from += 3 {
			for to := from; to <= records+1; to += 4 {
				wantsSeqs(t, s.Log(), from, min(to, records))
			}
		}
		wantsSeqs(t, s.Log(), 1, records)
	}
	if lag.left.Load() == 0 {
		t.Fatal("the index lacked nothing")
	}
}

func appendTo(t *testing.T, log driver.Log, stream, id string) {
	t.Helper()
	head, err := log.Head(t.Context(), stream)
	if err != nil {
		t.Fatal(err)
	}
	r := driver.Record{ID: id, Stream: stream, Seq: head.Seq + 1, Count: 1, Time: head.Time + 1, Correlation: "c", Body: []byte(id)}
	head.Seq, head.Time = r.Seq, r.Time
	if err := log.Commit(t.Context(), driver.Commit{Record: r, Head: &head}); err != nil {
		t.Fatal(err)
	}
}

func wantsSeqs(t *testing.T, log driver.Log, from, to uint64) {
	t.Helper()
	next := from
	for r, err := range log.Stream(t.Context(), "order/1", from, to) {
		if err != nil || r.Seq != next {
			t.Fatalf("from %d to %d: got %d, want %d: %v", from, to, r.Seq, next, err)
		}
		next++
	}
	if next != to+1 {
		t.Fatalf("from %d to %d: ended before %d", from, to, next)
	}
}

// Lagging takes entries out of what the index of streams answers.
type lagging struct {
	next  http.RoundTripper
	lacks atomic.Pointer[func(seq int) bool]
	left  atomic.Int64
}

// RoundTrip implements http.RoundTripper.
func (l *lagging) RoundTrip(r *http.Request) (*http.Response, error) {
	lacks := l.lacks.Load()
	if lacks == nil || !strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".Query") {
		return l.next.RoundTrip(r)
	}
	response, err := l.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var answer map[string]json.RawMessage
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return nil, err
	}
	var items, shown []map[string]map[string]string
	if err := json.Unmarshal(answer["Items"], &items); err != nil {
		return nil, err
	}
	for _, i := range items {
		if seq, err := strconv.Atoi(i["last"]["N"]); err == nil && (*lacks)(seq) {
			l.left.Add(1)
			continue
		}
		shown = append(shown, i)
	}
	if answer["Items"], err = json.Marshal(shown); err != nil {
		return nil, err
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return nil, err
	}
	response.Body, response.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	response.Header.Del("X-Amz-Crc32")
	return response, nil
}

// Of a stream that ends at math.MaxUint64 nothing overflows.
func TestStreamOfNothing(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for r, err := range s.Log().Stream(t.Context(), "order/none", 0, math.MaxUint64) {
		t.Fatalf("got %v, %v", r, err)
	}
}
