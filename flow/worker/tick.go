package worker

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/onevent/onevent/flow"
)

// keepTicking ticks until ctx ends: at once, because things fell due while nobody
// looked, and then after each pause.
func (s *shell) keepTicking(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	trouble := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		more, err := s.tickOnce(ctx)
		trouble = s.tell(ctx, trouble, err)
		if more {
			timer.Reset(0)
		} else {
			timer.Reset(s.tick)
		}
	}
}

// tickOnce ticks, and says whether to tick again at once. After an error it does
// not: the items that failed would be the next ones too.
func (s *shell) tickOnce(ctx context.Context) (more bool, err error) {
	var ticked flow.Ticked
	err = safely(func() (err error) {
		ticked, err = s.system.Tick(ctx)
		return err
	})
	return ticked.More && err == nil, err
}

// tell logs the error of a tick unless the tick before had the same, and returns
// what it was: a platform that is down for an hour fills no disk.
func (s *shell) tell(ctx context.Context, before string, err error) (now string) {
	if err != nil {
		now = err.Error()
	}
	switch {
	case ctx.Err() != nil || now == before:
	case now == "":
		s.log.InfoContext(ctx, "tick works again")
	default:
		s.log.WarnContext(ctx, "tick left something behind", "error", err)
	}
	return now
}

// safely turns a panic into an error, so that one message can't take the others
// with it. The engine catches those of functions; this is for all else.
func safely(do func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panicked: %v\n%s", r, debug.Stack())
		}
	}()
	return do()
}
