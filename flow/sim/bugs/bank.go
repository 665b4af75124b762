package bugs

// OfBank returns the bugs that the small application of flow/sim finds, and the
// large one does not: there two versions have states and documents of different
// types, functions reject, and keys are used twice.
func OfBank() []Bug {
	return []Bug{
		{
			Name: "shape-of-a-state-ignored", File: "settle.go", Promises: "P5 P7 P8 P10 P11 liveness",
			Old: "	case head.Shape != agg.shape():\n",
			New: "	case head.Shape == \"\":\n",
		},
		{
			Name: "shape-of-a-document-ignored", File: "project.go", Promises: "P4 P5 P11 liveness",
			Old: "(fresh || m.Shape == f.view.shape())",
			New: "(fresh || m.Shape != \"\")",
		},
		{
			Name: "hash-without-the-body", File: "chain.go", Promises: "P10",
			Old: "	h.Write(body)\n",
			New: "",
		},
		{
			Name: "hash-without-the-one-before", File: "chain.go", Promises: "P10",
			Old: "	h.Write(prev[:])\n",
			New: "",
		},
		{
			Name: "key-for-any-command", File: "execute.go", Promises: "P2",
			Old: "	if repeated && !sameCommand(b, d) {",
			New: "	if false {",
		},
		{
			Name: "deadline-before-its-time", File: "tick.go", Promises: "P5",
			Old: "	cause.Time = max(cause.Time, due.Deadline.Due-1)\n",
			New: "",
		},
		{
			Name: "error-wins-against-the-record", File: "settle.go", Promises: "P1 P2 P5",
			Old: "	if !errors.Is(cause, driver.ErrConflict) && faultOf(cause) == nil {",
			New: "	if !errors.Is(cause, driver.ErrConflict) {",
		},
		{
			Name: "retry-removed-though-it-failed", File: "tick.go", Promises: "P1 P11 liveness",
			Old: "	return errKept\n}\n\nfunc keptUnless(",
			New: "	return nil\n}\n\nfunc keptUnless(",
		},
	}
}
