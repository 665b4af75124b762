package flow

// The points between the steps of the algorithm, in their order. A Platform's
// Reach is called with them: a test that ends the work at one sees what a crash
// there leaves behind.
const (
	PointReceived  = "handle.received"  // nothing was done
	PointRead      = "handle.read"      // the state was read
	PointDecided   = "handle.decided"   // the function decided; nothing is written
	PointCommitted = "handle.committed" // the outcome is in the log; nothing is published
	PointPublished = "handle.published" // the outcome is published; nothing is acknowledged

	PointCalled = "effect.called" // the outside was called; its outcome is not recorded

	PointOutboxKept  = "command.published" // published; the outbox entry is still there
	PointOutboxGone  = "command.cleared"   // the outbox entry is gone; nothing was answered
	PointViewRead    = "view.read"         // the document was read
	PointViewWritten = "view.written"      // the document was written; nothing is acknowledged
	PointTickDone    = "tick.done"         // an item of the agenda was done and is still there
	PointTickCleared = "tick.cleared"      // the item is gone
	PointHandedOver  = "tick.handed_over"  // an item was handed over to the function that it is for
	PointFailed      = "failure.recorded"  // a failed attempt was counted
	PointParked      = "failure.parked"    // the event was parked; the retry is still on the agenda
)

// Points returns all points.
func Points() []string {
	return []string{
		PointReceived, PointRead, PointDecided, PointCommitted, PointPublished, PointCalled,
		PointOutboxKept, PointOutboxGone, PointViewRead, PointViewWritten, PointTickDone, PointTickCleared,
		PointHandedOver, PointFailed, PointParked,
	}
}
