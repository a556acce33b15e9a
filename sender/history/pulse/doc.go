// Package pulse says how deliveries have been doing lately: counts and latencies by the minute for a day, and the latest attempts of each
// subscription. It reads them off the feed and keeps them in the memory of one process.
//
// # Decisions
//
//  1. 2026-11-21. Derived from the feed and not written by it: an index of attempts by subscription, or counters by the minute, would cost
//     each attempt of every process a write, and only dashboards read them. The price is that a process knows what the feed still holds
//     when it starts (100,000 entries by default, four to a delivery), and says from when (Snapshot.Since).
//  2. 2026-11-21. A gap in the feed keeps what is known and moves Since behind the gap: numbers before it may be too low, never too high.
//  3. 2026-11-21. Where a Hub runs in the process, Shared lets both read the feed once; decoding it twice cost a twentieth of the CPU of a
//     delivery.
//  4. 2026-11-21. Latencies are counted in bands with the steps 1, 2, 5 from one millisecond to ten seconds, so that minutes can be added
//     up to a chart. An attempt that was interrupted counts as failed and in no band: nobody knows how long it would have taken.
//  5. 2026-11-21. It rests until somebody asks, and when nobody has asked for ten minutes: reading the feed took a tenth of the program's CPU
//     under load, also where no page was ever opened. What it missed it reads from the feed when it is asked again, and what the feed holds
//     no more is a gap (2): after a rest under heavy load the charts begin anew. Ten minutes, not two, so that somebody who comes back
//     to a load test finds its beginning. Rejected: reading every tenth batch, which counts too low without saying so.
package pulse
