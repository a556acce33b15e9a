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
//  6. 2026-11-21. Only packages of this module: wire prints Java's JSON, synth makes the material, signature computes HMACs.
package toloka
