package flow

import (
	"context"
	"log/slog"
)

// SignalParked is the message of the line that a platform's Signals get for each
// handling that is given up, at the level of an error. Alarms are on it, so its
// attributes are stable; docs/signals.md has them. A redrive that fails again is
// no new one. A crash may repeat a line, and loses none.
const SignalParked = "parked"

// tellParked signals that a handling is on the list of what is parked.
func (s *System) tellParked(ctx context.Context, f Failure) {
	if s.platform.Signals == nil {
		return
	}
	event, topic := f.Event.ID, f.Event.Type
	if f.Message != nil {
		event, topic = f.Message.ID, f.Message.Topic
	}
	s.platform.Signals.LogAttrs(
		ctx, slog.LevelError, SignalParked,
		slog.String("failure", f.ID), slog.String("function", f.Function), slog.String("event", event), slog.String("type", topic),
		slog.String("flow", f.Event.Correlation), slog.Int("attempts", f.Attempts), slog.Bool("rejected", f.Rejected),
		slog.String("error", f.Error),
	)
}
