// Package e2e proves what annohook promises by running the built program: processes, sockets, signals and engines are real, and nothing of
// the program is called but its listeners' side (the reference listener, with which every delivery is verified).
//
// A test starts `annohook serve` on a free loopback port, speaks to it over HTTP only, and looks at what reaches a listener. Each answer of
// the API, and each request that it accepted, is held against the OpenAPI document that the program itself serves.
//
//	ANNOHOOK_TEST_BINARY        program to test; absent: built from this tree
//	ANNOHOOK_TEST_REDIS_SERVER  redis-server for the supervised and the shared engine; absent: the one on the PATH
//	ANNOHOOK_SOAK               how long TestSoak runs, a Go duration; absent: not at all
//	ANNOHOOK_CHAOS              how long TestChaos kills, a Go duration, or how often, a number; absent: not at all
//	ANNOHOOK_CHAOS_SEED         a number, printed by a run, that makes the same choice of kills; absent: another one each time
//
// # Decisions
//
//  1. 2026-11-21. The engines are rows of a table (engine_test.go), so that a promise that holds on all of them is written once.
//  2. 2026-11-21. Tests that measure time run alone; everything else runs in parallel. Two cores are enough for the whole.
//  3. 2026-11-21. The list of events comes from the catalogue that the program serves, so that an event added tomorrow is tested tomorrow. The
//     names of the documents' examples are written out by hand, because there the program must not be asked what it knows.
//  4. 2026-11-21. The OpenAPI document is read by a small validator of our own (schema_test.go), which refuses keywords it does not know
//     rather than passing over them. Rejected: kin-openapi and libopenapi, which would be a dependency of the module for one test; and
//     huma's validator, because the server under test uses it.
//  5. 2026-11-21. Nothing sleeps to wait for something; what is to happen is polled with a limit. Absence alone is proved by waiting.
//  6. 2026-11-21. Chaos is judged afterwards, from three records that know nothing of each other: what clients were answered, what the
//     server has, and what the listeners got. A check while processes die would judge the moment.
//  7. 2026-11-21. A soak measures the rate it halves, and compares processes at rest: after a burst that filled every pool, and after the load.
//     In CI it soaks workers on a real Redis only; the engine in process has nothing to restart and shows itself in the long run.
package e2e
