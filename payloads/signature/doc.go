// Package signature computes and checks the signature schemes that platforms share.
//
// A platform's own header forms stay with the platform; here is only what more than one of them, or a listener, needs.
//
// # Decisions
//
//  1. 2026-11-21. Standard Webhooks goes through github.com/standard-webhooks/standard-webhooks/libraries/go, the specification's own
//     library, so that what Argilla's listeners verify is what the authors of the scheme sign. It accepts keys of any length, even an
//     empty one, so the length is checked here; it reads the clock itself, so the time window is checked here too, with a time given in.
//  2. 2026-11-21. HMAC is crypto/hmac. Everything is compared in constant time.
//  3. 2026-11-21. A secret is shown to people as a fingerprint, never in part: the first characters of a short secret are most of it.
package signature
