// Package program starts the real annohook, and a Redis where one is wanted, for tests and benchmarks that look at it from outside.
//
// # Decisions
//
//  1. 2026-11-21. Tests run the built binary as a process of its own: its CPU time, its flags, its banner and its exit are part of what is
//     looked at. The step script builds it once and names it in ANNOHOOK_TEST_BINARY; without that the first test builds it.
//  2. 2026-11-21. The address is read from the banner, and the port is chosen by the kernel, so that runs side by side never collide.
//  3. 2026-11-21. The API is called with net/http and encoding/json rather than web/client: a mistake shared by server and client would
//     be invisible otherwise.
package program
