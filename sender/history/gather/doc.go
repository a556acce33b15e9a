// Package gather turns many calls at the same time into few: what a store is asked by a hundred goroutines at once travels in one round trip.
//
// # Decisions
//
//  1. 2026-11-21. Nothing waits for company. A call that finds nobody on the way goes at once and alone; calls that come while it is away
//     gather, and go together when it is back. An idle program is as quick as before, and the busier it is, the more a round trip carries.
//     Rejected: a window of a millisecond, which costs its length when there is nothing to gather.
//  2. 2026-11-21. As many round trips at a time as the caller says, and few. While the answer of one is read, a second keeps the store busy: two
//     made a history in Redis a third faster than one where both cores were free, and no slower where they were not. More carry less each.
//  3. 2026-11-21. The goroutine that finds nobody on the way makes the round trip itself and then hands the baton to one that waits, so no
//     goroutine is started and none belongs to the group.
//  4. 2026-11-21. Where more waits than one round trip carries, keys take turns (Fair). Otherwise a burst for one endpoint, which fills several
//     round trips, comes before the single call for another.
package gather
