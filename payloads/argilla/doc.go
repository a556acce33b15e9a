// Package argilla is Argilla as a listener sees it: the webhooks that its server sends.
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
package argilla
