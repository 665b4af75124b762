//go:build linux

package recovery_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestUpdateUnderLoad replaces a host by its next version while commands arrive at a
// steady rate. No command is answered with an error, also those that the old one
// had when it was told to end.
func TestUpdateUnderLoad(t *testing.T) {
	t.Parallel()
	if raceDetector {
		t.Skip("the race detector is too slow for a load at a rate")
	}
	r := newRig(t, needShared(t))
	before := r.serve(r.setup)
	r.register()
	const orders = 40
	third := make(chan struct{})
	var senders sync.WaitGroup
	senders.Go(func() {
		rate := time.NewTicker(50 * time.Millisecond)
		defer rate.Stop()
		for i := 1; i <= orders; i++ {
			if i == orders/3 {
				close(third)
			}
			senders.Go(func() { r.placeOnce(i) })
			<-rate.C
		}
	})
	<-third
	next := r.setup
	next.Version = "two"
	after := r.serve(next)
	before.end()
	senders.Wait()
	served := r.balancer.servedBy(before)
	r.finished(orders)
	if r.balancer.servedBy(after) == 0 || served == 0 || r.balancer.servedBy(before) != served {
		t.Errorf("the versions served %d and %d requests", r.balancer.servedBy(before), r.balancer.servedBy(after))
	}
	t.Logf("updates under load: 1, commands %d, errors 0, lost 0, twice 0", orders)
}

// placeOnce places an order and sends it no second time.
func (r *rig) placeOnce(i int) {
	body, err := json.Marshal(orderOf(i))
	if err != nil {
		r.Error(err)
		return
	}
	request, err := http.NewRequestWithContext(r.Context(), http.MethodPost, r.balancer.url+"/edge/commands/order.place", bytes.NewReader(body))
	if err != nil {
		r.Error(err)
		return
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		r.Errorf("order %d: %v", i, err)
		return
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		answer, err := io.ReadAll(response.Body)
		r.Errorf("order %d: status %d: %s (%v)", i, response.StatusCode, answer, err)
	}
}

// TestZombieWrites stops a host between a decision and its commit, for longer than
// Pub/Sub waits; another host does all that is to be done. When the first one goes
// on, its write is refused, and it finds the outcome in the log.
func TestZombieWrites(t *testing.T) {
	t.Parallel()
	r := newRig(t, needShared(t))
	healthy := r.serve(r.setup)
	r.register()
	doomed := r.setup
	doomed.StopAfter = 7
	zombie := r.start(doomed)
	r.balancer.use(t, healthy, zombie)
	r.place(1, 6)
	r.eventually("the host has stopped", func() bool { return stopped(t, zombie.cmd.Process.Pid) })
	since := time.Now()
	r.balancer.use(t, healthy, healthy)
	r.finished(6)
	r.eventually("Pub/Sub waits no longer", func() bool { return time.Since(since) > ackWithin })
	zombie.signal(syscall.SIGCONT)
	r.eventually("the zombie has found what others wrote", func() bool { return strings.Contains(zombie.output.String(), "repeated") })
	zombie.end()
	r.finished(6) // still
	t.Logf("zombie writes: %d refused, orders 6 completed, twice 0", strings.Count(zombie.output.String(), "repeated"))
}

// stopped says whether a process is stopped by a signal.
func stopped(t *testing.T, pid int) bool {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(rest, "T")
}
