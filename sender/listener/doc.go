// Package listener is the reference listener: an http.Handler that receives one platform's requests, verifies them as that platform's
// documents ask a careful listener to, records what it saw, and answers as it was told. The demo, the listen command and tests share it.
//
// # Decisions
//
//  1. 2026-11-21. It verifies with Platform.Verify and knows no scheme itself, so a new platform needs nothing here.
//  2. 2026-11-21. The receipt is handed over before the answer is written. Whoever has seen the answer can rely on the receipt, and a test
//     needs no waiting.
//  3. 2026-11-21. A refused signature is answered 401 and takes no turn of the script: a script tells how a working listener answers.
//  4. 2026-11-21. Faults (drop, reset, cut, hang) use Hijack of net/http rather than a socket server of our own. It covers what a listener
//     does wrong by accident; tests of the sender that need exact bytes write to raw sockets.
//  5. 2026-11-21. The spelling of header names is part of what this program emulates, so a listener should show it. net/http loses it; the
//     head is therefore copied off the connection as it comes in (NewServer, Capture) and everything else stays net/http's.
package listener
