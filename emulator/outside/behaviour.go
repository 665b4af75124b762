package outside

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/onevent/onevent/flow/clock"
)

// maxBody is the most bytes of a request that are read.
const maxBody = 1 << 20

// A Behaviour is how somebody outside answers.
type Behaviour struct {
	// Delay is how long an answer takes.
	Delay Duration `json:"delay,omitzero"`
	// Fail is which share of the requests fails, from 0 to 1: half of those
	// before anything was done, half after.
	Fail float64 `json:"fail,omitempty"`
	// Refuse makes a restaurant reject tickets, and the provider decline cards.
	Refuse bool `json:"refuse,omitempty"`
	// Gone makes everything be answered 404, which nobody tries again.
	Gone bool `json:"gone,omitempty"`
	// Ignore makes a restaurant never answer a ticket.
	Ignore bool `json:"ignore,omitempty"`
}

// A Duration is a time.Duration that JSON holds as text, as in "2s".
type Duration time.Duration

// MarshalText returns the duration as time.Duration.String does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads a duration as time.ParseDuration does.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	*d = Duration(parsed)
	return err
}

// Behaviours says how each name is treated.
type Behaviours struct {
	mu     sync.Mutex
	byName map[string]Behaviour
}

// NewBehaviours returns behaviours in which everybody answers at once.
func NewBehaviours() *Behaviours { return &Behaviours{byName: map[string]Behaviour{}} }

// Set sets how a name is treated; "*" sets it for all that have no behaviour of
// their own.
func (b *Behaviours) Set(name string, behaviour Behaviour) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.byName[name] = behaviour
}

// Of returns how a name is treated.
func (b *Behaviours) Of(name string) Behaviour {
	b.mu.Lock()
	defer b.mu.Unlock()
	if behaviour, ok := b.byName[name]; ok {
		return behaviour
	}
	return b.byName["*"]
}

// put serves PUT /behaviours/{name}.
func (b *Behaviours) put(w http.ResponseWriter, r *http.Request) {
	var behaviour Behaviour
	if !read(w, r, &behaviour) {
		return
	}
	if behaviour.Fail < 0 || behaviour.Fail > 1 {
		http.Error(w, "fail is not between 0 and 1", http.StatusUnprocessableEntity)
		return
	}
	b.Set(r.PathValue("name"), behaviour)
	w.WriteHeader(http.StatusNoContent)
}

// serve answers as somebody behaves: do is what they do, and reports what to
// answer.
func (b Behaviour) serve(w http.ResponseWriter, r *http.Request, do func() (status int, answer any)) {
	if clock.Sleep(r.Context(), time.Duration(b.Delay)) != nil {
		return
	}
	if b.Gone {
		http.Error(w, "gone", http.StatusNotFound)
		return
	}
	luck := rand.Float64() //nolint:gosec // not for secrets
	if luck < b.Fail/2 {
		http.Error(w, "out of order", http.StatusServiceUnavailable)
		return
	}
	status, answer := do()
	if luck < b.Fail {
		http.Error(w, "out of order, but it was done", http.StatusBadGateway)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) //nolint:errchkjson // whoever asked has gone
}

// read reads a JSON body, and answers 400 if it can't.
func read(w http.ResponseWriter, r *http.Request, into any) bool {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	if err := decoder.Decode(into); err != nil {
		http.Error(w, fmt.Sprintf("body: %v", err), http.StatusBadRequest)
		return false
	}
	return true
}
