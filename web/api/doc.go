// Package api is our REST API under /api/v1: it turns requests into calls of the scheduler and records into JSON.
//
// One file per resource; problem.go holds the only table that turns errors into statuses; form.go reads bodies; schema.go is what the OpenAPI
// document needs beyond the Go types.
//
// # Decisions
//
//  1. 2026-11-21. huma v2 registers the routes and prints the OpenAPI 3.1 document from the Go types, so that document and routes cannot
//     drift apart. Paths in the document are complete (/api/v1/…), because /livez and its kind lie outside the prefix.
//  2. 2026-11-21. Bodies are read by form.go and not by huma's validator: it echoes offending values (secrets), takes field names in any
//     case, and loses the digits of numbers and the bytes of a given body. Parameters are huma's; its errors lose their values on the way out.
//  3. 2026-11-21. huma's package variables stay as they are; what its defaults would do is undone by one transformer (see problem.go).
//  4. 2026-11-21. An idempotency key is stored with the answer as it was right after acceptance. A repeated request waits again if it asks
//     to, so a key protects from a second trigger and never freezes a status. A refused or failed request frees its key.
//  5. 2026-11-21. The stream sends what the hub passes on, in its order, and nothing it made up: a gap is a reset event, after which nothing
//     is lost either. Statistics are computed once for all streams.
//  6. 2026-11-21. Bodies in a delivery are shown up to 1 MiB each; the export has all of it.
//  7. 2026-11-21. An event of an action that nobody wants is no refusal, unlike a trigger's: the action happened and changed the world. The
//     answer tells the reasons event by event, and callers that need a delivery look at them.
//  8. 2026-11-21. Catalogue is exported, so that the command line shows the catalogue without a server from the same code.
//  9. 2026-11-21. A refusal tells at most 50 things that are wrong, in 2,000 bytes each: a megabyte of unknown fields was answered with eight, one
//     long name with itself.
//  10. 2026-11-21. Header fields whose name says that they carry a credential (Authorization, Cookie, …token…, …api-key…) are stars in subscriptions,
//     deliveries and exports, whoever put them there. Written back as stars they stay what they were.
//  11. 2026-11-21. q takes the language of package search; plain words find what they found before. What a search cannot mean is a 422 that names q, the
//     term and what was probably meant, for an empty list would look like an answer. A stream looks at the short fields only: it has no bodies.
//  12. 2026-11-21. The page that shows the document to people, ReferencePath, is one of the dashboard's, with its layout and its rules (no script needed).
//  13. 2026-11-22. What would be passed over is refused: a query that cannot be read, a parameter given twice, fields where none are read. A filter that is
//     not applied looks like an answer, and a rotation that was told a secret made another one. {} as a body is nothing, as many clients always send it.
package api
