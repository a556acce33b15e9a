// Package queue is a scheduler.Queue on Asynq and Redis, for as many worker processes as share one Redis.
//
// # Decisions
//
//  1. 2026-11-21. github.com/hibiken/asynq dispatches and times; it records nothing of ours. Its retries, groups, unique locks, retention and
//     scheduler are not used, and its retry limit is set out of the way: handlers always succeed, and what a crash leaves behind is found
//     by the scheduler's sweep within seconds, long before Asynq's own recovery after a minute.
//  2. 2026-11-21. Asynq keeps due times in whole seconds and looks for due tasks every 250 ms here, so by itself it is up to 0.9 s early. A
//     task goes in at floor(due - 800 ms) and whoever receives it early holds it on a runtime timer, which takes no worker slot. Measured
//     0 to 2 ms late. The design said 300 ms: after a check and a poll that left 40 ms of slack, and on a busy machine a retry once came
//     197 ms late. Holding is bounded by HeldLimit; beyond it an early task keeps its slot until it is due.
//  3. 2026-11-21. Several servers in one process share the queue: one server takes tasks strictly one round trip at a time, and four of them
//     polling every 10 ms bring an idle system's latency from 6.5 to 2.9 ms.
//  4. 2026-11-21. Asynq 0.26 repairs a failed "done" with a context it has cancelled itself, so the repair never works. The hook that
//     [New] adds to its client replaces a cancelled context by a detached one. The client belongs to the queue from then on.
//  5. 2026-11-21. go-redis maintenance notifications should be off in the client given to New: they start goroutines and send a handshake
//     that small engines do not know.
//  6. 2026-11-21. A task may carry up to 32 references. Asynq costs three scripts and several goroutines for each task; for each delivery that was
//     half of all work. The design had one task for each reference, named <delivery>:<attempt>:<generation>; that is still so for one that
//     comes alone. References enqueued at the same time, by one call or by several goroutines (package gather), and due at once or in the
//     same second, are dealt out over at least four tasks, so that a small burst is shared between servers and processes. 10,000 deliveries on a busy
//     machine of two cores: CPU of the program 0.35 to 0.18 s per 1,000, of redis-server 0.26 to 0.15.
//  7. 2026-11-21. Asynq finds a task by its name only, so an index of ours tells what waits in which bundle. Without it the sweep would take
//     everything in a long backlog for lost, dispatch it again behind the backlog, and do so again a second later. The index is a hint:
//     what counts is whether Asynq still has the bundle. Rejected: guessing from the age of the oldest task, which is wrong for what the
//     sweep itself dispatched again.
//  8. 2026-11-21. A server takes one task at a time, and only while slots for a whole bundle are reserved for it; handlers run in a crew of
//     goroutines beside Asynq's. So a task that has left Asynq begins at once, in whatever process has room. Rejected: reading ahead, because what
//     waits in a process that is full is invisible to the others and to the sweep.
package queue
