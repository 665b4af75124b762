package drivertest

import "github.com/onevent/onevent/flow/driver"

func declareClauses() []brokerClause {
	return []brokerClause{
		{"publishing what nobody subscribes to is no error", publishToNobody},
		{"a subscription gets what is published after it was declared", declareLate},
		{"declaring again is no error and loses nothing", declareAgain},
		{"topics may be added to a subscription", declareMore},
		{"declaring a subscription without a topic that it has takes nothing away", declareLess},
		{"many subscriptions are declared at once", declareMany},
	}
}

func publishToNobody(b *brokerBench) {
	b.publish(b.message(b.topic("unknown"))) // before anything was declared
	in := b.receive(b.declared("a", b.topic("created")), nil)
	known := b.message(b.topic("created"))
	b.publish(b.message(b.topic("unknown")), known, b.message(b.topic("other")))
	in.wants(known)
	in.wantsQuiet("of a topic that it did not ask for")
}

func declareLate(b *brokerBench) {
	b.publish(b.messages(b.topic("created"), 5)...)
	in := b.receive(b.declared("a", b.topic("created")), nil)
	m := b.message(b.topic("created"))
	b.publish(m)
	in.wants(m)
	in.wantsQuiet("that was published before it was declared")
}

func declareAgain(b *brokerBench) {
	name := b.declared("a", b.topic("created"))
	messages := b.messages(b.topic("created"), 6)
	b.publish(messages[:3]...)
	b.declared("a", b.topic("created"))
	b.publish(messages[3:]...)
	in := b.receive(name, nil)
	in.wants(messages...)
	b.declared("a", b.topic("created"))
	in.wantsQuiet("a second time")
}

func declareMore(b *brokerBench) {
	name := b.declared("a", b.topic("created"))
	in := b.receive(name, nil)
	first := b.message(b.topic("created"))
	b.publish(first)
	in.wants(first)
	b.declared("a", b.topic("created"), b.topic("cancelled"))
	created, cancelled := b.message(b.topic("created")), b.message(b.topic("cancelled"))
	b.publish(created, cancelled)
	in.wants(created, cancelled)
}

func declareLess(b *brokerBench) {
	in := b.receive(b.declared("a", b.topic("created")), nil)
	b.declared("a", b.topic("cancelled"))
	created, cancelled := b.message(b.topic("created")), b.message(b.topic("cancelled"))
	b.publish(created, cancelled)
	in.wants(created, cancelled)
}

func declareMany(b *brokerBench) {
	all := []driver.Subscription{
		b.subscription("a", b.topic("created")),
		b.subscription("b", b.topic("created"), b.topic("cancelled")),
		b.subscription("c", b.topic("cancelled"), b.topic("done")),
	}
	b.declares(all...)
	b.declares()
	created, cancelled := b.message(b.topic("created")), b.message(b.topic("cancelled"))
	b.publish(created, cancelled)
	b.receive(all[0].Name, nil).wants(created)
	b.receive(all[1].Name, nil).wants(created, cancelled)
	b.receive(all[2].Name, nil).wants(cancelled)
}
