// Package out posts events to the outside: whoever has registered a URL for events of
// a type gets each of them, signed by Standard Webhooks, as a CloudEvent in JSON, at
// least once, in no particular order.
//
// It is an application of the engine like any other. A tap records a posting.Due for
// each hook that wants an event; an effect posts it; what fails is due again later,
// for more than three days; what is given up is parked, and redriven as anything else
// is; and a hook that then does not answer a test message either is disabled.
//
// No secret is stored: a hook's is derived from a master secret, the hook's ID and the
// number of the generation.
package out

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/webhook"
	"github.com/onevent/onevent/flow/webhook/hook"
	"github.com/onevent/onevent/flow/webhook/posting"
	"github.com/onevent/onevent/flow/webhook/public"
)

// DefaultTimeout is the default of Options.Timeout.
const DefaultTimeout = 15 * time.Second

// Options are how events are posted.
type Options struct {
	// Masters are what the secrets of all hooks are derived from, each of at least 32
	// bytes, the newest first. With two, everything is signed twice. Without one,
	// nothing is posted: it fails, and is tried again.
	Masters []webhook.Secret
	// Source is the address of this system, which begins the source of all
	// CloudEvents, as in "https://orders.example.com".
	Source string
	// Public says which addresses are called.
	Public public.Options
	// Timeout is how long one attempt may take; 0 means DefaultTimeout, and more than
	// 25 seconds is cut to that.
	Timeout time.Duration
	// Now is the machine's clock if it is nil.
	Now func() time.Time
}

// A Reader is what a Service reads of the system that it is part of.
type Reader interface {
	Event(ctx context.Context, id string) (flow.Recorded, error)
	Document(ctx context.Context, view, key string) ([]byte, error)
	Stream(ctx context.Context, namespace, key string) iter.Seq2[flow.Recorded, error]
}

// A Service posts events. Its functions are part of a system, which it reads: Connect
// them before the system handles anything.
type Service struct {
	options Options
	client  *http.Client
	reader  atomic.Pointer[Reader]
}

var errNotConnected = errors.New("out: the service is not connected to the system")

const longestTimeout = 25 * time.Second // an effect has 30

// New returns a service.
func New(o Options) *Service {
	o.Timeout = min(cmp.Or(o.Timeout, DefaultTimeout), longestTimeout)
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Service{options: o, client: public.Client(o.Public)}
}

// Connect gives the service the system that its functions are part of.
func (s *Service) Connect(r Reader) { s.reader.Store(&r) }

func (s *Service) read() (Reader, error) {
	r := s.reader.Load()
	if r == nil {
		return nil, errNotConnected
	}
	return *r, nil
}

// Catalogue returns the events of hooks and postings.
func Catalogue() flow.Catalogue { return flow.Join(hook.Catalogue(), posting.Catalogue()) }

// Functions returns what is done about hooks and postings. Offered are the events
// that the outside may have.
func (s *Service) Functions(offered flow.Catalogue) []flow.Function {
	rules := hook.Rules{Types: offered.Types(), Check: s.options.Public.Check}
	return []flow.Function{
		flow.Command("register-hook", rules.Register).Emits(hook.Registered{}, hook.Subscribed{}),
		flow.Command("rotate-hook", hook.Hook.Rotate).Emits(hook.Rotated{}, hook.RotationEnded{}),
		flow.Command("disable-hook", hook.Hook.Disable).Emits(hook.Disabled{}, hook.Unsubscribed{}),
		flow.Command("enable-hook", hook.Hook.Enable).Emits(hook.Enabled{}, hook.Subscribed{}),
		flow.Command("ask-for-ping", hook.Hook.Ping).Emits(hook.PingRequested{}),
		flow.Effect("ping-hook", s.onPingRequested).Emits(hook.Pinged{}),
		flow.On("disable-dead-hook", hook.Unreachable.Key, hook.Hook.OnUnreachable).Emits(hook.Disabled{}, hook.Unsubscribed{}),

		flow.Tap("fan-out", offered, s.fan).Emits(posting.Due{}),
		flow.Effect("post-event", s.onDue).Emits(posting.Delivered{}, posting.Failed{}),
		flow.On("retry-posting", posting.Failed.Key, posting.Posting.OnFailed).
			Emits(posting.Due{}, posting.Abandoned{}, posting.HookSuspected{}),
		flow.Effect("post-abandoned", s.onAbandoned).Emits(posting.Delivered{}),
		flow.Effect("probe-hook", s.onHookSuspected).Emits(hook.Pinged{}, hook.Unreachable{}),

		hook.Hooks(),
		hook.SubscribersByEvent(),
	}
}
