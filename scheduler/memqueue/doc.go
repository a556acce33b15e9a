// Package memqueue is a scheduler.Queue in memory, on the wall clock or on a clock of its own that jumps from one due reference to the next.
//
// One-shot sends use the wall clock; tests of the scheduler use the virtual one, where three hours of retries take no time.
//
// # Decisions
//
//  1. 2026-11-21. The virtual clock runs references one after another in the order they are due. Determinism is what it is for; what runs
//     side by side is tested on the wall clock and on the Asynq queue.
//  2. 2026-11-21. container/heap of the standard library holds the references; nothing more is needed.
package memqueue
