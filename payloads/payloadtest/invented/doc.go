// Package invented is a platform that does not exist, for tests of the core: it can do everything a platform can, so that no such test needs
// a real one.
//
// # Decisions
//
//  1. 2026-11-21. One value with every ability, switched by the subscription's options, rather than a fake per test: what the core is tested
//     against then passes the same suite as the real platforms.
package invented
