package out

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/webhook"
	"github.com/onevent/onevent/flow/webhook/hook"
	"github.com/onevent/onevent/flow/webhook/posting"
)

// fan returns what an event is due for: one posting for each hook that wants it.
func (s *Service) fan(ctx context.Context, e flow.Recorded) ([]posting.Event, error) {
	r, err := s.read()
	if err != nil {
		return nil, err
	}
	data, err := r.Document(ctx, hook.SubscribersView, e.Type)
	if errors.Is(err, flow.ErrUnknown) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var subscribers hook.Subscribers
	if err := json.Unmarshal(data, &subscribers); err != nil {
		return nil, fmt.Errorf("out: subscribers of %s: %w", e.Type, err)
	}
	due := make([]posting.Event, len(subscribers.Hooks))
	for i, id := range subscribers.Hooks {
		due[i] = posting.Due{Posting: e.ID, Hook: id, Event: e.ID, Attempt: 1}
	}
	return due, nil
}

// onDue posts an event. That a hook does not take it is an outcome, not an error: one
// hook that is down must not look like a function that fails, nor hold up others.
func (s *Service) onDue(ctx context.Context, d posting.Due) ([]posting.Event, error) {
	a, err := s.post(ctx, d.Hook, d.Event)
	if err != nil {
		return nil, err
	}
	id := posting.Of(d.Hook, d.Event)
	if a.err == "" {
		return []posting.Event{posting.Delivered{Posting: id, Hook: d.Hook, Event: d.Event, Attempt: d.Attempt, Status: a.status}}, nil
	}
	return []posting.Event{posting.Failed{
		Posting: id, Hook: d.Hook, Event: d.Event, Attempt: d.Attempt, Status: a.status, Error: a.err, RetryAfter: a.retryAfter,
	}}, nil
}

// onAbandoned tries once more, and parks what fails: whoever redrives it tries again.
func (s *Service) onAbandoned(ctx context.Context, e posting.Abandoned) ([]posting.Event, error) {
	a, err := s.post(ctx, e.Hook, e.Event)
	switch {
	case err != nil:
		return nil, err
	case a.err != "":
		return nil, flow.Reject(fmt.Errorf("out: hook %s did not take the event: %s", e.Hook, a.err))
	}
	return []posting.Event{posting.Delivered{
		Posting: e.Posting, Hook: e.Hook, Event: e.Event, Attempt: e.Attempt + 1, Status: a.status,
	}}, nil
}

// post posts an event to a hook. What waits for a hook that is disabled is parked: it
// can be redriven when the hook is enabled again.
func (s *Service) post(ctx context.Context, id, event string) (answer, error) {
	r, h, err := s.hook(ctx, id)
	if err != nil {
		return answer{}, err
	}
	if h.Disabled {
		return answer{}, flow.Reject(fmt.Errorf("out: hook %s is disabled", id))
	}
	e, err := r.Event(ctx, event)
	if err != nil {
		return answer{}, err
	}
	body, err := s.cloudEvent(e)
	if err != nil {
		return answer{}, flow.Reject(err)
	}
	return s.send(ctx, id, h, e.ID, body)
}

// onPingRequested sends a test message.
func (s *Service) onPingRequested(ctx context.Context, e hook.PingRequested) ([]hook.Event, error) {
	_, h, err := s.hook(ctx, e.Hook)
	if err != nil {
		return nil, err
	}
	a, err := s.ping(ctx, e.Hook, h)
	if err != nil {
		return nil, err
	}
	return []hook.Event{hook.Pinged{Hook: e.Hook, Status: a.status, Error: a.err}}, nil
}

// onHookSuspected finds out with a test message whether a hook is no more, or only did
// not like an event.
func (s *Service) onHookSuspected(ctx context.Context, e posting.HookSuspected) ([]hook.Event, error) {
	_, h, err := s.hook(ctx, e.Hook)
	if err != nil || h.Disabled {
		return nil, err
	}
	a, err := s.ping(ctx, e.Hook, h)
	switch {
	case err != nil:
		return nil, err
	case a.err != "":
		return []hook.Event{hook.Unreachable{Hook: e.Hook, Error: a.err}}, nil
	}
	return []hook.Event{hook.Pinged{Hook: e.Hook, Status: a.status}}, nil
}

// ping sends a test message, whose identity is that of the effect.
func (s *Service) ping(ctx context.Context, id string, h hook.Hook) (answer, error) {
	key := flow.IdempotencyKey(ctx)
	body, err := s.pingEvent(id, key)
	if err != nil {
		return answer{}, flow.Reject(err)
	}
	return s.send(ctx, id, h, key, body)
}

// hook returns the state of a hook, from the log: a hook that was disabled or has a
// new secret is so from then on, however late the views are.
func (s *Service) hook(ctx context.Context, id string) (Reader, hook.Hook, error) {
	r, err := s.read()
	if err != nil {
		return nil, hook.Hook{}, err
	}
	h, err := hook.Load(r.Stream(ctx, "hook", id))
	if err == nil && h.URL == "" {
		err = flow.Reject(fmt.Errorf("out: hook %s: %w", id, flow.ErrUnknown))
	}
	return r, h, err
}

// Secrets returns the secrets of a hook that sign now, the newest first: what its
// owner is to be told, and nobody else. It returns flow.ErrUnknown for a hook that
// does not exist, and webhook.ErrSecrets without a master secret.
func (s *Service) Secrets(ctx context.Context, id string) ([]string, error) {
	_, h, err := s.hook(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.secrets(id, h)
}

var errMaster = fmt.Errorf("%w: a master secret holds fewer than %d bytes", webhook.ErrSecrets, minMaster)
