// Package recipes runs the samples that the catalogue shows to people: each platform's check of a request, in each language, against requests
// that the platform's own Sign made.
//
// # Decisions
//
//  1. 2026-11-21. The samples are files beside the platform, run as they are shown: what a reader pastes is what was tested. A driver for each
//     language (testdata) reads all cases of all platforms at once, so that a language is started, or the Go compiler run, a single time.
//  2. 2026-11-21. Each request is judged with the clock of the machine, as in a listener; old ones are made by signing at another time.
package recipes
