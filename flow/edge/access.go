package edge

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"
	"unicode"

	"github.com/onevent/onevent/flow/access"
)

// guarded is what New returns: a handler that Serve can ask whether it is open.
type guarded struct {
	http.Handler

	access access.Access
}

// needsOf returns the right that a route needs; of a command or a view, without its
// name. A route that is not listed needs a right that nobody has.
func needsOf(method, path string) access.Right {
	switch method + " " + path {
	case "GET " + healthPath, "POST /webhooks/{source}":
		return access.Right{Kind: access.Public}
	case "POST /commands/{name}":
		return access.Right{Kind: access.Command}
	case "POST /commands": // each command of it needs its own, see batchOf
		return access.Right{Kind: access.Some}
	case "GET /views/{name}", "GET /views/{name}/{key}":
		return access.Right{Kind: access.View}
	case "GET /streams/{namespace}/{key}", "GET /flows/{correlation}", "GET /log":
		return access.Right{Kind: access.History}
	case "GET /commands", "GET /events", "GET /functions":
		return access.Right{Kind: access.Catalogue}
	case "GET /parked", "GET /parked/{id}", "GET /retrying":
		return access.Right{Kind: access.Operation, Name: access.Parked}
	case "POST /parked/{id}/redrive", "POST /parked/redrive":
		return access.Right{Kind: access.Operation, Name: access.Redrive}
	case "GET /paused":
		return access.Right{Kind: access.Operation, Name: access.Paused}
	case "GET /audit":
		return access.Right{Kind: access.Operation, Name: access.Audit}
	case "GET /redecide":
		return access.Right{Kind: access.Operation, Name: access.Redecide}
	}
	return access.Right{}
}

type whoKey struct{}

// allowed does an action for who has the right to it.
func (e *edge) allowed(needs access.Right, do action) action {
	return func(w http.ResponseWriter, r *http.Request) error {
		right := needs
		if needs.Kind == access.Command || needs.Kind == access.View {
			right.Name = r.PathValue("name")
		}
		who, err := e.access.Decide(r, right)
		if err != nil {
			return err
		}
		return do(w, r.WithContext(context.WithValue(r.Context(), whoKey{}, who)))
	}
}

// whileKnown ends a request's context when the token of who makes it expires: he
// comes again with another one.
func whileKnown(ctx context.Context) (context.Context, context.CancelFunc) {
	if who, ok := ctx.Value(whoKey{}).(access.Identity); ok && !who.Expires.IsZero() {
		return context.WithDeadline(ctx, who.Expires.Add(access.Leeway))
	}
	return context.WithCancel(ctx)
}

// mayBatch returns an error unless who sends a batch may send each of its commands.
func (e *edge) mayBatch(r *http.Request, items []BatchItem) error {
	if !e.access.Authenticates() {
		return nil
	}
	who, _ := r.Context().Value(whoKey{}).(access.Identity)
	for i, item := range items {
		right := access.Right{Kind: access.Command, Name: item.Command}
		if !e.access.Policy.Allows(who.Roles, right) {
			return problem(http.StatusForbidden, "forbidden", "the command at %d needs a role with %s", i, right)
		}
	}
	return nil
}

// actorOf returns who sends a command: who the token is of, if requests need one,
// otherwise who the sender says he is. Who may impersonate is named all the same.
func (e *edge) actorOf(r *http.Request) (string, error) {
	claimed, err := header(r, ActorHeader, maxActor, unicode.IsPrint)
	if err != nil || !e.access.Authenticates() {
		return claimed, err
	}
	who, _ := r.Context().Value(whoKey{}).(access.Identity)
	switch {
	case claimed == "":
		return who.Actor(), nil
	case !e.access.Policy.Allows(who.Roles, access.Right{Kind: access.Impersonate}):
		return "", problem(http.StatusForbidden, "forbidden", "%s needs a role with impersonation; without the header, the token says who sends", ActorHeader)
	}
	actor := claimed + " via " + who.Actor()
	if len(actor) > maxActor {
		return "", problem(http.StatusBadRequest, "bad-header", "%s and who sends have %d bytes, the limit is %d", ActorHeader, len(actor), maxActor)
	}
	return actor, nil
}

// challenge turns an error of access into a problem, and sets the headers that say
// what to do. It returns other errors as they are.
func (*edge) challenge(w http.ResponseWriter, err error) error {
	denied, ok := errors.AsType[*access.Denied](err)
	if !ok {
		return err
	}
	if challenge := denied.Challenge(); challenge != "" {
		w.Header().Set("WWW-Authenticate", challenge)
	}
	kind := "unauthorized"
	switch denied.Status {
	case http.StatusBadRequest:
		kind = "bad-token"
	case http.StatusForbidden:
		kind = "forbidden"
	case http.StatusServiceUnavailable:
		kind = "unavailable"
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(denied.RetryAfter.Seconds()))))
	}
	return errors.Join(problem(denied.Status, kind, "%s", denied.Reason), denied)
}
