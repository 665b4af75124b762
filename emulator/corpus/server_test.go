package corpus_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onevent/onevent/emulator/corpus"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/local"
	"github.com/onevent/onevent/flow/webhook"
	"github.com/onevent/onevent/flow/webhook/out"
	"github.com/onevent/onevent/flow/webhook/public"
)

// A rig is the application on SQLite, served over TCP. Messages wait until they are
// delivered, so that nothing is stored but by requests.
type rig struct {
	t     *testing.T
	app   flow.App
	world *flowtest.World
	store *local.Store
	addr  string
	log   *faults
	found int // cases that store something
}

// faults are what the system and its server have to say about themselves.
type faults struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (f *faults) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.text.Write(p)
}

func (f *faults) String() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.text.String()
}

// newRig starts a server. Its patience with slow clients is the usual one, unless
// change makes it shorter.
func newRig(t *testing.T, hooks public.Options, change func(*http.Server)) *rig {
	t.Helper()
	store, err := local.Open(t.Context(), t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	service := out.New(out.Options{Masters: []webhook.Secret{webhook.Text(strings.Repeat("m", 32))}, Source: "https://onevent.example", Public: hooks, Now: corpus.Now})
	r := &rig{t: t, app: corpus.App(service), store: store, log: &faults{}}
	r.world = flowtest.NewWorld(t, r.app, &driver.Platform{Log: store.Log(), Views: store.Views(), Agenda: store.Agenda()})
	if now := r.world.Clock().Now(); !now.Equal(corpus.Now()) {
		t.Fatalf("the clock shows %v, the corpus is of %v", now, corpus.Now())
	}
	service.Connect(r.world.System())
	r.serve(change)
	return r
}

func (r *rig) serve(change func(*http.Server)) {
	r.t.Helper()
	log := slog.New(slog.NewTextHandler(r.log, nil))
	// However busy the machine is: a command that is refused must be so for what it is.
	server := edge.Server("", edge.New(r.world.System(), edge.Options{Log: log, CommandWithin: time.Minute}))
	server.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelError)
	if change != nil {
		change(server)
	}
	listener, err := (&net.ListenConfig{}).Listen(r.t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		r.t.Fatal(err)
	}
	r.addr = listener.Addr().String()
	ctx, stop := context.WithCancel(context.WithoutCancel(r.t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- edge.Serve(ctx, server, listener) }()
	r.t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			r.t.Error(err)
		}
	})
}

// A place is a part of what is stored.
type place struct {
	sum   string
	items int
}

// digest returns what is stored: the log, all views, the agenda, and the messages that
// wait.
func (r *rig) digest() map[string]place {
	r.t.Helper()
	all := map[string]place{}
	for record, err := range r.store.Log().Scan(r.t.Context(), 0, driver.Forever) {
		r.must(err)
		note(all, "log", record)
	}
	for _, f := range r.app.Functions {
		if k := f.Kind(); k != flow.KindView && k != flow.KindTally {
			continue
		}
		for document, err := range r.store.Views().Query(r.t.Context(), f.Name(), driver.Query{}) {
			r.must(err)
			note(all, "view "+f.Name(), document)
		}
	}
	for _, kind := range driver.Kinds() {
		for item, err := range r.store.Agenda().Due(r.t.Context(), kind, driver.Forever, 0) {
			r.must(err)
			note(all, "agenda "+string(kind), item)
		}
	}
	told := map[string]bool{}
	for _, m := range r.world.Waiting() {
		if key := m.Subscription + " " + m.ID; !told[key] { // a message may come twice: it is only a nudge
			told[key] = true
			note(all, "queue", m)
		}
	}
	return all
}

// note adds a thing to the place where it is.
func note(all map[string]place, at string, thing any) {
	p := all[at]
	sum := sha256.Sum256(fmt.Appendf(nil, "%s%+v", p.sum, thing))
	all[at] = place{sum: hex.EncodeToString(sum[:]), items: p.items + 1}
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// differences tells where two digests differ.
func differences(before, after map[string]place) string {
	var list []string
	for at, p := range after {
		if q := before[at]; p != q {
			list = append(list, fmt.Sprintf("%s: %d were %d", at, p.items, q.items))
		}
	}
	for at, q := range before {
		if _, ok := after[at]; !ok {
			list = append(list, fmt.Sprintf("%s: 0 were %d", at, q.items))
		}
	}
	return strings.Join(list, ", ")
}
