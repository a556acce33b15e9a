// Package payloads holds what each platform says, to listeners and to its own SDKs: the contract every platform fulfils.
//
// A [Platform] is one value of data and functions for one platform in one profile. The core (sender, scheduler, web) works with that
// value alone and never asks which platform it has. One folder below this package makes the values of one platform; cmd/app lists them.
//
// The trip of an event through a Platform:
//
//	EventType.Build   seed, now, subscription  -> the event as that platform prints it, still a tree
//	Override.Apply    the user's changes
//	Platform.Matches  does this subscription's scope hold the event?
//	Platform.Compose  tree -> one or more Messages: bytes fixed once
//	Batch.Join        (batching platforms) held messages -> one Message
//	Platform.Sign     Message + Stamp -> header, afresh for each attempt
//	Platform.Judge    Reply -> Verdict
//
// # Decisions
//
//  1. 2026-11-21. A platform is a struct, not an interface: an ability it lacks is a nil field, not a stub. Construction happens in
//     functions that return values; nothing registers itself.
//  2. 2026-11-21. One value per platform and profile. The core looks up (platform, profile) of a subscription and is done; no function of a
//     Platform takes a profile.
//  3. 2026-11-21. Build is given the subscription, because what is printed depends on it: quirks change keys, and an event whose place
//     the trigger does not state happens in the scope the subscription looks at. Matches then reads the finished tree, so a place that
//     the user did state is compared like any other. Rejected: a scope parameter beside the tree, which could disagree with it.
//  4. 2026-11-21. Compose prints one event; Batch.Join builds the envelope, also for a single event. Held events therefore keep the bytes
//     they were composed with, whatever happens to options during the window.
//  5. 2026-11-21. Judge replaces a success rule and a retry rule: one function sees the reply and says success, worth another try, and in
//     whose words. A server that ignores the listener's answer needs all three.
//  6. 2026-11-21. Verify and Sign live side by side in the platform and share no code path beyond package signature, so that one can be
//     wrong without the other agreeing.
//  7. 2026-11-21. Values keep key order and number form because signatures cover bytes; encoding/json keeps neither.
//  8. 2026-11-21. An override clones what it inserts, applies Data before Set, and refuses unknown paths with suggestions: an override
//     that silently did nothing is the field's most common complaint.
//  9. 2026-11-21. What a user of the platform does is an [Action]: a pure function from the state of the platform's world, parameters, a seed
//     and a time to a new state and the events it raises. The state is one JSON document that only the platform reads, so the core can keep
//     it anywhere and change it by compare-and-set. Rejected: entities as records of the store, which would need a schema for each
//     platform and a transaction over several keys.
//  10. 2026-11-21. A raised event carries its Subject, a snapshot, and is built from it for each subscription in that subscription's
//     profile. A stale record inside an event is therefore a stale snapshot, nothing special.
//  11. 2026-11-21. A trigger still invents its own world from its seed and leaves the platform's world alone, so that the same seed gives
//     the same bytes whatever happened before.
//  12. 2026-11-21. A native API is a plain http.Handler that owns the platform's whole origin and works through [Host], which is declared
//     here and implemented by the scheduler.
//  13. 2026-11-21. A Host that is full or whose store is away says so (ErrBusy, Unavailable), and each native API answers 429 and 503 in its own words, so
//     that SDKs try again as they do with the platform. What an error of the store says is never answered: it may tell of hosts.
//  14. 2026-11-21. Samples for listeners (Platform.Code) are files beside the platform, embedded as they are: what people paste is what test/recipes ran.
//     They are short functions for a reader to own, not calls of a library. Rejected: generating them from a description of the scheme, which would
//     have to know every scheme there is.
//  15. 2026-11-21. A platform's stories and samples of code are files, read by ReadFolder while its values are made. What is wrong with one
//     travels in Platform.Fault to the registry, which refuses it, so a build with a broken file does not start. Rejected: an error beside
//     the list of platforms, which every caller would pass on for a fault that only a developer can make.
package payloads
