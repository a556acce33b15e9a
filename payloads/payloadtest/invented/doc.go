// Package invented is a platform that does not exist, for tests of the core: it can do everything a platform can, so that no such test needs
// a real one.
//
// # Decisions
//
//  1. 2026-11-21. One value with every ability, switched by the subscription's options, rather than a fake per test: what the core is tested
//     against then passes the same suite as the real platforms.
//  2. 2026-11-21. Its world is a list of notes, and its native API has one route for each thing a [payloads.Host] can do. An event that an
//     action raised prints one key more, "event", which is drawn from the seed of ids: a replay with new ids is seen by it.
package invented
