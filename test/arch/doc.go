// Package arch reads this repository's own source and says where it leaves the architecture: import directions, owners of
// third-party modules, platform names in the core, missing documentation.
//
// The checks are functions over plain values, so that each can be tested against an invented tree that breaks it; the tests of this
// package run them on the real tree. Two commands lie below: report prints sizes and ratios, tally counts what go test did.
//
// # Decisions
//
//  1. 2026-11-21. Import rules are held twice, in two forms: .golangci.yml lists what each package may import, this package states the
//     order of the layers and the owner of each module. A slip in one is caught by the other.
//  2. 2026-11-21. The package graph comes from "go list -json", not from golang.org/x/tools/go/packages: only import lists are needed,
//     and those cost no type check. Tests that read it must run with -count=1, because the test cache does not see other packages change.
//  3. 2026-11-21. The lint configuration is proved by running golangci-lint on a small module (testdata/violations.txtar) whose lines say
//     which linter must hit them; unexpected hits fail as well. golang.org/x/tools/txtar reads the archive, since it is the form that
//     the Go project itself uses for trees of files in one text.
//  4. 2026-11-21. What parses, decodes or verifies is told by its name, and fuzzed when a fuzz target of its package names it: enough to
//     keep a new parser from coming without one. What a target proves is for its reader to judge. Rejected: following calls, which would
//     count a parser as fuzzed because a target happens to reach it.
package arch
