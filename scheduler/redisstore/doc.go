// Package redisstore keeps worker heartbeats and idempotency keys in Redis.
//
// # Decisions
//
//  1. 2026-11-21. Heartbeats are one hash; the time inside decides who is alive, not a key's expiry, so that dead workers can be listed and the
//     engine without real expiry (miniredis) behaves the same.
//  2. 2026-11-21. An idempotency key is one hash with a real expiry, moved between its states by scripts.
package redisstore
