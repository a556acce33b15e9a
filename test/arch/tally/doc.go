// Command tally reads the output of "go test -json" and prints what a person wants to see of it, with exact counts.
//
// It prints the packages' own lines, all output of failed tests, the reasons of skipped ones and, with -names or -all, the result line of
// every test or everything but the start lines. With -out it appends one line "passed failed skipped benchmarks" to a file, from which
// test/run adds up the whole run. With -again it appends to a file all that failed tests and packages said, which test/run repeats at its end. Subtests count as tests. A package that fails without a failed test (it does not build, say) counts as
// one failure. It exits with 1 when anything failed.
//
// # Decisions
//
//  1. 2026-11-21. Counting is done on the event stream, never by matching the words of the printed form, because a test may print those
//     words too. No ready-made summariser is installed for it: the stream is one small JSON object per line.
package main
