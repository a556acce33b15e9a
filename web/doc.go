// Package web serves everything we answer over HTTP: it guards requests, routes them to the API and to the pages, and starts and stops with
// its listener.
//
// Every request passes, in this order, recovery from panics, the deadlines of its answer, the security header fields, the bounds of its body,
// the host allow-list and the check for pages of other origins. What belongs to a platform's own API then leaves for its handler; the rest
// passes the token and meets a route, HEAD that of GET.
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
//  6. 2026-11-21. golang.org/x/time/rate slows down guessing of credentials: at /login, of bearer tokens and at the platforms' own APIs, where a
//     401 counts. Only wrong ones count, each client address (an IPv6 network of 64 bits) for itself, so nobody is shut out by others. Who
//     shares an address with a guesser waits with it, but for sessions: to look at a key and answer only the right one would tell the
//     guesser. Behind a proxy all are one address, and the proxy has to do this.
//  7. 2026-11-21. A platform's own API is mounted before the token and before echo: its handler asks for the credential in the platform's
//     dialect, and neither our errors nor our header fields may show in its answers. Only what stops browsers of other sites and broken
//     requests (hosts, origins, body bounds) stays in front, with our problems as answers, since no SDK meets them.
//  8. 2026-11-21. A mount takes its path off requests and puts it back into Location, as a reverse proxy does; the handler knows nothing of
//     it and serves the root of a listener of its own unchanged.
//  9. 2026-11-21. Pages of other origins may not read either, blindly or not: by Sec-Fetch-Site, and by Origin where browsers do not send that.
//     Links may lead to our pages, never to data of the API or a platform's API. Rejected: relying on the absence of CORS fields, which lets
//     other sites hold streams open and measure answers.
//  10. 2026-11-21. A reader has 30 s for each 64 KiB of an answer. WriteTimeout alone would keep what nobody reads for eleven minutes.
//  11. 2026-11-21. A body with a Content-Encoding is refused (415), so none is larger than it looks. The platforms' own APIs get it as it came:
//     their servers do not unpack either.
package web
