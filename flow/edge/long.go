package edge

import (
	"net/http"
	"strconv"
	"time"
)

// longRoutes are those that read the whole log, or the whole list of what is
// parked: they have Options.LongTimeout.
func (e *edge) longRoutes() []route {
	return []route{
		{http.MethodGet, "/audit", e.alone(e.audit)},
		{http.MethodGet, "/redecide", e.alone(e.redecide)},
		{http.MethodPost, "/parked/redrive", e.redriveAll},
	}
}

const (
	// timeToAnswer is what writing a late answer may take.
	timeToAnswer = 10 * time.Second
	// retryReading is after how many seconds somebody may ask again who was told
	// that the log is being read.
	retryReading = 5
)

// prolonged lets the answer of an action come later than the server allows
// others.
func prolonged(timeout time.Duration, do action) action {
	return func(w http.ResponseWriter, r *http.Request) error {
		// What has no connection of its own, as a test's recorder, has no deadline.
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(timeout + timeToAnswer))
		return do(w, r)
	}
}

// alone lets one request at a time read the whole log: each holds much of it in
// memory.
func (e *edge) alone(do action) action {
	return func(w http.ResponseWriter, r *http.Request) error {
		if _, err := parameters(r); err != nil {
			return err
		}
		select {
		case e.reader <- struct{}{}:
			defer func() { <-e.reader }()
			return e.onTime(do(w, r))
		default:
			w.Header().Set("Retry-After", strconv.Itoa(retryReading))
			return problem(http.StatusTooManyRequests, "busy-reading",
				"somebody has the whole log read just now, which is done for one at a time; ask again in %d seconds", retryReading)
		}
	}
}
