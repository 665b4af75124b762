package functions_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/onevent/onevent/events/order"
	"github.com/onevent/onevent/events/payment"
	"github.com/onevent/onevent/events/ticket"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/functions"
	"github.com/onevent/onevent/functions/audit"
	"github.com/onevent/onevent/functions/billing"
)

var update = flowtest.UpdateFlag()

// An outside is everybody outside, as a story tells them to be.
type outside struct {
	declines string // why the provider declines, empty if it does not
	down     bool
	charges  map[string]bool // idempotency keys
}

func (o *outside) Notify(context.Context, ticket.Created) (string, error) {
	if o.down {
		return "", errors.New("nobody answers")
	}
	return "", nil
}

func (o *outside) Charge(ctx context.Context, p payment.Requested) (billing.Outcome, error) {
	switch {
	case o.down:
		return billing.Outcome{}, errors.New("nobody answers")
	case o.declines != "":
		return billing.Outcome{Declined: o.declines}, nil
	}
	o.charges[flow.IdempotencyKey(ctx)] = true
	return billing.Outcome{ID: "ch-" + p.Payment}, nil
}

func (o *outside) Refund(_ context.Context, r order.RefundDue) (billing.Outcome, error) {
	return billing.Outcome{ID: "re-" + r.Order}, nil
}

// TestStories tells the stories in testdata. They have these words of their own:
//
//	provider declines REASON…   the payment provider declines cards
//	outside down                nobody outside answers; "outside up" ends that
//	tell SOURCE ID key=value…   the provider ("payments") or the restaurant ("till") tells
//	                            something by a webhook; "forged:=yes" signs it wrongly
//	audit                       checks the whole log, which must be at rest
func TestStories(t *testing.T) {
	t.Parallel()
	flowtest.Stories(t, "testdata/*.txt", application, flowtest.Options{Update: *update})
}

// application returns the application with an outside of its own, and the words of
// its stories.
func application(*testing.T) (flow.App, map[string]flowtest.Command) {
	o := &outside{charges: map[string]bool{}}
	app := functions.App(functions.Settings{
		AcceptWithin: 10 * time.Minute, CompleteWithin: 2 * time.Hour, Restaurant: o, Payments: o,
		PaymentsSecrets: hookSecrets(), TillSecrets: hookSecrets(),
	})
	return app, map[string]flowtest.Command{
		"provider": func(_ *flowtest.World, args []string) (string, error) { o.declines = args[1]; return "", nil },
		"outside":  func(_ *flowtest.World, args []string) (string, error) { o.down = args[0] == "down"; return "", nil },
		"tell":     tellStory,
		"audit":    auditStory,
	}
}

// auditStory checks the money, the streams and the views.
func auditStory(w *flowtest.World, _ []string) (string, error) {
	ctx := context.Background()
	report, err := audit.Check(w.System().Log(ctx, 0, driver.Forever))
	if err != nil {
		return "", err
	}
	found, err := w.System().Audit(ctx)
	switch {
	case err != nil:
		return "", err
	case report.Err() != nil:
		return "", report.Err()
	case !found.Quiet() || len(found.Broken) > 0:
		return "", errors.New("something is in flight, stale or broken")
	}
	return "all is well", nil
}
