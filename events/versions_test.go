package events_test

import (
	"testing"

	"github.com/onevent/onevent/events"
	"github.com/onevent/onevent/flow/flowtest"
)

var update = flowtest.UpdateFlag()

// Every version of every event that was ever stored is readable for ever.
func TestP9EveryVersionIsReadable(t *testing.T) {
	t.Parallel()
	flowtest.Versions(t, events.Catalogue(), "testdata/versions", flowtest.Options{Update: *update})
}
