// Package browser holds the tests that use the dashboard as a person does: a real Chromium opens the pages of the built program, presses the
// buttons and reads what is shown.
//
// # Decisions
//
//  1. 2026-11-21. github.com/chromedp/chromedp drives the browser: it speaks the DevTools protocol from Go, so that neither Node nor a driver
//     program is needed.
//  2. 2026-11-21. Every page of every test is watched: an error on the console, an exception or a request to another host fails the test,
//     whatever it was about.
//  3. 2026-11-21. One browser serves all tests, each with a window and a profile of its own in it: to start one takes longer than most tests. The
//     price is that all fail if it dies.
//  4. 2026-11-21. Keys are sent as a keyboard sends them, one event from which the browser makes the character. chromedp's own sends the character
//     apart, which then arrives although the page has used the key for something else.
//  5. 2026-11-21. What every page must have is checked on every page in both themes, wide and narrow: names in the accessibility tree, order of
//     headings, contrast as it is drawn, nothing wider than the window, no foreign markup. A page that is new needs a line in views only.
//  6. 2026-11-21. Conditions are polled in the page, whichever way they come about; only layout shifts, long tasks and paints are told by the browser.
//  7. 2026-11-21. Bytes are held to the budget strictly; times are printed with the ratio to an empty server or a closed page, and fail a test only
//     where a busy machine could not be the reason.
//  8. 2026-11-21. A condition that must not change is watched for a second after it came about: a machine too slow for that second misses a fault and
//     never sees one that is none. No test waits a fixed time for something to happen.
//  9. 2026-11-21. Screenshots are written to test/shots, which git ignores: they are for people to look at, not to be compared.
package browser
