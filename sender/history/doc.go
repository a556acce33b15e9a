// Package history is the record of what happened: events, deliveries, attempts, and the feed of their changes. It is the truth; queues only
// carry references to it.
//
// A delivery is in exactly one place at any moment, and each method below moves it between two places in one atomic step:
//
//	waiting    due at a time, nobody works on it     (Append, Seal, Finish, Redispatch put it there)
//	collecting a batch still open; due when its window ends
//	chained    behind another delivery of its chain  (released by that one's end)
//	lane       its subscription is at its limit      (released by the end of an attempt of that subscription)
//	in flight  claimed by a worker under a token     (Claim; left by Finish, Interrupt or Release)
//	settled    succeeded, failed or cancelled
//
// A reference ([Ref]) names delivery, attempt and generation. A Claim succeeds only for the reference the delivery now waits under, so a
// task that was delivered twice, came late or belongs to a dead worker ends quietly with ErrStale. A crash at any point leaves the delivery
// in one of these places, from where the scheduler's sweep finds it: waiting and overdue, or in flight under a worker that is dead.
//
// # Decisions
//
//  1. 2026-11-21. Lanes and batch buffers live here, not in scheduler/redisstore as the design first said: parking, claiming and ending an
//     attempt must be one atomic step with the delivery's state, or a crash between the two stores leaves a slot taken for ever.
//  2. 2026-11-21. Attempt 0 of a collecting delivery is its flush, so windows, retries and the sweep share one mechanism.
//  3. 2026-11-21. The feed is the tail of the record. Readers resume by entry id and are told when their place is gone (ErrGap).
//  4. 2026-11-21. Attempt numbers count what may have been on the wire; the schedule counts failures charged (Delivery.Failures). A crash
//     raises the first and not the second.
//  5. 2026-11-21. The interface is wide because the record is one thing; callers take the narrow part they use (Recorder, Reader, Feed).
//  6. 2026-11-21. An event that an action raised is kept with its subject, and kept also when nobody wanted it: what happened on the platform
//     happened. Trim bounds such events by number and age like settled deliveries.
//  7. 2026-11-21. A search is data (Filter), judged by Admits and Finds alone. A store may narrow what it looks at by an index, by what Exactly and
//     Span tell, and never decides by it; so the engines cannot differ. Rejected: a function in the query, which nobody could index or print.
//  8. 2026-11-21. A page costs a bounded number of deliveries and bodies, whatever it looks for, and is short where they do not suffice: who asks for
//     something rare gets on in steps, and neither a browser nor the deliveries wait for a scan of everything kept.
//  9. 2026-11-21. Memory keeps its deliveries in the order of lists, the settled ones in the order in which Trim takes them, and counts as it goes: with
//     100,000 kept a page took 60 ms under the lock, a trim half a second.
//  10. 2026-11-21. A hub rests after 2,000 entries that nobody followed and is woken by the next follower. Reading the feed for nobody took a tenth
//     of the CPU under load. It does not rest at once, because callers that wait for one delivery after the other come and go.
//  11. 2026-11-22. Collect refuses by itself what a batch of the subscription has or had: event, subscription and place among the event's messages
//     are its name. It holds for as long as that delivery is kept. Rejected: a name given by the caller, which each engine would have to keep
//     for itself; an event tells already where its messages went.
//  12. 2026-11-22. An attempt that is made again at once, because it was interrupted or never began, keeps its slot. It gave it to the lane, and was
//     made again behind everything there: with one slot and 22 waiting for half a second each, 12 s after the kill.
//  13. 2026-11-22. A batch has the type of its first event and, beside it, the other types of its events. It is found by each of them: who looks for
//     skipped assignments misses none because a pool was closed first. Rejected: a list of types for every delivery, since all but batches have one.
package history
