// Package redisd runs the redis-server or valkey-server of this machine as a supervised child that outlives neither us nor its data.
//
// [Start] answers once the server does; [Server.Addr] is its private unix socket; [Server.Stop] ends it after the caller's own drain.
// Everything lies in the folder "redis" of the state directory:
//
//	redis.conf         written anew at each start
//	redis.log          what the server and its shell print; moved to redis.log.old at 1 MiB
//	redis.pid          written and removed by the server; for people, never trusted here
//	redis.sock         the socket, unless its path would be too long or the file system has no sockets
//	socket             the path of the socket, wherever it is
//	appendonlydir      the data (appendonly.aof before Redis 7)
//	supervisor.lock    held by the shell that watches over the server
//	server.lock        held by the server itself
//
// One level up, annohook.lock is held by the annohook that uses the directory ([LockDir]).
//
// The processes, left to right parent and child; "pipe" is the shell's standard input, of which only annohook has the other end:
//
//	annohook ──pipe──> sh (waits for the server) ──> redis-server
//	                   └─> sh (reads the pipe; at its end sends SIGTERM to the server)
//
// # What survives
//
// A stop, and a kill -9 of annohook, lose nothing: the server flushes and syncs its append-only file before it ends. A kill -9 of the server
// loses what it had not yet written: nothing as a rule, because it writes before it answers, but up to two seconds while a slow disk keeps
// its once-a-second sync waiting (flushAppendOnlyFile in Redis' aof.c postpones the write for that long). A power cut loses about one second.
//
// Under systemd use KillMode=mixed. With the default the server gets SIGTERM together with us, in the midst of our drain; it is then
// started again at once, so nothing is lost, but the drain stalls for some hundred milliseconds.
//
// # Decisions
//
//  1. 2026-11-21. The death of annohook is told by the end of a pipe, read by a shell. Rejected: PR_SET_PDEATHSIG, which exists on Linux
//     only and fires when the operating system thread that forked ends, not the process.
//  2. 2026-11-21. Who is alive is told by locks that the processes inherit with an open file, never by process ids: the kernel frees a lock with
//     its last holder, whatever killed it, and an id may be another process by now. supervisor.lock held: the shell is still
//     ending a server, wait for it. server.lock held without it: a server lost its shell, adopt it. Both free: start a new one,
//     whatever stale socket or pid file lies there. Two servers can never write one append-only file.
//  3. 2026-11-21. An adopted server gets a shell that watches our pipe for it as well, so a second kill -9 does not orphan it either. Rejected:
//     stopping the orphan and starting afresh, which costs a reload of all the data.
//  4. 2026-11-21. The server runs in a session of its own, so neither Ctrl-C nor the closing of the terminal reaches it; only Stop ends it.
//  5. 2026-11-21. The state directory is locked with github.com/gofrs/flock, the same call on every system, Windows included, where the in-process
//     Redis needs the lock too. It does not give out its file, so the two inherited locks are taken with flock(2) directly.
//  6. 2026-11-21. Three commands (PING, INFO, CONFIG GET) are spoken in plain RESP, about a hundred lines; go-redis belongs to the queue and the
//     stores, and its pools and retries would blur what a probe has to see.
//  7. 2026-11-21. There is no supervised server on systems without a POSIX shell and flock(2): [Find] finds nothing there.
//  8. 2026-11-21. The socket moves to a private temporary folder when it cannot be bound in the state directory, which is tried rather than
//     computed: one test covers the limit of some 104 bytes and file systems without sockets.
package redisd
