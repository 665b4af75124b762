// Package lambda measures how long an instance on Lambda takes to start, and how
// large what is uploaded is. It holds benchmarks only, and needs neither an account
// nor an emulator; docs/benchmarks.md says how to run them, and what they gave.
package lambda
