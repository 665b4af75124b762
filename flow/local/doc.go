// Package local is the platform in one folder: a log, read models, an agenda and
// a broker in one SQLite file, with no server and no account. It is made for one
// process on one machine, and for that it is durable: what a method confirmed
// survives a crash and a power cut.
//
// One goroutine writes. It collects what callers wait to have written, writes it
// in one transaction and answers all of them when that is on the disk, so many
// callers share the cost of one fsync. Readers work beside it on a snapshot.
package local
