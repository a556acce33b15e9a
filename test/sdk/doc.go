// Package sdk holds the tests that let other people's libraries judge what annohook sends: the Standard Webhooks verifiers for Python and
// JavaScript receive real requests of the built program, and the same requests with one thing broken.
//
// # Decisions
//
//  1. 2026-11-21. The verdict is the foreign library's alone: verify.py and verify.cjs hand it a request and report whether it raised. A
//     verifier of our own could share a mistake with our signer.
//  2. 2026-11-21. The versions are pinned in requirements.txt and package.json, and installed once below the user's cache folder. On a
//     machine without the interpreter or its package index the test is skipped and says which was missing.
package sdk
