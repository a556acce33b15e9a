// Package datasaur is Datasaur: its webhook notifications, its export webhook, their signature and the rules they follow.
//
// Two profiles, named after the years of the documents' samples: 2023 (the default) with four notifications and the export PUT, and 2020
// with the two notifications of that time, whose project has a type and no tags. Datasaur has no public API for webhooks: an endpoint is
// registered by its support, with a secret and perhaps header fields of the customer's own.
//
//	fact                                  source                                         certainty
//	four event types, {eventType, data}   docs: Events                                   documented
//	X-Datasaur-Signature over the body    docs: Webhook Signature, with a vector         documented
//	User-Agent Datasaur, accept, …        docs: Events, request headers                  documented
//	their case, order, Connection         axios 1.6.2 (2023) and 0.19.2 (2020) on Node   observed
//	minified JSON of JavaScript           length of the samples                          observed
//	export: PUT, flat, no eventType       docs: Custom Webhook                           documented
//	a document as saved before the edit   timestamps of the sample                       observed
//	completion for each labeler           LabelingStatus in robosaur's schema            assumed
//	items of toDeleteList                 nobody published them                          assumed
//	timeout, retry, success, redirects    nobody published them                          assumed
//
// # Decisions
//
//  1. 2026-11-21. The export webhook is an event type like the others, with the key export: a subscription without a list of events gets it
//     too, because in our API no list means all. It is only ever sent when it is triggered by name, as in the real product a call names
//     its URL and secret. Rejected: only for subscriptions that name it, which made the plain trigger answer 409.
//  2. 2026-11-21. The documented content lengths and signatures are no fixtures: the samples were redacted after they were captured, and
//     their secret is unpublished. The page's own vector and the vectors of the minified samples are.
//  3. 2026-11-21. Positions of a label count as JavaScript does, in UTF-16 units inside a token; tokens end at spaces. Datasaur's tokenizer
//     knows more, but a listener can check ours against the text.
//  4. 2026-11-21. A document was created on an earlier day than the event, so that the events of one day about it agree; no id depends on
//     the time at all.
//  5. 2026-11-21. A subscription's own fields stand where axios puts a caller's and replace its defaults, as they do there; the signature
//     cannot be replaced.
//  6. 2026-11-21. Triggers and actions print through the same functions: a trigger draws a subject, an action takes one from its world, and
//     nothing else reaches a printer. Rejected: building an event from a trigger and replacing ids in it.
//  7. 2026-11-21. Everybody has a copy of each document. It is what the sample's originId is for, and lets a listener join the edits of
//     several labelers. The copy that an event shows is the one saved before the edit, as in the sample.
//  8. 2026-11-21. complete-project raises one event for each labeler who is not done, because completion is theirs and not the project's.
//     A new project has one labeler, so the usual number is one. What is complete can be taken up again, as its switch is a toggle;
//     thereby no action ever runs out of work and no project appears that nobody was told of.
//  9. 2026-11-21. The profile 2020 has the same actions, but drops what its catalogue does not know: creating a project there moves the
//     world and raises nothing.
//  10. 2026-11-21. The n-th event of an action happens 25 ms after the one before, because a listener has nothing but the timestamp to tell
//     two edits of one document apart.
//  11. 2026-11-21. Only packages of this module: wire prints JavaScript's JSON, synth makes the material, signature computes HMACs.
package datasaur
