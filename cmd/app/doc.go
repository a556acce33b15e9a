// Package app builds the program, starts it and stops it: the one place where everything is wired, readable from top to bottom.
//
//	configs ─► engine (Redis, child, or in process) ─► stores, queue ─► sender ─► scheduler ─► web
//
// Start order: engine, then the feed hub, the HTTP server, the worker. Stop order: the HTTP server takes no more and ends its streams, the
// worker drains (an attempt in flight may end, at most [queue.DefaultGrace]), the hub ends, connections close, and last the Redis child
// stops, so that whatever was recorded is on disk.
//
// # Decisions
//
//  1. 2026-11-21. Platforms are listed by hand in platforms.go. A sixth is one folder, one import and one line.
//  2. 2026-11-21. Redis clients are built here, because here alone it is known which of them the queue changes (it adds a hook to its own) and
//     which engine they talk to. Maintenance notifications are off: small engines do not know them.
//  3. 2026-11-21. Without any Redis, history, heartbeats and keys are maps in the process, and github.com/alicebob/miniredis/v2 serves Asynq. It
//     is a test tool by its own words, but it is the one Redis in Go that runs Asynq's scripts. Nothing but Asynq's references is in it:
//     with the history there too, its stream reads alone took 39 % of the CPU.
//  4. 2026-11-21. github.com/prometheus/client_golang serves /metrics: the format's own library.
//  5. 2026-11-21. go-redis keeps one logger for the process; New sets it, so that nothing is printed beside our own log, and Diagnose, which
//     has none, silences it. So is the standard logger, through which net/http prints bytes of listeners.
//  6. 2026-11-21. The APIs of the platforms are mounted from the registry, every profile under its own path, and --native only adds listeners.
//     All listeners are opened before the engine and closed together: a port that is taken is told before a Redis child was started for
//     nothing. A bind beyond loopback wants a credential on that listener too.
//  7. 2026-11-21. Diagnose lives here, not in a package of its own: it has to judge by the very functions that New starts with, or it would
//     call well what does not start. It only looks; where looking needs a touch (a lock, a bind, a file) it lasts for an instant.
//  8. 2026-11-21. INFO is asked for without a section: several at a time are an error before Redis 7, and 6.2 is supported.
//  9. 2026-11-21. The program holds 32 MB that it never touches. With a heap of 20 MB the garbage collector ran after every 20 MB, a fifth of all
//     CPU under load; now after 52 MB. Rejected: a higher GC percentage, which would let the in-process engine, whose records live on the
//     heap, take a multiple of what it keeps.
package app
