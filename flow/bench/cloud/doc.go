// Package cloud measures the engine on Google's emulators: what a handled event
// costs in billable operations, and how long an instance takes to start. It holds
// benchmarks and tests only; docs/benchmarks.md says how to run them, and what
// they gave.
package cloud
