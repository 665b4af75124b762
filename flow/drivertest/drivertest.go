// Package drivertest is the suite that every driver passes: the contracts of
// package driver, clause by clause. A test's name is the clause.
//
// A driver's own test is a way to open it and one call for each interface:
//
//	func TestLog(t *testing.T) { drivertest.Log(t, open) }
//
// All tests run in parallel, and none of them assumes that a store or a broker
// is empty or that it has it for itself: whatever a test stores has names that
// no other test and no other run has. Tests may therefore share one real
// database, and run again on what an earlier run left. What is promised to be
// seen at once is looked for once; what is not (Flow, Scan, Query, Due) is
// looked for until it appears.
package drivertest

import (
	"testing"

	"github.com/onevent/onevent/flow/driver"
)

// Stores are where one platform stores things. The Agenda is the one to which
// the Log's commits put their items.
type Stores struct {
	Log    driver.Log
	Views  driver.Views
	Agenda driver.Agenda
	// Watcher tells of changes of Log and Views. It may be nil.
	Watcher driver.Watcher
	// MaxRecord is the largest body that a record may have, where that is less
	// than driver.MaxRecordBytes: an emulator's limit. 0 means the driver's.
	MaxRecord int
}

// Run tests all three stores, and the watcher if there is one, each in a subtest. It calls open once for each
// clause; open cleans up with t.Cleanup, and may return the same stores every
// time.
func Run(t *testing.T, open func(t *testing.T) Stores) {
	t.Helper()
	t.Run("Log", func(t *testing.T) { Log(t, open) })
	t.Run("Views", func(t *testing.T) { Views(t, open) })
	t.Run("Agenda", func(t *testing.T) { Agenda(t, open) })
	t.Run("Watcher", func(t *testing.T) { Watcher(t, open) })
	t.Run("Model", func(t *testing.T) { Model(t, open) })
}

// Log tests a driver.Log, with the driver.Agenda that its commits fill.
func Log(t *testing.T, open func(t *testing.T) Stores) {
	t.Helper()
	run(t, open, commitClauses())
	run(t, open, headClauses())
	run(t, open, markClauses())
	run(t, open, raceClauses())
	run(t, open, unknownClauses())
	run(t, open, streamClauses())
	run(t, open, orderClauses())
	run(t, open, logSizeClauses())
	run(t, open, logReadClauses())
}

// Views tests a driver.Views.
func Views(t *testing.T, open func(t *testing.T) Stores) {
	t.Helper()
	run(t, open, documentClauses())
	run(t, open, viewMarkClauses())
	run(t, open, viewClauses())
	run(t, open, queryClauses())
	run(t, open, whereClauses())
	run(t, open, viewSizeClauses())
	run(t, open, viewReadClauses())
}

// Agenda tests a driver.Agenda, with the driver.Log whose commits fill it.
func Agenda(t *testing.T, open func(t *testing.T) Stores) {
	t.Helper()
	run(t, open, itemClauses())
	run(t, open, dueClauses())
	run(t, open, agendaSizeClauses())
	run(t, open, agendaReadClauses())
}

// Watcher tests a driver.Watcher, with the stores of whose changes it tells.
func Watcher(t *testing.T, open func(t *testing.T) Stores) {
	t.Helper()
	if open(t).Watcher == nil {
		t.Skip("this platform has no Watcher")
	}
	run(t, open, watchClauses())
}

// A clause is one sentence of a contract, and its test.
type clause struct {
	says string
	test func(b *bench)
}

func run(t *testing.T, open func(t *testing.T) Stores, clauses []clause) {
	t.Helper()
	for _, c := range clauses {
		t.Run(c.says, func(t *testing.T) {
			t.Parallel()
			c.test(newBench(t, open(t)))
		})
	}
}
