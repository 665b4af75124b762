package memory_test

import (
	"testing"

	"github.com/onevent/onevent/flow/drivertest"
	"github.com/onevent/onevent/flow/memory"
)

func open(*testing.T) drivertest.Stores {
	store := memory.New()
	return drivertest.Stores{Log: store, Views: store.Views(), Agenda: store.Agenda()}
}

func TestStore(t *testing.T) {
	t.Parallel()
	drivertest.Run(t, open)
}

func TestSharedStore(t *testing.T) {
	t.Parallel()
	shared := open(t)
	drivertest.Run(t, func(*testing.T) drivertest.Stores { return shared })
}
