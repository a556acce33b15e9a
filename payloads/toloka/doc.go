// Package toloka is Toloka (API v1): its webhook notifications, their signature and the rules they follow.
//
// One profile, v1, as documented from 2022 to 2023. The platform's documents say what is sent and how it is signed; about batching,
// retries, timeouts and accepted answers they are silent, so the house policy stands in and says so.
//
//	fact                              source                                         certainty
//	8 event types and TEST_EVENT      docs: fullApi.yaml, using-webhook-…            documented
//	{"events":[…]}, always an array   docs: using-webhook-subscriptions              documented
//	event_time in seconds, no zone    docs: using-webhook-subscriptions, samples     documented
//	key order of the format page      docs: using-webhook-subscriptions              documented
//	compact JSON                      the signed sample verifies over it alone       observed
//	Toloka-Signature and its string   docs: authentication; java-sdk@61aba14         documented
//	no signature without a secret     docs: using-webhook-subscriptions              documented
//	events of a batch mix types       an anonymous draft of the format               assumed
//	window, size, retry, timeout      nobody published them                          assumed
//	paths and forms of the API        docs: fullApi.yaml; toloka-kit, java-sdk       documented
//	upsert key, status of 401         nobody published them                          assumed
//
// # Decisions
//
//  1. 2026-11-21. One subscription of ours is one URL, secret and pool; on the platform each event type has a row of its own. The row's id,
//     which events carry as webhook_subscription_id, is derived from the subscription's native id and the type ([RowID]), so that the
//     native API and the notifications agree without storing anything.
//  2. 2026-11-21. The second inside a suite, assignment or task id lies in 2024 and comes from the id stream, not from Build.Now: the
//     events of one seed keep their ids however far apart in time they happen. Rejected: the true second, with which an assignment's id
//     would change between the event that creates it and the one that submits it.
//  3. 2026-11-21. uuid depends on seed and type, so two events of one story never share one although all their other ids agree.
//  4. 2026-11-21. Signatures have 64 digits, as Python's and any careful implementation's do. The Java SDK's helper drops leading zeros;
//     whether the server does is unknown, so that form is the quirk short-hex, off by default, and Verify accepts both.
//  5. 2026-11-21. A subscription's own fields come after Toloka's and may replace Content-Type; the signature cannot be replaced. Toloka
//     itself has no custom fields, so this is ours.
//  6. 2026-11-21. A builder prints a subject: invented from the seed for a trigger, taken from the world for an action. uuid is no part of
//     it, it comes from the id seed, the type and the subject, so a replay with new ids has a new uuid and nothing else.
//  7. 2026-11-21. The world is one project with pools, suites, tasks and assignments. What Tolokers see and answer is computed from ids, so it
//     need not be kept. The pool opened or made last is the one that actions mean; a pool that the world does not know is made when it is
//     named, because a listener has one that its own SDK registered. An action that finds nothing to act on lets a new Toloker provide it.
//     Rejected: an error there, which would make people perform three actions to see one event.
//  8. 2026-11-21. A row registered through the native API keeps id and time in options.rows. Rows without an entry there have RowID and
//     CreatedAt plus a millisecond for their place in the catalogue, moved on to the next free millisecond, since toloka-kit loses rows that
//     share a time while it pages. The native API writes all rows of a subscription that it changes, so they never move again.
//  9. 2026-11-21. A row is one and the same by pool_id, event_type and webhook_url. An upsert keeps its id and time and replaces its secret,
//     also by none. Where only some rows of a subscription of ours get another secret, these move to a subscription that has it, a copy
//     of the old one's headers, quirks and policy, or one that is there; rows of one URL, secret and pool share a subscription. Several
//     processes that upsert the same new row at the same moment may make it twice.
//  10. 2026-11-21. A subscription of ours without scope shows rows with the pool_id "", which can be read and deleted there but not upserted. A
//     disabled one shows its rows as well, since the platform knows no such state, and an upsert does not switch it on.
//  11. 2026-11-21. Registering a row opens its pool in the world, since on the real platform it is there before; actions without a pool, and so
//     the stories, then happen where the listener looks.
//  12. 2026-11-21. GET of an assignment, a pool or a task also finds those that only triggers named, in the latest requests, so that the usual
//     listener, which asks for the assignment of each event, works with triggers too. PATCH brings assignments into the world; such a pool is
//     neither opened nor closed, since the world's pools are in its own project.
//  13. 2026-11-21. Stale time, wrong secret and missing signature are quirks although Toloka is not known to send them: they are what a listener
//     has to be tested with. They are off and say whose they are.
//  14. 2026-11-21. Only packages of this module: wire prints Java's JSON, synth makes the material, signature computes HMACs; google/uuid
//     prints request ids.
//  15. 2026-11-21. An event that a trigger raises in the pool of a subscription's scope has that pool's project, its digits in every id, and a uuid
//     of its own: one trigger happens in the pools of all subscriptions, and uuid is all that a listener can tell a repetition by.
//  16. 2026-11-21. A new row has the id derived from its subscription's native id, so that SDKs keep what they know when a user replaces the
//     subscription's options, rows included. An id of a row is never used twice: a row that is deleted or moves away leaves a new id in
//     options.rows, for the case that its event type comes back; the derived id would be the old one.
//  17. 2026-11-21. Events of one action lie 25 ms apart where a window of 0s sends them one by one, or a listener could see a suite skipped
//     before it is given out.
//  18. 2026-11-21. 429 is TOO_MANY_REQUESTS and 503 REMOTE_SERVICE_UNAVAILABLE, both without Retry-After, at which toloka-kit 1.2.3 breaks off with a TypeError;
//     it tries both again anyway.
package toloka
