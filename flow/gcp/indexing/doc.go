// Package indexing tells, in tests, whether the queries that are made of Firestore
// have their indexes. Firestore refuses a query without its index; the emulator asks
// for none, so that such a query is found in production.
//
// A Recorder notes what a store asks while tests run on the emulator:
//
//	recorder := &indexing.Recorder{}
//	client, err := recorder.Client(emulator)
//	store, err := gcp.OpenStore(ctx, gcp.StoreOptions{…, Client: []option.ClientOption{client}})
//	…
//	queries, err := recorder.Queries()
//	problems := indexing.Check(queries, declared)
//
// The rules are those of the Standard edition, see
// https://firebase.google.com/docs/firestore/query-data/index-overview: a field has an
// index of its own, in both directions, unless that was taken off; queries by
// equality merge these; an order by one field after equality on others needs a
// composite index, or several that merge.
package indexing
