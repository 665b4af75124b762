package recovery_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/gcp"
	"github.com/onevent/onevent/flow/gcp/emulators"
	"github.com/onevent/onevent/functions/audit"
)

// A rig is the application on emulators: hosts behind a balancer, a city, and the
// test, which ticks and looks.
type rig struct {
	*testing.T
	setup    setup
	balancer *balancer
	city     *city
	system   *flow.System
	broker   *gcp.Broker
	ticking  sync.Mutex

	mu     sync.Mutex
	nudged int
}

// newRig starts everything but a host.
func newRig(t *testing.T, on *emulators.Emulators) *rig {
	t.Helper()
	r := &rig{T: t, balancer: newBalancer(t)}
	r.city = newCity(t, r.balancer.url+"/edge")
	r.setup = setup{
		Project: "onevent-recovery", Prefix: fmt.Sprintf("r%x-", rand.Uint64()), Firestore: on.Firestore, PubSub: on.PubSub,
		Restaurant: r.city.restaurants.URL, Payments: r.city.payments.URL, Version: "one",
	}
	system, store, broker, err := r.setup.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r.system, r.broker = system, broker
	t.Cleanup(func() {
		if err := broker.Close(); err != nil {
			t.Error(err)
		}
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	r.declare()
	var ticker sync.WaitGroup
	done := make(chan struct{})
	ticker.Go(func() { r.tick(done) })
	t.Cleanup(func() {
		close(done)
		ticker.Wait()
	})
	return r
}

// declare points the subscriptions to the balancer, as soon as Pub/Sub is there.
func (r *rig) declare() {
	r.Helper()
	endpoint := func(name string) string { return r.balancer.url + "/" + name }
	r.eventually("the subscriptions are declared", func() bool {
		return r.broker.DeclarePush(r.Context(), endpoint, subscriptions(r.system)...) == nil
	})
}

// tick does what a scheduler does, more often. What fails stays for the next one.
func (r *rig) tick(done <-chan struct{}) {
	every := time.NewTicker(500 * time.Millisecond)
	defer every.Stop()
	for {
		select {
		case <-done:
			return
		case <-every.C:
		}
		r.ticking.Lock()
		ticked, _ := r.system.Tick(r.Context())
		r.ticking.Unlock()
		r.mu.Lock()
		r.nudged += ticked.Nudged
		r.mu.Unlock()
	}
}

// A process is a host.
type process struct {
	*testing.T
	cmd    *exec.Cmd
	url    string
	output *output
}

// An output may be read while it is written.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// start starts a host, and returns when it serves.
func (r *rig) start(s setup) *process {
	r.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		r.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	s.Port = address[strings.LastIndexByte(address, ':')+1:]
	text, err := json.Marshal(s)
	if err != nil {
		r.Fatal(err)
	}
	p := &process{T: r.T, cmd: exec.CommandContext(r.Context(), os.Args[0]), url: "http://" + address, output: &output{}}
	p.cmd.Env = append(os.Environ(), hostVariable+"="+string(text))
	p.cmd.Stdout, p.cmd.Stderr = p.output, p.output
	if err := p.cmd.Start(); err != nil {
		r.Fatal(err)
	}
	r.Cleanup(func() {
		p.cmd.Process.Kill()
		p.cmd.Wait()
	})
	r.eventually("the host serves", func() bool {
		request, err := http.NewRequestWithContext(r.Context(), http.MethodGet, p.url+"/edge/commands", http.NoBody)
		if err != nil {
			r.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return false
		}
		response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
	return p
}

func (p *process) address() *url.URL {
	p.Helper()
	u, err := url.Parse(p.url)
	if err != nil {
		p.Fatal(err)
	}
	return u
}

// end asks a host to end and waits: it must hand back what it has, and say that all
// is well.
func (p *process) end() {
	p.Helper()
	p.signal(syscall.SIGTERM)
	if err := p.cmd.Wait(); err != nil {
		p.Fatalf("the host ended with %v: %s", err, p.output)
	}
}

func (p *process) signal(s os.Signal) {
	p.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.Fatal(err)
	}
}

// eventually waits until something holds, and ends the test if that takes too long.
func (r *rig) eventually(what string, holds func() bool) {
	r.Helper()
	if !r.await(what, holds) {
		r.FailNow()
	}
}

// await is eventually for goroutines that must not end the test.
func (r *rig) await(what string, holds func() bool) bool {
	r.Helper()
	for deadline := time.Now().Add(90 * time.Second); !holds(); time.Sleep(200 * time.Millisecond) {
		if time.Now().After(deadline) {
			r.Errorf("not in 90 s: %s", what)
			return false
		}
	}
	return true
}

// serve starts a host and has it do everything.
func (r *rig) serve(s setup) *process {
	r.Helper()
	p := r.start(s)
	r.balancer.use(r.T, p, p)
	return p
}

// register has a consumer who can pay for everything.
func (r *rig) register() {
	r.Helper()
	r.send("consumer.register", map[string]any{"consumer": "alice", "name": "Alice"})
	r.eventually("alice has credit", func() bool {
		status, err := r.city.commands.Send(r.Context(), "credit.set_limit", "limit", map[string]any{"account": "alice", "limit": 10_000_000})
		return err == nil && status < http.StatusBadRequest
	})
}

// send sends a command until it is answered with yes or no, and wants yes.
func (r *rig) send(command string, fields map[string]any) {
	r.Helper()
	status := 0
	answered := r.await(command+" is answered", func() bool {
		var err error
		status, err = r.city.commands.Send(r.Context(), command, command+fmt.Sprint(fields), fields)
		return err == nil
	})
	if answered && status >= http.StatusBadRequest {
		r.Errorf("%s %v: status %d", command, fields, status)
	}
}

// orderOf returns the fields of an order.
func orderOf(i int) map[string]any {
	return map[string]any{
		"order": fmt.Sprintf("o%d", i), "consumer": "alice", "restaurant": "roma",
		"items": []map[string]any{{"name": "pizza", "quantity": 1, "price": 950}},
	}
}

// place places the orders with the numbers from first to last, some at once.
func (r *rig) place(first, last int) {
	r.Helper()
	var group sync.WaitGroup
	slots := make(chan struct{}, 4)
	for i := first; i <= last; i++ {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			r.send("order.place", orderOf(i))
		})
	}
	group.Wait()
}

// finished waits until the orders have ended, and holds that all is as if nothing
// had happened: each is completed and paid for once, nobody decided twice on one
// event, nothing is parked or open, every view equals the log.
func (r *rig) finished(orders int) {
	r.Helper()
	var report audit.Report
	var found flow.Audit
	defer func() {
		if r.Failed() {
			r.Logf("orders: %+v\naudit: %+v", report, found)
		}
	}()
	r.eventually(fmt.Sprintf("%d orders have ended", orders), func() bool {
		var err error
		report, err = audit.Check(r.system.Log(r.Context(), 0, driver.Forever))
		return err == nil && report.Orders == orders && report.Open == 0
	})
	r.eventually("nothing is under way", func() bool {
		var err error
		found, err = r.system.Audit(r.Context())
		return err == nil && found.Quiet() && found.Parked == 0
	})
	report, err := audit.Check(r.system.Log(r.Context(), 0, driver.Forever))
	if err != nil || report.Err() != nil || report.Completed != orders || len(found.Broken) > 0 {
		r.Errorf("%+v, %v; broken: %q", report, err, found.Broken)
	}
	if n := r.city.charged(); n != orders {
		r.Errorf("%d charges for %d orders", n, orders)
	}
	r.nothingTwice()
}

// nothingTwice looks for two records of a function on one event.
func (r *rig) nothingTwice() {
	r.Helper()
	records := map[string]string{}
	for e, err := range r.system.Log(r.Context(), 0, driver.Forever) {
		if err != nil {
			r.Fatal(err)
		}
		if e.Cause == "" {
			continue
		}
		record, _, _ := strings.Cut(e.ID, "-")
		decision := e.Function + " on " + e.Cause
		if first, ok := records[decision]; ok && first != record {
			r.Errorf("%s twice: %s and %s", decision, first, record)
		}
		records[decision] = record
	}
}

// nudges returns how often events were published again because nobody answered.
func (r *rig) nudges() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.nudged
}
