// Package browser holds the tests that use the dashboard as a person does: a real Chromium opens the pages of the built program, presses the
// buttons and reads what is shown.
//
// # Decisions
//
//  1. 2026-11-21. github.com/chromedp/chromedp drives the browser: it speaks the DevTools protocol from Go, so that neither Node nor a driver
//     program is needed.
//  2. 2026-11-21. Every page of every test is watched: an error on the console, an exception or a request to another host fails the test,
//     whatever it was about.
//  3. 2026-11-21. Screenshots are written to test/shots, which git ignores: they are for people to look at, not to be compared.
package browser
