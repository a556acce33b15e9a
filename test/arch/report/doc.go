// Command report prints how large and how well documented this repository's code is: test to source ratio, share of exported names with
// a comment, lengths of functions, files above the limit. It judges nothing; the tests of test/arch do.
//
// # Decisions
//
//  1. 2026-11-21. The numbers come from the syntax trees that test/arch reads anyway, not from a line counter installed for it.
package main
