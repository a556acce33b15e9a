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
//  10. 2026-11-21. Traces go out with go.opentelemetry.io/otel/sdk and its otlptrace, and a client of our own for the last step, a POST. Rejected:
//     otlptracehttp, which links gRPC and its gateway (a program of nothing else grew from 12.5 to 20.0 MB, and its modules came into ours); a JSON
//     encoder of our own, since otlptrace has the conversion and Prometheus brings protobuf anyway. The bytes of TracesData are those of an export
//     request. A *traces is nil where nobody traces.
//  11. 2026-11-21. Only --traces turns traces on: OTEL_EXPORTER_OTLP_ENDPOINT is often set for a whole machine, and a test tool should not begin to
//     send then. Where they go is said by the setting alone; how, by the SDK's own variables.
//  12. 2026-11-21. A failing collector is one line in the log and one when it is over. A batch of spans is tried three times, those behind it
//     wait in a queue of 2,048 and are dropped beyond. A stop waits three seconds for the last ones, after the worker and before the engine closes.
//  13. 2026-11-21. Ready means that this process can do its part. The API asks as a trigger would (store, room, backlog); a worker must also be heard of
//     by others, because the attempts of one that is not are taken from it.
//  14. 2026-11-21. A guard stands before the clients of a Redis: each command ends after 4 s, and while Redis is silent one command at a time asks
//     whether it is back and the others fail at once. Timeouts alone did not do: go-redis ignores the end of a context by default, repeats a
//     timeout three times, and a request makes several calls, so that a paused Redis held a trigger for 13 s and more. The guard also puts
//     trouble into words (*scheduler.TroubleError), because it alone sees every answer of Redis, and holds up whoever hears of it for
//     50 ms, because Asynq asks again at once.
//  15. 2026-11-21. A replica or a Sentinel is refused at start like an eviction policy. A master that becomes a replica later is told by readiness, API and
//     pages, because it may become one again.
//  16. 2026-11-21. With Sentinel a failover loses what the dying master had not sent to its replicas, as Redis documents; what was answered 202 in that
//     moment may be among it. Rejected: WAIT after each write, which with a single replica refuses everything after the first failover. Who
//     wants a bound sets min-replicas-to-write; NOREPLICAS is told as any trouble.
//  17. 2026-11-21. The handshake of a connection passes the guard with the command that needs it. It went through the guard as a command of its own, which
//     refused it in the turn of its own caller, so that a Redis that was back was found only when the two happened to be 200 ms apart: after 0.5 to
//     7 s. And no dial ever fails to the client: it would stop dialling after 20 failures and look once a second. Now a new master is used 0.1 s
//     after the Sentinels name it.
//  18. 2026-11-21. Sentinels are asked by redis_sentinel.go, all at once, and go-redis gets a dialler. Rejected: its FailoverClient, which asks one Sentinel
//     and stays with it when that one falls silent (its own bound, the end of the dial, makes it give up before it tries another), so that after
//     the loss of a machine with the master and that Sentinel nothing was accepted any more.
//  19. 2026-11-21. Files of TLS are named in the address (?ca=, cert=, key=), because every command and every worker gets that one value anyway. A CA may
//     also come from SSL_CERT_FILE, which Go reads. Rejected: three settings more, and a switch that turns verification off. Since a certificate that
//     is not trusted is a mistake in the settings, it ends a start with the code for those.
//  20. 2026-11-22. Sentinels that the address does not name are learnt from those that answer (SENTINEL SENTINELS, every ten seconds) and asked like
//     the others while they answer at the address under which they know each other. One that does not, behind a NAT or without a certificate for
//     that address, is left out, because the majority that find waits for would be waited for at each connection. An id, SENTINEL MYID,
//     tells that a name and a number are one Sentinel.
//  21. 2026-11-22. The map of a cluster is read anew every second (redis_cluster.go). The client reads it when it hears that keys have moved, and else
//     once a minute; from a master that died it hears nothing, so that after a failover nothing was accepted for up to a minute. Now it
//     is 1 s after the replica took over, 5 s where the old master falls silent, since a command that waits for it may
//     take 4 s (14). A node has half a second to tell the map.
package app
