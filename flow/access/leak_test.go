package access_test

import (
	"runtime"
	"testing"
	"time"
)

// TestNothingStaysBehind is not parallel: it counts the goroutines of the process.
// What asks an issuer leaves none, and no connection.
func TestNothingStaysBehind(t *testing.T) { //nolint:paralleltest // see above
	before := runtime.NumGoroutine()
	t.Run("asking", func(t *testing.T) {
		for range 5 {
			r := newRig(t, "EdDSA")
			r.want(0, "Bearer "+r.token())
			r.down.Store(true)
			r.wait(7 * time.Hour)
			r.want(503, "Bearer "+r.token())
		}
	})
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<16)
			t.Fatalf("%d goroutines, there were %d:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
	}
}
