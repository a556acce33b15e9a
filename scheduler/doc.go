// Package scheduler says when: it turns triggers into deliveries, and decides for each delivery when the next attempt is made and when there
// is none any more.
//
// [Scheduler.Publish] matches subscriptions, composes messages and appends deliveries to the history; [Scheduler.Handle] runs one reference:
// it claims the attempt, has the sender make it, and records the result with what follows. [Scheduler.Run] connects both through a
// [Queue], keeps this worker's heartbeat, and sweeps up after crashes. Everything is driven by the history; the queue is a dispatcher and
// timer that may lose or repeat tasks without harm.
//
// # Decisions
//
//  1. 2026-11-21. A queue holds references only. Losing one is repaired by the sweep (waiting, overdue, not held by the queue),
//     repeating one is refused by the history's fence.
//  2. 2026-11-21. The time scale is applied in one place, [Scheduler.scaled], where a platform's delay or window becomes a wait.
//  3. 2026-11-21. An event whose place a trigger leaves open happens in the scope of each subscription it is built for. Rejected: one
//     place for all, which made a trigger silently miss every subscription scoped elsewhere.
//  4. 2026-11-21. Changes of subscriptions go through this package, because they act on deliveries: an open batch is flushed with the
//     old target first, a deletion cancels what is pending.
//  5. 2026-11-21. The seed of the i-th event of one trigger is seed+i, so a burst can be repeated in whole or in part.
//  6. 2026-11-21. google/uuid makes event and delivery ids (version 7: ordered by time, so that ids page like times).
//  7. 2026-11-21. A worker is dead when its beats are missed, or at once when a worker in the same place finds its process gone: the places
//     a dead worker holds at its subscriptions' limits stop everything behind them, and waiting six seconds for each kill made the
//     promise of ten a close call under load.
package scheduler
