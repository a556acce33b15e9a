// Package scheduler says when: it turns triggers into deliveries, and decides for each delivery when the next attempt is made and when there
// is none any more.
//
// [Scheduler.Publish] matches subscriptions, composes messages and appends deliveries to the history; [Scheduler.Handle] runs one reference:
// it claims the attempt, has the sender make it, and records the result with what follows. [Scheduler.Run] connects both through a
// [Queue], keeps this worker's heartbeat, and sweeps up after crashes. Everything is driven by the history; the queue is a dispatcher and
// timer that may lose or repeat tasks without harm.
//
// [Scheduler.Act] has a platform's action change the platform's world, and publishes what it raises by the same plan as a trigger.
// [Scheduler.Host] is all of this as the native API of one platform sees it.
//
// # Decisions
//
//  1. 2026-11-21. A queue holds references only. Losing one is repaired by the sweep (waiting, overdue, not held by the queue),
//     repeating one is refused by the history's fence.
//  2. 2026-11-21. The time scale is applied in one place, [Scheduler.Scaled], where a platform's delay or window becomes a wait.
//  3. 2026-11-21. An event whose place a trigger leaves open happens in the scope of each subscription it is built for. Rejected: one
//     place for all, which made a trigger silently miss every subscription scoped elsewhere.
//  4. 2026-11-21. Changes of subscriptions go through this package, because they act on deliveries: an open batch is flushed with the
//     old target first, a deletion cancels what is pending.
//  5. 2026-11-21. The seed of the i-th event of one trigger is seed+i, so a burst can be repeated in whole or in part.
//  6. 2026-11-21. google/uuid makes event and delivery ids (version 7: ordered by time, so that ids page like times).
//  7. 2026-11-21. A worker is dead when its beats are missed, or at once when a worker in the same place finds its process gone: the places
//     a dead worker holds at its subscriptions' limits stop everything behind them, and waiting six seconds for each kill made the
//     promise of ten a close call under load.
//  8. 2026-11-21. A world is changed by compare-and-set and the events follow in a second step, because batches take several and worlds need
//     not lie where the history does. What the events are made from is stored with the world and owed until they are recorded, under a
//     ticket (20). The next action in that world waits for it, for three seconds; then, or at a sweep, whoever sees it records them. All is
//     built before the first of the two steps, and neither ends with the caller. Before, a process killed in between lost the events of one
//     or two actions in fifty kills. Rejected: one script for world and history, which would tie their stores together.
//  9. 2026-11-21. Actions of one process on one world wait for each other until their events are recorded, or two of them could record in
//     another order than they changed the world.
//  10. 2026-11-21. Events of one action are due a little apart instead of in a chain: a chain would make a listener that hangs hold back
//     what the platform sends side by side. The time scale does not count, since the distance orders our workers and is no wait of the
//     platform's.
//  11. 2026-11-21. What comes through a native API is not judged by the rules for targets of our own API, and our API judges a target only
//     when it changes: the platform stores an ftp:// URL and so do we; its attempts end as blocked.
//  12. 2026-11-21. The ids of an action's events come from a hash of seed, action and place. Counting up, as a burst of triggers does,
//     would give neighbouring seeds the same ids.
//  13. 2026-11-21. Attempts read the subscription anew each time, but share the reading with others that ask at the same time: it begins after
//     all of them asked. Rejected: a cache that the feed invalidates, which is wrong for the moment the feed lags.
//  14. 2026-11-21. Events are refused (ErrBusy) before the store is full and while more than Options.Backlog deliveries are unsettled, so that what
//     was accepted can be delivered: a store that is full takes no claim any more. The backlog is read once a second and not for each
//     event, because the reading costs as much as an event.
//  15. 2026-11-21, replaced by 18. A worker looks after itself, too: an attempt under its name that it does not make is interrupted after 45 s. A store that stalls
//     can lose the answer to a group of claims, or the end of an attempt, while the worker lives on; such attempts held their places for
//     ever. Ends are tried again for half a minute before that.
//  16. 2026-11-21. Spans are made here with OpenTelemetry's API (go.opentelemetry.io/otel/trace) and sent by cmd/app. A delivery keeps the traceparent of
//     what made it, so a retry is in the same trace after any restart; the span of a request is made from its report, so nothing of tracing is near
//     the wire. Each attempt is a child of the trigger, not of the attempt before it, which may have died with its process. A batch belongs
//     to the trigger that opened it and links to the others. A tracestate is not kept. Without a tracer nothing is allocated.
//  17. 2026-11-21. A worker sweeps as soon as it starts. With the first sweep after an interval, a process that was killed again within a second
//     took nothing up, and on a busy machine three kills in a row made ten seconds out of one.
//  18. 2026-11-21. In place of the 45 s of 15: a worker notes a delivery before it claims, so a flight under its name that no handler of it knows is a
//     claim whose answer was lost. It was never made and is given back at once, with its number; what was made and could not be recorded is
//     interrupted. While the store is in trouble (*TroubleError) the end of an attempt is tried again for as long as the program goes on.
//  19. 2026-11-21. Missed beats count only while our own go through, and six seconds after that. When the store was away nobody could beat, and the
//     first sweep afterwards took every attempt of every other worker for abandoned.
//  20. 2026-11-21. What is asked for with an idempotency key has a ticket that outlives the process: time, ids and seed of a trigger come from it, so
//     whoever repeats the request stores what is missing and nothing twice. Before, a process killed between recording a trigger and
//     keeping its answer refused the key for minutes and then made the events again. Rejected: the answer in the same step as the
//     deliveries, which batches do not have, and a lease alone, which a slow process outlives. Actions are not repeated: a world that
//     others change on does not tell whether one change was made.
//  21. 2026-11-21. A preview is made by the code that publishes, and signed twice with different stamps: what differs is made at sending. Rejected: marking
//     stamped fields by hand in each platform, a second truth.
//  22. 2026-11-21. Triggers share a reading of the subscriptions as attempts do (13), and take copies of those they choose.
//  23. 2026-11-21. A subscription whose target turned eight attempts away in a row, each within 50 ms and without a reply, has two in flight until one of them
//     gets a reply or takes longer. A refused attempt is over at once and its successor begins, so 32 of them took every turn of the processors and
//     of the store. The others wait in the lane, where no clock runs; a single retry is as punctual as before, 500 at once take 1.3 s instead of 0.4, and come back
//     in that order, since a retry counts from the end of its attempt. Each process judges for itself. The healthy endpoint
//     beside it, 99th percentile to that alone, medians of three runs in turns: 1.79 to 1.27; before, on a busy machine, 37 to 25 ms and 22 to 16. With four in flight it was
//     no better than before. What is left is that a burst claims first and is parked then.
//  24. 2026-11-22. What is recorded by a ticket may be recorded by two processes at the same time: one that stood still for longer than OwedFor goes on
//     where it was. Deliveries that stand alone were single by their ids already; a batch now refuses a message that a batch of the subscription
//     has or had, because its event and place are known. Before, whoever repeated looked first what there was, and an event that came
//     between the look and the step was in a batch twice.
//  25. 2026-11-22. One trigger or action stores at most 256 MiB, bodies and what was given together: it is one step of the store, and a hundred bytes could
//     ask for gigabytes (a thousand imports of twelve thousand tasks). 160 MiB already made a Redis on a busy machine answer too late.
//     Rejected: to keep an equal body once for all deliveries, which would need a count of its users in each store.
package scheduler
