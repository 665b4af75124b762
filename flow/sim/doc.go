// Package sim runs an application under a deterministic simulation: the real
// engine and the real functions, on a real store, while one scheduler decides who
// goes on, what time it is, and what fails.
//
// Everything that works at the same time (the handling of a message, a tick, a
// command of a client) is an actor. Actors run one at a time; at each call of
// the platform an actor stops, and the scheduler picks who goes on. Nothing else
// decides, so a seed always gives the same run, and a run that failed can be
// repeated, looked at and cut down to the few faults that matter.
//
// A run has two phases. In the first, faults strike: messages are lost, doubled,
// delayed for days; calls fail, or succeed and say that they failed; processes die
// at any step, or stand still and write much later; clocks differ and jump. In
// the second nothing fails, and everything must come to rest. What is promised is
// checked after every step and at the end.
//
// The method is that of FoundationDB (https://apple.github.io/foundationdb/testing.html)
// and TigerBeetle (https://docs.tigerbeetle.com/concepts/safety/).
package sim
