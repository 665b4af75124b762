package aws_test

import (
	"testing"

	"github.com/onevent/onevent/flow/aws"
	"github.com/onevent/onevent/flow/internal/testapp/apart"
)

func TestHandover(t *testing.T) {
	t.Parallel()
	store := newStore(t)
	broker, err := aws.NewBroker(aws.BrokerOptions{Config: configOf(t), Prefix: newPrefix(), Store: store})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := broker.Close(); err != nil {
			t.Error(err)
		}
	})
	apart.Check(t, aws.Platform(store, broker))
}
