package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A load sends commands, each with an idempotency key of its own and again until
// it is answered, also while the emulator is down. It remembers every receipt.
type load struct {
	t      *testing.T
	client *http.Client
	// everyOrder is how many commands there are to one order; the others set
	// credit limits.
	everyOrder int64
	pause      time.Duration // between two commands of a hand

	url     atomic.Pointer[string]
	sent    atomic.Int64
	refused atomic.Int64 // attempts, since there is too much to do
	failed  atomic.Value // tells of the last attempt that had no answer, or one of a system in trouble

	mu       sync.Mutex
	receipts map[string]string // the records' identities, by idempotency key
	longest  time.Duration     // that a command waited for its answer
}

const (
	loadAccounts = 20
	// loadLimit is more than what all orders of an account cost. The number of
	// the command is added, so no two commands are alike.
	loadLimit = 1_000_000_000
)

func newLoad(t *testing.T, everyOrder int64, pause time.Duration) *load {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 256}
	t.Cleanup(transport.CloseIdleConnections)
	return &load{t: t, client: &http.Client{Transport: transport}, everyOrder: everyOrder, pause: pause, receipts: map[string]string{}}
}

// at says where the emulator is now.
func (l *load) at(p *process) { l.url.Store(&p.url) }

// work has a number of hands send commands, one after the other, until stop is
// called, which waits until all are answered.
func (l *load) work(hands int) (stop func()) {
	var group sync.WaitGroup
	var stopped atomic.Bool
	group.Go(func() {
		l.register()
		for range hands {
			group.Go(func() {
				for !stopped.Load() && !l.t.Failed() {
					l.command(l.sent.Add(1))
					time.Sleep(l.pause)
				}
			})
		}
	})
	return func() {
		stopped.Store(true)
		group.Wait()
	}
}

// rate sends commands at a rate for a time, whatever the answers take, and
// returns when all are answered. A command's wait counts from when it was due.
func (l *load) rate(perSecond int, during time.Duration) {
	const hands = 128
	total := perSecond * int(during/time.Millisecond) / 1000
	due := make(chan time.Time, total)
	var group sync.WaitGroup
	for range hands {
		group.Go(func() {
			for at := range due {
				l.command(l.sent.Add(1))
				l.mu.Lock()
				l.longest = max(l.longest, time.Since(at))
				l.mu.Unlock()
			}
		})
	}
	began := time.Now()
	for i := range total {
		at := began.Add(time.Duration(i) * time.Second / time.Duration(perSecond))
		time.Sleep(time.Until(at))
		due <- at
	}
	close(due)
	group.Wait()
}

// loadAccount returns the account of the n-th command. The orders go to all.
func loadAccount(n int64) string { return fmt.Sprintf("load-%02d", (n+n/loadAccounts)%loadAccounts) }

// register opens the accounts.
func (l *load) register() {
	for i := range int64(loadAccounts) {
		name := loadAccount(i)
		l.until("consumer.register", "register-"+name, map[string]any{"consumer": name, "name": name})
	}
	for i := range int64(loadAccounts) {
		l.setLimit(loadAccount(i), -i-1)
	}
}

// command sends the n-th command until it is accepted.
func (l *load) command(n int64) {
	if n%l.everyOrder == 0 {
		id := fmt.Sprintf("load-%d", n)
		l.until("order.place", id, order(id, loadAccount(n), 950))
		return
	}
	l.setLimit(loadAccount(n), n)
}

func (l *load) setLimit(account string, n int64) {
	l.until("credit.set_limit", fmt.Sprintf("limit-%d", n), map[string]any{"account": account, "limit": loadLimit + n})
}

// until sends a command until it is accepted, and remembers its receipt.
func (l *load) until(command, key string, fields map[string]any) {
	for !l.t.Failed() {
		status, answer, err := l.send(command, key, fields)
		switch {
		case err != nil || status >= http.StatusInternalServerError:
			l.failed.Store(fmt.Sprintf("%s %s: status %d, error %v: %s", command, key, status, err, answer))
		case status < http.StatusMultipleChoices:
			l.remember(key, answer)
			return
		case status == http.StatusTooManyRequests:
			l.refused.Add(1)
			time.Sleep(100 * time.Millisecond)
		case !strings.Contains(answer, "unknown_account"): // is being opened
			l.t.Errorf("%s %s: status %d: %s", command, key, status, answer)
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// send sends a command once.
func (l *load) send(command, key string, fields map[string]any) (status int, answer string, err error) {
	body, err := json.Marshal(fields)
	if err != nil {
		return 0, "", err
	}
	request, err := http.NewRequestWithContext(l.t.Context(), http.MethodPost, *l.url.Load()+"/commands/"+command, bytes.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", key)
	request.GetBody = nil // so that the client sends nothing again by itself, and hides nothing
	response, err := l.client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	return response.StatusCode, string(data), err
}

// remember keeps a receipt's record: a command has one, however often it is sent.
func (l *load) remember(key, answer string) {
	var receipt struct{ ID string }
	err := json.Unmarshal([]byte(answer), &receipt)
	l.mu.Lock()
	defer l.mu.Unlock()
	known, ok := l.receipts[key]
	if err != nil || receipt.ID == "" || ok && known != receipt.ID {
		l.t.Errorf("%s has the record %q, and is answered %s", key, known, answer)
	}
	l.receipts[key] = receipt.ID
}
