package gcp_test

import (
	"testing"

	"github.com/onevent/onevent/flow/gcp"
	"github.com/onevent/onevent/flow/internal/testapp/apart"
)

func TestHandover(t *testing.T) {
	t.Parallel()
	apart.Check(t, gcp.Platform(newStore(t), newBroker(t)))
}
