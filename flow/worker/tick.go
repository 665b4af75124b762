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
	var last trouble
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		more, err := s.tickOnce(ctx)
		last = s.tell(ctx, last, err)
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

// toldAgain is how long after an error of a tick the same one is told again.
const toldAgain = time.Hour

// A trouble is the last error of a tick that was told, and when.
type trouble struct {
	text string
	at   time.Time
}

// tell logs the error of a tick unless the last one told was the same, within the
// hour: a platform that is down for long fills no disk.
func (s *shell) tell(ctx context.Context, last trouble, err error) trouble {
	if err == nil || ctx.Err() != nil || err.Error() == last.text && time.Since(last.at) < toldAgain {
		return last
	}
	s.log.WarnContext(ctx, "tick left something behind", "error", err)
	return trouble{text: err.Error(), at: time.Now()}
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
