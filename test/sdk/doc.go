// Package sdk holds the tests that let other people's software judge what annohook sends and answers: the Standard Webhooks verifiers of Python,
// JavaScript and Ruby, the SDKs of Argilla, Label Studio and Toloka, and the Label Studio server itself.
//
// # Decisions
//
//  1. 2026-11-21. The verdict is the foreign library's alone: verify.py, verify.cjs and verify.rb hand it a request and report whether it raised.
//     A verifier of our own could share a mistake with our signer.
//  2. 2026-11-21. The versions are pinned in requirements-*.txt and package.json, and installed once below the user's cache folder; each list has
//     an environment of its own, because no two of them agree on httpx. The step script installs them in the background from the start of the
//     run. On a machine without the interpreter or its package index the test is skipped and says which was missing.
//  3. 2026-11-21. An SDK is driven by a script as its users would write it, which ends with 1 at the first surprise. Go starts both sides and reads
//     what the script says. The script for Label Studio is run on the real server too, so that it asks for nothing which that would not do.
//  4. 2026-11-21. The real server is Label Studio 1.23.2, the newest in the index: in what webhooks show it is the generation 1.22 (an attempt with one
//     second of patience, no counter of failures) with one more column of the project. It runs on SQLite in an empty folder, listens on loopback,
//     and asks nobody for its version; the addresses of its listeners are loopback, which it refuses by default, so that one setting is off.
//     Its tables are made from its models and not by its hundreds of migrations, after which it was compared too and sent the same.
//  5. 2026-11-21. Ours plays first, and the real server is then given the same labeling interfaces, tasks and results. What is left to differ is
//     behaviour. Both sides send to the same recorder on a raw socket, because an HTTP server would fold the names of header fields.
//  6. 2026-11-21. Compared are the number and order of requests over four webhooks (organization, project, without payload, chosen actions), names
//     and values of header fields, the way bodies are written, keys, their order, types, flags and counters at every level, and of the registration
//     API status, the header fields clients use, shape, and every text of an error. Not compared are the order of header fields, which net/http
//     does not let us choose, and values that are new in each run.
//  7. 2026-11-21. A difference that stays is an entry of testdata/label-studio-differences.json with its reason. The test fails on an entry that
//     matches nothing, so that the list cannot outlive its reasons.
//  8. 2026-11-21. testdata/captures holds our own recording of the real server, which every run compares too, also without the index. Make it anew with
//     ANNOHOOK_TEST_RECORD=<day> go test -run TestLabelStudioServer ./test/sdk, after each change of what the actions invent.
//  9. 2026-11-21. The real server fails with 500 when labels are added while a webhook listens, because it cuts into slices what it has already
//     read; the step after that switches its slicing off to see the event that older ones sent.
package sdk
