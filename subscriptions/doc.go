// Package subscriptions says who wants which events and where they go: URL, secret, filter, headers, options, profile.
//
// A [Subscription] is plain data; what its options, quirks and scope mean is known to the platform alone (package payloads), so this
// package stores them without reading them. Every [Store] passes the suite in storetest; the Redis one is in redisstore.
//
// # Decisions
//
//  1. 2026-11-21. A secret that a whole organisation shares (Aquarium) is one record beside the subscriptions. A subscription names it in
//     SharedSecret and every read fills Secret from it, so a rotation reaches all of them and all pending retries at once. Rejected:
//     copying the secret into each subscription, which can be caught half way by a crash.
//  2. 2026-11-21. Update takes a function and runs it on the current value under the store's own protection, because every caller here
//     (REST PATCH, native APIs, the failure counter) is a read-modify-write. The function may run several times.
//  3. 2026-11-21. Headers are an ordered list with the caller's spelling. JSON shows them as an object, the form the platforms use.
//  4. 2026-11-21. File and Redis keep one document format ([EncodeDocument]): explicit fields, because the domain type hides its secret.
//  5. 2026-11-21. Only the standard library: [File] writes through a temporary file and a rename, which is all that is needed.
//  6. 2026-11-21. Counters live beside the subscriptions ([Store.NextNumber]): a platform that numbers its subscriptions never gives a number
//     twice, also when the one that had it is deleted, and a count of what is stored cannot know that.
package subscriptions
