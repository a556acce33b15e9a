// Package redisstore keeps worker heartbeats, idempotency keys, the platforms' worlds and saved compositions in Redis.
//
// # Decisions
//
//  1. 2026-11-21. Heartbeats are one hash; the time inside decides who is alive, not a key's expiry, so that dead workers can be listed and the
//     engine without real expiry (miniredis) behaves the same.
//  2. 2026-11-21. An idempotency key is one hash with a real expiry, moved between its states by scripts.
//  3. 2026-11-21. A world is one hash of version, state and the name of the call that stored it, changed by one script. Rejected: WATCH, which
//     takes two round trips and cannot tell its own repeated call from another writer. What worlds owe lies in one hash for all of them, so that
//     a sweep sees with one look that none owes anything.
//  4. 2026-11-21. Reserving a key carries a name of the call: the client repeats a call whose answer was lost, and found the key taken by itself, so
//     that the caller was told 409 until it expired. Freeing one is tried for a moment, since the request failed for the same reason.
//  5. 2026-11-21. Saved compositions are one hash by name, of which a script counts the fields before it stores. Rejected: a key for each, for which
//     a list would have to scan.
package redisstore
