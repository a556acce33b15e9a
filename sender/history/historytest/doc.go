// Package historytest is what any history must do, as a suite that every implementation runs.
//
// # Decisions
//
//  1. 2026-11-21. The suite talks to a history through its interface alone and brings its own clock: every time is a value, so nothing
//     sleeps and an implementation that reads a clock of its own is caught.
//  2. 2026-11-21. Times have microseconds at most, the precision every store keeps.
//  3. 2026-11-21. github.com/google/go-cmp compares structures, because records are deep and a difference must be readable.
package historytest
