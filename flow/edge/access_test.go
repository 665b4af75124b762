package edge_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/access"
	"github.com/onevent/onevent/flow/access/issuer"
	"github.com/onevent/onevent/flow/edge"
)

// A guardedRig is an edge that wants tokens, and who makes them.
type guardedRig struct {
	*rig

	issuer *issuer.Issuer
	down   atomic.Bool
}

func newGuardedRig(t *testing.T, policy access.Policy, mounts ...edge.Mount) *guardedRig {
	t.Helper()
	r := &guardedRig{rig: newRig(t)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if r.down.Load() {
			http.NotFound(w, q)
			return
		}
		r.issuer.ServeHTTP(w, q)
	}))
	t.Cleanup(server.Close)
	var err error
	if r.issuer, err = issuer.New(server.URL, "EdDSA"); err != nil {
		t.Fatal(err)
	}
	i, err := access.NewIssuer(access.OIDC{URL: server.URL, Audience: "shop"})
	if err != nil {
		t.Fatal(err)
	}
	r.server = httptest.NewServer(edge.New(r.System(), edge.Options{Access: access.Access{Issuers: []*access.Issuer{i}, Policy: policy}, Mounts: mounts}))
	t.Cleanup(r.server.Close)
	return r
}

// as returns the header of a token with roles.
func (r *guardedRig) as(subject, roles string) []string {
	r.t.Helper()
	token, err := r.issuer.Token(map[string]any{"sub": subject, "aud": "shop", "roles": roles})
	if err != nil {
		r.t.Fatal(err)
	}
	return []string{"Authorization", "Bearer " + token}
}

func (r *guardedRig) want(status int, part string, a answer) {
	r.t.Helper()
	if a.status != status || !strings.Contains(a.body, part) {
		r.t.Errorf("%d %s, want %d … %s …", a.status, a.body, status, part)
	}
}

const press = `{"light":"a","house":"h"}`

func TestTheActorIsWhoTheTokenIsOf(t *testing.T) {
	t.Parallel()
	r := newGuardedRig(t, access.Policy{{Role: "presser", Commands: []string{"light.press"}}, {Role: "reader", History: true}})
	r.want(401, "needs a token", r.press(press))
	r.want(403, "this needs a role with command light.press", r.press(press, r.as("bob", "reader")...))
	r.want(403, "Onevent-Actor needs a role with impersonation", r.press(press, append(r.as("ann", "presser"), edge.ActorHeader, "bob")...))
	if r.stored() != 0 {
		t.Error("what was refused is stored")
	}
	r.want(201, "light.switched_on", r.press(press, r.as("ann", "presser")...))
	r.want(200, `"actor":"ann"`, r.do(http.MethodGet, "/streams/light/a", "", r.as("bob", "reader")...))
}

func TestWhoImpersonatesIsNamed(t *testing.T) {
	t.Parallel()
	r := newGuardedRig(t, access.Policy{{Role: "desk", Commands: []string{access.All}, Impersonate: true, History: true}})
	desk := r.as("desk-7", "desk")
	r.want(201, "", r.press(press, append(desk, edge.ActorHeader, "ann")...))
	r.want(200, `"actor":"ann via desk-7"`, r.do(http.MethodGet, "/streams/light/a", "", desk...))
	r.want(400, "the limit is 128", r.press(press, append(desk, edge.ActorHeader, strings.Repeat("a", 120))...))
}

func TestRefusalsSayWhatToDo(t *testing.T) {
	t.Parallel()
	r := newGuardedRig(t, nil)
	r.down.Store(true)
	late := r.press(press, r.as("ann", "presser")...)
	r.want(503, "can't be asked", late)
	if late.header.Get("Retry-After") == "" || late.header.Get("WWW-Authenticate") != "" {
		t.Error(late.header)
	}
	for name, c := range map[string]struct {
		headers   []string
		status    int
		challenge string
	}{
		"none":  {nil, 401, "Bearer"},
		"bad":   {[]string{"Authorization", "Bearer x"}, 401, `Bearer error="invalid_token", error_description="the token is no signed JWT"`},
		"twice": {[]string{"Authorization", "Bearer x", "Authorization", "Bearer y"}, 400, `Bearer error="invalid_request", error_description="the header Authorization is there twice"`},
	} {
		if a := r.press(press, c.headers...); a.status != c.status || a.header.Get("WWW-Authenticate") != c.challenge {
			t.Errorf("%s: %d, %s", name, a.status, a.header.Get("WWW-Authenticate"))
		}
	}
}

// TestEachRouteNeedsARight asks for all there is without a token, with one that
// allows nothing, and with one that allows all but what the route needs.
func TestEachRouteNeedsARight(t *testing.T) {
	t.Parallel()
	all := access.Rule{
		Commands: []string{access.All}, Views: []string{access.All}, Operations: access.Operations(), History: true, Catalogue: true, Impersonate: true,
	}
	var policy access.Policy
	for role, without := range map[string]func(*access.Rule){
		"command": func(r *access.Rule) { r.Commands = nil }, "view": func(r *access.Rule) { r.Views = nil },
		"history": func(r *access.Rule) { r.History = false }, "catalogue": func(r *access.Rule) { r.Catalogue = false },
		"operation": func(r *access.Rule) { r.Operations = nil },
	} {
		rule := all
		without(&rule)
		rule.Role = "all-but-" + role
		policy = append(policy, rule)
	}
	r := newGuardedRig(t, policy)
	public := map[string]bool{"POST /webhooks/{source}": true, "GET /healthz": true}
	for route, needs := range edge.Needs() {
		method, path, _ := strings.Cut(route, " ")
		path = strings.NewReplacer("{name}", "x", "{key}", "k", "{namespace}", "light", "{correlation}", "c", "{id}", "i", "{source}", "s").Replace(path)
		switch {
		case (needs.Kind == access.Public) != public[route]:
			t.Errorf("%s needs %q", route, needs)
		case needs.Kind == "":
			t.Errorf("%s needs a right that nobody has: list it", route)
		case public[route]:
			if a := r.do(method, path, ""); a.status == 401 || a.status == 403 && !strings.Contains(a.body, "forged") {
				t.Errorf("%s: %d %s", route, a.status, a.body)
			}
		default:
			r.want(401, "unauthorized", r.do(method, path, ""))
			r.want(403, "this needs a role with", r.do(method, path, "", r.as("ann", "nothing")...))
			r.want(403, "this needs a role with "+string(needs.Kind), r.do(method, path, "", r.as("ann", "all-but-"+string(needs.Kind))...))
			if method == http.MethodGet {
				if a := r.do(http.MethodHead, path, ""); a.status != 401 {
					t.Errorf("HEAD %s: %d", path, a.status)
				}
			}
		}
	}
	r.want(404, "unknown-view", r.do(http.MethodGet, "/views/x", "", r.as("ann", "all-but-command")...))
}

// A listener elsewhere is one at an address, without a socket.
type elsewhere struct {
	net.Listener

	closed bool
}

func (*elsewhere) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4zero, Port: 80} }

func (l *elsewhere) Close() error {
	l.closed = true
	return nil
}

func TestOpenIsNotServedToOthers(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	listener := &elsewhere{}
	err := edge.Serve(t.Context(), edge.Server("", edge.New(r.System(), edge.Options{})), listener)
	if err == nil || !strings.Contains(err.Error(), access.EnvIssuer) || !listener.closed {
		t.Error(err)
	}
	q := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/healthz", nil)
	for ip, status := range map[string]int{"127.0.0.1": 200, "192.0.2.7": 403} {
		q.Host = "localhost"
		recorder := httptest.NewRecorder()
		edge.New(r.System(), edge.Options{}).ServeHTTP(recorder, q.WithContext(arrivedAt(t, ip)))
		if recorder.Code != status {
			t.Errorf("at %s: %d %s", ip, recorder.Code, recorder.Body)
		}
	}
}

func arrivedAt(t *testing.T, ip string) context.Context {
	t.Helper()
	return context.WithValue(t.Context(), http.LocalAddrContextKey, &net.TCPAddr{IP: net.ParseIP(ip), Port: 80})
}

// Each command of a batch needs its own right; if one is not there, none is
// executed.
func TestABatchNeedsTheRightOfEachCommand(t *testing.T) {
	t.Parallel()
	r := newGuardedRig(t, access.Policy{{Role: "presser", Commands: []string{"light.press"}, History: true}, {Role: "reader", History: true}})
	batch := func(body string, headers ...string) answer {
		return r.do(http.MethodPost, "/commands", body, append(headers, "Content-Type", "application/json")...)
	}
	one := pressItem("a", "")
	r.want(401, "needs a token", batch("["+one+"]"))
	r.want(403, "the command at 0 needs a role with command light.press", batch("["+one+"]", r.as("bob", "reader")...))
	other := strings.Replace(one, "light.press", "light.unheard_of", 1)
	r.want(403, "the command at 1 needs a role with command light.unheard_of", batch("["+one+","+other+"]", r.as("ann", "presser")...))
	if r.stored() != 0 {
		t.Error("what was refused is stored")
	}
	r.want(200, "light.switched_on", batch("["+one+"]", r.as("ann", "presser")...))
	r.want(200, `"actor":"ann"`, r.do(http.MethodGet, "/streams/light/a", "", r.as("bob", "reader")...))
}

// A stream needs the right of its path, and ends when the token does.
func TestAStreamNeedsAToken(t *testing.T) {
	t.Parallel()
	r := newGuardedRig(t, access.Policy{{Role: "reader", Views: []string{"lights"}}})
	live := []string{"Accept", "text/event-stream"}
	r.want(401, "needs a token", r.do(http.MethodGet, "/views/lights/a", "", live...))
	r.want(403, "view lights", r.do(http.MethodGet, "/views/lights/a", "", append(live, r.as("ann", "other")...)...))
	soon := time.Now().Add(time.Second - access.Leeway)
	token, err := r.issuer.Token(map[string]any{"sub": "ann", "aud": "shop", "roles": "reader", "iat": soon.Unix() - 60, "exp": soon.Unix()})
	if err != nil {
		t.Fatal(err)
	}
	r.want(200, "event: absent", r.do(http.MethodGet, "/views/lights/a", "", append(live, "Authorization", "Bearer "+token)...)) // to its end
}

func TestAMountNeedsItsRight(t *testing.T) {
	t.Parallel()
	pages := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("pages")) })
	r := newGuardedRig(t, access.Policy{{Role: "reader", Catalogue: true}}, edge.Mount{
		Pattern: "/docs", Right: access.Right{Kind: access.Catalogue}, Handler: pages,
	}, edge.Mount{Pattern: "/nobody", Handler: pages})
	r.want(401, "needs a token", r.do(http.MethodGet, "/docs", ""))
	r.want(200, "pages", r.do(http.MethodGet, "/docs", "", r.as("ann", "reader")...))
	r.want(403, "this needs a role", r.do(http.MethodGet, "/nobody", "", r.as("ann", "reader")...))
}
