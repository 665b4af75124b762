// Package bench measures the engine on the embedded platform. It holds benchmarks
// only; docs/benchmarks.md says how to run them, and what they gave.
package bench
