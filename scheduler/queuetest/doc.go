// Package queuetest is what any scheduler.Queue that runs on real time must do: one suite for every implementation.
//
// # Decisions
//
//  1. 2026-11-21. Lateness is measured and logged, and asserted with a bound far above what an idle machine shows, so that a busy one does not
//     fail the suite. Earliness is asserted exactly: a queue that hands out too early is wrong on any machine.
package queuetest
