// Package argilla is Argilla as a listener and its SDK see it: the webhooks that its server sends, what its users do there, and as much of its
// API as the SDK needs to register webhooks and to serve them.
//
// Profile 2.8 is argilla-server 2.8.0 (develop at 77f5c57c, 2025-03-10). The webhook code is byte-identical from 2.5.0 on, so one profile
// stands for every release that has webhooks. What was read where:
//
//	fact                                          source                                                     certainty
//	envelope, header names, message id, timeout   argilla-server webhooks/v1/commons.py@77f5c57c             source
//	keys and their order                          argilla-server webhooks/v1/schemas.py@77f5c57c             source
//	JSON bytes, times inside data, _sa keys       FastAPI 0.115.4's encoder, run                             observed
//	settings of fields, questions, properties     argilla-server api/schemas/v1/*.py@77f5c57c                source
//	when each event is raised                     argilla-server contexts/*.py, bulk/*.py@77f5c57c           source
//	stale record in response events               same, and a small ORM model, run                           observed
//	HTTP client's headers, redirects, success     httpx 0.27.2@609df7ec, run                                 observed
//	retries 10, 60, 180 s; new id each time       argilla-server jobs/webhook_jobs.py@77f5c57c, rq 1.16.2    source
//	secret: 64 bytes, base64, no prefix           argilla-server models/database.py@77f5c57c                 source
//	signature                                     standardwebhooks 1.0.0 (Python), run                       observed
//	names and kinds of the sample dataset         docs: Webhooks internal                                    documented
//	number and order of events, limits            argilla-server contexts, jobs, bulk, api/*.py@77f5c57c     source
//	API: routing, validation, URLs, ids           FastAPI 0.115.4, pydantic 2.9.2, run                       observed
//	API: reads on an event                        argilla 2.8.0 SDK, run against this package                observed
//
// The complete list is in [Platforms], under Facts.
//
// # Decisions
//
//  1. 2026-11-21. One world per seed. Workspace, dataset, record, user and response of a seed are the same in every event type, each part
//     drawn from a source of its own in a fixed order; so record.created and record.completed of one seed are about one record.
//  2. 2026-11-21. Where the documents' samples and the released server differ, the server wins: last_activity_at of the dataset moves with
//     a response and updated_at does not, and response events carry the record from before. Every key of the samples is still sent, in
//     their order.
//  3. 2026-11-21. Every dataset has the two questions and six metadata properties of the documents' samples, in their order, and then more
//     of its own. So a listener written against the samples finds what it looks for, and all six kinds of questions occur over the seeds.
//  4. 2026-11-21. What lies before an event is dated by the UTC day of the event and the seed; what the event changes is counted back from
//     the event. Events of one seed and one moment (a submission raises three) agree to the microsecond. Rejected: everything relative to
//     the event, where a dataset would be inserted at another time in each event of a story.
//  5. 2026-11-21. The record is pending and untouched in record.deleted, as in the documents' sample, and completed in record.updated and
//     record.completed, as after a submission.
//  6. 2026-11-21. dataset.updated is, by default, the draft of the documents' sample with its one field. Shipped code sends empty lists when
//     the SDK creates a dataset; that is the variant sdk-create.
//  7. 2026-11-21. A subscription's own headers may replace those of the HTTP client but not the three of the signature: an id that was not
//     signed would make the record of the attempt untrue. To test a listener against a bad signature, change the secret.
//  8. 2026-11-21. A subscription without secret cannot be signed for and is an error: Argilla has no unsigned webhooks.
//  9. 2026-11-21. github.com/google/uuid prints native ids; signatures go through package signature, which uses the specification's own
//     library.
//  10. 2026-11-21. The state of the world keeps seeds, states and times, and what users said; ids and texts are drawn again when they are
//     shown, by the code that draws a trigger's world. So a bulk call of 500 records costs 40 kB, and a subject less than 1 kB. Rejected:
//     keeping printed rows, which would be ten times as much and would fix the quirks of one subscription.
//  11. 2026-11-21. Where an action finds nothing to work on, the world provides it without events, as if somebody had been busy meanwhile:
//     a draft to publish, records to answer, an annotator who has not answered yet. Only a thing that was named and is not there is an error.
//  12. 2026-11-21. Beyond its bounds the world forgets completed records first, then the oldest; a dataset of which records were forgotten goes on.
//  13. 2026-11-21. An action ends at its moment: what it does is dated backwards from there, and closer together where the action before it
//     ended just before. So no event is dated later than its delivery, and a story stays in order at any speed.
//  14. 2026-11-21. The fresh world lies at fixed times in 2025, the same for everybody, and is moved back by days only for an action that
//     is said to happen before it.
//  15. 2026-11-21. A read of the API shows a thing of the world as it is now, because that is what the server does, also while older events
//     are still on their way. Things of triggers exist only in bodies; the newest body counts, a deletion means 404, and the stale record inside
//     a response does not replace a better one. Rejected: bodies first for everything, which shows the stale record, and empty
//     lists to a listener that asked for dataset.created only.
//  16. 2026-11-21. Bodies are parsed as Python parses them, because the place of a fault is part of the answer, and URLs are normalised as
//     pydantic does. Both were recorded from the real libraries (testdata/captured) and are compared with the records. Where contract and
//     pydantic 2.9.2 disagree (the words about a bad UUID), the version that the server locks wins. golang.org/x/net/idna maps host names.
//  17. 2026-11-21. An SDK sends a webhook back as it was shown. What equals the shown form changes nothing, so that all events stay all events,
//     and a URL of our own API is not normalised behind the user's back.
//  18. 2026-11-21. What the server refuses is refused: a second dataset of one name in a workspace, answers that do not fit their questions, a
//     submission without a required answer. So made-up names are unique, and stories give no names, to be told more than once.
//  19. 2026-11-21. Counting and adding a webhook is one step within a process; the limit of ten holds for twenty requests at once. Across
//     processes it can be passed as on the real server, whose count is a query of its own. A list of no events, which only our own API can
//     make, may be sent back as it was shown (see 17).
//  20. 2026-11-21. 429 and 503 have the form of FastAPI's HTTPException and a Retry-After of a second. The real server is not known to send either.
//  21. 2026-11-22. What an annotator reads belongs together: a conversation is one conversation, a product has its own description, remarks
//     and guidelines are lists of their own (content.go). Before, they were drawn from one list of sentences, which gave products the names
//     of projects and pictures the captions of clinical notes. Rejected: texts from a library, which are word salad.
//  22. 2026-11-22. At most a thousand faults of one body are told, where pydantic tells all: an answer of a hundred megabytes helps nobody, and no
//     client that means well gets near that number.
package argilla
