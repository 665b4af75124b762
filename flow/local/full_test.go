package local_test

import (
	"errors"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/local"
)

// A disk that is full is an error that changes nothing, and when there is space
// the store goes on.
func TestFull(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	open(t, dir).Close()
	store, err := local.Open(t.Context(), dir, local.WithMaxPages(60))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	broker := store.Broker(nil)
	if err := broker.Declare(t.Context(), driver.Subscription{Name: "one", Topics: []string{"order.created"}}); err != nil {
		t.Fatal(err)
	}
	made := int64(0)
	for err = nil; err == nil; made++ {
		err = appendOne(t.Context(), store.Log(), made)
	}
	made--
	wantsError(t, err, local.ErrFull, "disk full: free some space")
	for range 3 { // and again
		wantsError(t, appendOne(t.Context(), store.Log(), made), local.ErrFull)
	}
	large := driver.Message{ID: "1", Topic: "order.created", Data: make([]byte, 100_000)}
	wantsError(t, broker.Publish(t.Context(), large), local.ErrFull)
	wantsRecords(t, store, made)

	if err := store.SetMaxPages(t.Context(), 1_000_000); err != nil {
		t.Fatal(err)
	}
	for i := made; i < made+50; i++ {
		if err := appendOne(t.Context(), store.Log(), i); err != nil {
			t.Fatal(err)
		}
	}
	if err := broker.Publish(t.Context(), large); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	wantsRecords(t, open(t, dir), made+50)
}

// wantsRecords fails the test unless the log has that many records.
func wantsRecords(t *testing.T, store *local.Store, want int64) {
	t.Helper()
	n := int64(0)
	for _, err := range store.Log().Scan(t.Context(), 0, driver.Forever) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != want {
		t.Fatalf("%d records, want %d", n, want)
	}
}

// Whatever happens to a store while it is closed under the hands of its users,
// they get an answer.
func TestCloseWhileBusy(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := open(t, dir)
	const hands = 16
	made := make(chan int64, hands)
	enough := make(chan struct{}, 1_000_000)
	for hand := range int64(hands) {
		go func() {
			n := int64(0)
			for i := hand; ; i += 1024 {
				if err := appendOne(t.Context(), store.Log(), i); err != nil {
					if !errors.Is(err, local.ErrClosed) {
						t.Errorf("after Close: %v, want %v", err, local.ErrClosed)
					}
					made <- n
					return
				}
				n++
				enough <- struct{}{}
			}
		}()
	}
	for range 100 {
		<-enough
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	total := int64(0)
	for range hands {
		select {
		case n := <-made:
			total += n
		case <-time.After(10 * time.Second):
			t.Fatal("a writer got no answer")
		}
	}
	wantsRecords(t, open(t, dir), total)
}
