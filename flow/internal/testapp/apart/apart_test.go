package apart_test

import (
	"testing"

	"github.com/onevent/onevent/flow/internal/testapp/apart"
	"github.com/onevent/onevent/flow/memory"
)

func TestHandover(t *testing.T) {
	t.Parallel()
	broker := memory.NewBroker(memory.Options{})
	t.Cleanup(func() { _ = broker.Close() })
	apart.Check(t, memory.New().Platform(broker))
}
