package drivertest

import (
	"context"
	"errors"

	"github.com/onevent/onevent/flow/driver"
)

// ErrAnswerLost is what a Lossy log returns for a commit that was made.
var ErrAnswerLost = errors.New("drivertest: the answer was lost")

// Lossy is a log that makes commits and loses the answer: the caller is told
// ErrAnswerLost and cannot know whether the commit was made. Commits that the
// log refuses are refused as ever.
type Lossy struct {
	driver.Log
	// Loses says whether the answer to a commit is lost. Nil loses all.
	Loses func(driver.Commit) bool
}

// Commit makes the commit and loses the answer.
func (l Lossy) Commit(ctx context.Context, c driver.Commit) error {
	if err := l.Log.Commit(ctx, c); err != nil {
		return err
	}
	if l.Loses == nil || l.Loses(c) {
		return ErrAnswerLost
	}
	return nil
}
