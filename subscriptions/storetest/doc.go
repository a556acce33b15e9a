// Package storetest says what every subscriptions.Store must do, as one suite that each implementation runs.
//
// # Decisions
//
//  1. 2026-11-21. One suite instead of tests beside each store, so that memory, file and Redis cannot drift apart. It lives in a package
//     of its own because three packages run it.
//  2. 2026-11-21. go-cmp shows differences between structures; nothing else is needed.
package storetest
