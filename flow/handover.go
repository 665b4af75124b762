package flow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/onevent/onevent/flow/driver"
)

// What waits on the agenda for a function is done where the function is served, with
// its rights, its secrets and its limits. Where that is elsewhere (see
// driver.Platform), the tick hands it over: it publishes a message on a topic of the
// function, a CloudEvent with no data, whose attributes say which item is meant and for
// whom. Everybody else who gets it leaves it.
const (
	handoverSource = "/agenda/"

	handoverTo   = "handoverto"   // the function
	handoverKind = "handoverkind" // the list of the agenda
	handoverID   = "handoverid"   // the item
	handoverDue  = "handoverdue"  // what the item was given another time with
)

// handoverPause is how long, beyond the function's own time, an item that was handed
// over waits before it is again.
const handoverPause = time.Minute

// errHandedOver says that an item was not done, but handed over.
var errHandedOver = errors.New("handed over")

// elsewhere returns the function with a name if another process serves it.
func (s *System) elsewhere(name string) (f *Function, yes bool) {
	if s.platform.Elsewhere == nil || !s.platform.Elsewhere(name) {
		return nil, false
	}
	f, err := s.index.function(name)
	return f, err == nil
}

// handOver has a function do an item of the agenda. The item is given another time
// before: should the function fail, what it writes must be the last.
func (s *System) handOver(ctx context.Context, f *Function, item driver.Item) error {
	item.Due = s.now().Add(f.timeout + handoverPause)
	if err := s.putAgain(ctx, item); err != nil {
		return err
	}
	if err := s.platform.Publisher.Publish(ctx, s.handoverOf(f, item)); err != nil {
		return fmt.Errorf("flow: hand over %s %s: %w", item.Kind, item.ID, err)
	}
	if err := s.reach(ctx, PointHandedOver); err != nil {
		return err
	}
	return errHandedOver
}

// handoverOf returns the message that hands an item over, on a topic of the function.
func (s *System) handoverOf(f *Function, item driver.Item) driver.Message {
	due := item.Due.String()
	return driver.Message{
		ID: identityOf("handover", string(item.Kind), item.ID, due), Topic: s.index.topics(f)[0],
		Attributes: map[string]string{
			"specversion": "1.0", "source": handoverSource + string(item.Kind), "time": s.now().String(),
			handoverTo: f.name, handoverKind: string(item.Kind), handoverID: item.ID, handoverDue: due,
		},
	}
}

// handsOver says whether a message is no event, but hands something over.
func handsOver(m driver.Message) bool { return m.Attributes[handoverTo] != "" }

// takeOver does what a message hands over, and says whether it hands anything over.
// An item that has another time by now was done, or tried, since.
func (s *System) takeOver(ctx context.Context, m driver.Message) (taken bool, err error) {
	if !handsOver(m) {
		return false, nil
	}
	item, found, err := s.handedOver(ctx, m)
	do := map[driver.Kind]func(context.Context, driver.Item) error{
		driver.Retries: s.retryHere, driver.Parked: s.redriveHere, driver.Paused: s.probeHere,
	}[item.Kind]
	if err != nil || !found || do == nil {
		return true, err
	}
	if err := s.dueItem(ctx, item, do); err != nil && !errors.Is(err, errKept) {
		return true, fmt.Errorf("flow: %s %s, handed over: %w", item.Kind, item.ID, err)
	}
	return true, nil
}

// handedOver returns the item that a message hands over to its subscription, unless
// there is none any more. A kind that this version does not know is another's.
func (s *System) handedOver(ctx context.Context, m driver.Message) (item driver.Item, found bool, err error) {
	a := m.Attributes
	kind := driver.Kind(a[handoverKind])
	if a[handoverTo] != m.Subscription || !slices.Contains(driver.Kinds(), kind) {
		return item, false, nil
	}
	item, err = s.platform.Agenda.Get(ctx, kind, a[handoverID])
	if errors.Is(err, driver.ErrNotFound) {
		return item, false, nil
	}
	if err != nil {
		return item, false, fmt.Errorf("flow: %s %s: %w", kind, a[handoverID], err)
	}
	return item, item.Due.String() == a[handoverDue], nil
}

// buryHandover takes a message that hands something over and that the broker gave up
// on, because its function ends whoever runs it: that counts as an attempt.
func (s *System) buryHandover(ctx context.Context, m driver.Message, cause error) error {
	item, found, err := s.handedOver(ctx, m)
	if err != nil || !found || item.Kind == driver.Paused {
		return err // the tick hands it over again
	}
	failure, err := readFailure(item)
	if err != nil {
		return err
	}
	failure.tried(s.now(), s.app.Version, cause)
	if item.Kind == driver.Retries {
		return s.park(ctx, failure)
	}
	failure.Redrives++
	return s.putFailure(ctx, driver.Parked, failure, s.nextRedrive(failure))
}
