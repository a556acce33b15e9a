// Package payloadtest is what any platform value must satisfy: one call of [Run] in the test of every platform and profile.
//
// [Run] examines the value ([Examine]) and compares the requests it makes with the golden files of the calling package, which live in
// testdata/golden/<profile>/<type>[.<variant>][.<n>].json (exact body bytes) and the same name with .headers (method, then one header
// field a line). `go test ./payloads/<folder> -update` rewrites them; a golden file that no event type makes is an error too.
// Every platform states at least the facts timeout, retry, success, redirects and target.
//
// [Documents] compares what is sent with an example of the platform's own documents, [Fuzz] feeds garbage to Verify and [FuzzWorld] to the
// actions, [Language] asks another language what it makes of the same texts, [Benchmark] and [Allocations] measure Build and Compose.
//
// # Decisions
//
//  1. 2026-11-21. Checks are functions from a platform to findings; only Run knows package testing. So the checks themselves are tested
//     on an invented platform with one deliberate fault each. Rejected: checks that call t.Error, which nothing can prove to fail.
//  2. 2026-11-21. The -update flag is registered here, once for all platforms, and read back by name: no package variable. A test package
//     that imports payloadtest must not register a flag of that name itself.
//  3. 2026-11-21. Golden bodies are compared as bytes, never as parsed JSON, because signatures cover bytes. The bytes of a batching
//     platform are those after Join: what is on the wire.
//  4. 2026-11-21. Secrets are varied through SecretRule.Generate, not by flipping bits of the text: base64 text has bits that do not
//     count. Bits of the body are flipped as they are.
//  5. 2026-11-21. What counts as text, id or time is judged by the form of a leaf, so no platform has to annotate its trees: text holds a
//     space, a time parses as one. Good enough to catch a builder that draws content from the id stream.
//  6. 2026-11-21. No assertion library and no comparison library here: the values compared are bytes and strings.
//  7. 2026-11-21. What claims to read or print as Python or JavaScript does is compared with these programs themselves where they are
//     installed, in ordinary tests: a table of what we believe they do only repeats the belief. One process answers a whole test. Native
//     APIs that tell the place of a fault in a body are tried with PythonTexts.
package payloadtest
