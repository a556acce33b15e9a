// Package redisstore keeps subscriptions in Redis.
//
// Keys, all under one prefix with one hash tag, so that they live on one node of a cluster:
//
//	<prefix>:subscriptions    hash: id -> document (subscriptions.EncodeDocument)
//	<prefix>:shared-secrets   hash: name -> secret
//	<prefix>:numbers          hash: name -> the last number given out
//
// # Decisions
//
//  1. 2026-11-21. One hash of documents and not a key for each: a list is one command, sees one moment, and needs no index that could
//     disagree. Subscriptions number in the thousands at most. Rejected: fields of a hash for each subscription, which would need a format
//     of their own.
//  2. 2026-11-21. Writes go through one script that compares the document and the shared secret with what was read. WATCH would watch the
//     whole hash and fail for changes of others.
//  3. 2026-11-21. github.com/redis/go-redis/v9, because Asynq is given the same client; it takes single servers, Sentinel and Cluster.
//  4. 2026-11-21. Secrets are stored in clear: they are needed in clear for every signature, and a key beside them would protect nothing.
//  5. 2026-11-21. Counters are fields of one hash, moved by a script: HINCRBY alone cannot jump over numbers that are in use already.
//  6. 2026-11-21. A full Redis refuses MULTI even for reads, so reads are then made one after another.
package redisstore
