// Package flowtest is for the tests of applications: given/when/then for single
// functions, and stories as text for whole flows, in virtual time.
//
//	flowtest.Decide(t, accounting.Account.OnOrderCreated).
//		Given(credit.AccountOpened{Account: "alice", Limit: 1000}).
//		When(order.Created{Order: "1", Consumer: "alice", Total: 2500}).
//		Then(credit.LimitExceeded{Account: "alice", Order: "1", Short: 1500})
//
// The same stories run on any platform, through its own store and broker, and must
// leave there what they leave in memory, see Options.Stores.
//
// While it tests what it is told to, it also tests what the engine relies on:
// that decisions are pure, that states are not changed behind the engine's back
// and survive being stored, that tallies do not depend on order.
package flowtest
