package consumers_test

import (
	"testing"

	"github.com/onevent/onevent/events/consumer"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/functions/consumers"
)

func TestRegisterConsumer(t *testing.T) {
	t.Parallel()
	register := consumer.Register{Consumer: "alice", Name: "Alice"}
	registered := consumer.Registered{Consumer: "alice", Name: "Alice"}
	flowtest.Decide(t, consumers.Consumer.Register).When(register).Then(registered)
	flowtest.Decide(t, consumers.Consumer.Register).Given(registered).When(register).ThenRefused("consumer_exists")
}
