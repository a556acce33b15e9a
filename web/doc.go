// Package web serves everything we answer over HTTP: it guards requests, routes them to the API and to the pages, and starts and stops with
// its listener.
//
// Every request passes, in this order, recovery from panics, the security header fields, the bounds of its body, the host allow-list and the
// cross-origin check of unsafe methods. What belongs to a platform's own API then leaves for its handler; the rest passes the token and meets
// a route, HEAD that of GET.
//
// # Decisions
//
//  1. 2026-11-21. The guards are plain net/http middleware around the router, so that no route, page or error can be added past them.
//  2. 2026-11-21. echo v4 routes, because huma has an adapter for it and the API asks for nothing more; nothing outside web sees it. What the
//     API does not know goes to the pages from its error handler: a catch-all route would turn its 405 into their 404.
//  3. 2026-11-21. Host allow-list and http.CrossOriginProtection are both needed: the first stops DNS rebinding, where origin and host agree,
//     the second stops forms of other sites.
//  4. 2026-11-21. The session cookie is a hash of the token, not the token and not a record: a changed token ends every session, and nothing
//     has to be kept. It opens pages and safe methods of the API; the API's unsafe methods want the bearer token.
//  5. 2026-11-21. ReadTimeout bounds slow bodies and nothing else: net/http lifts its deadline when the body is read, so waits and streams
//     outlive it (a test holds that). WriteTimeout lies above the longest wait; streams set a deadline for each write.
//  6. 2026-11-21. golang.org/x/time/rate slows down guessing at /login.
//  7. 2026-11-21. A platform's own API is mounted before the token and before echo: its handler asks for the credential in the platform's
//     dialect, and neither our errors nor our header fields may show in its answers. Only what stops browsers of other sites and broken
//     requests (hosts, origins, body bounds) stays in front, with our problems as answers, since no SDK meets them.
//  8. 2026-11-21. A mount takes its path off requests and puts it back into Location, as a reverse proxy does; the handler knows nothing of
//     it and serves the root of a listener of its own unchanged.
package web
