// Package readme holds README.md to the truth: its commands are run, its output is compared with what they print, and its tables are those of
// the registry.
//
//	go test ./test/readme -update
//
// rewrites tables and output from a real run; the prose and the commands are written by hand.
//
// # Decisions
//
//  1. 2026-11-21. A console block is a transcript: what follows a "$ " is run by bash, the rest is its output. What differs between two runs
//     (ids, times, durations, signatures) is compared by its kind. An id in a later command stands for the one that its run printed, so
//     that a reader sees real ids and the test runs real commands.
//  2. 2026-11-21. The ports of the text are replaced by free ones, since a machine of tests may use the usual ones.
//  3. 2026-11-21. A command that ends in "&" runs until the end of the test; its block is compared with the beginning of what it printed.
package readme
