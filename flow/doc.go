// Package flow is an engine for event-driven, event-sourced systems of
// serverless functions: one event, one function, the log as the truth.
//
// # The model
//
// An [Event] is a fact about one thing, plain data with a wire name
// ("order.created") and a key ("42"). The events of one thing are its stream
// ("order/42"). A function is bound to exactly one event and decides, purely, on
// the state of one stream: state and event in, events out.
//
//	func (a Account) OnOrderCreated(e order.Created) ([]credit.Event, error)
//
//	flow.On("reserve-credit", order.Created.Account, Account.OnOrderCreated).
//		Emits(credit.Reserved{}, credit.LimitExceeded{})
//
// [Command] binds a function to a request from outside, [Effect] one that calls
// the outside, [View] and [Tally] read models that tap any events. [After] makes
// an event a deadline. An [App] is all of that with the [Catalogue] of events;
// [Check] says whether it holds together; [New] makes a [System] of it on a
// platform.
//
// # The algorithm
//
// To handle event e for function F, a system reads the head of the stream on
// which F decides (its sequence, hash and state: one read), calls F, and makes
// one atomic commit: a record of the decided events, whose identity is derived
// from (F, e) and which is created only if there is none, and the new head, on
// condition that it is the one that was read. Then it publishes the events, and
// then the message is acknowledged. A crash between any two steps is healed by
// the redelivery of e: the record is found, and what it holds, not what F would
// decide today, is published again. If the head moved, it starts again.
//
// A message is only a nudge: from a broker the engine needs at-least-once
// delivery and nothing more. Each function's outcome is recorded exactly once,
// for ever, however often, late or disordered its event is delivered.
//
// # Order
//
// Each record has a time on a hybrid logical clock, later than its cause's and
// its stream's last. (Time, Stream, Seq) is a total order that respects cause and
// effect, and views fold in it: a document that gets an event late is folded
// again from the log.
//
// # What it needs
//
// Package driver says what a platform provides. The engine itself imports the
// standard library only, starts no goroutine, and reads no clock and no
// randomness but the platform's.
package flow
