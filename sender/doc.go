// Package sender makes one attempt: prepare, stamp, sign, send, report.
//
// It knows no queue and no store; the worker, one-shot sends, pings and checkers use it unchanged. [Sender.Prepare] turns a message and a
// stamp into a [Request], [Sender.Do] sends it once and returns a [Report].
//
// # Decisions
//
//  1. 2026-11-21. net/http sends. Header names keep the platform's case because they are set as map keys, not through Header.Set; their
//     order on the wire is Go's. Rejected: an HTTP/1.1 writer of our own, which would have to be kept correct for ever to gain an order
//     no listener should read.
//  2. 2026-11-21. Connections are reused for two idle seconds only. The platforms open a new one for each request; reuse matters for
//     throughput under load, while a longer idle time would meet listeners that close after five seconds in mid-request.
//  3. 2026-11-21. Two clocks for one attempt: the timeout (whole exchange, or connect and each silence between bytes, as the platform's
//     client means it) and the deadline, which caps everything, redirects included.
//  4. 2026-11-21. Target addresses are judged when dialling, on the resolved address, so that a name that resolves differently later
//     gains nothing.
//  5. 2026-11-21. Replies are decompressed here (gzip and deflate by the standard library, brotli by github.com/andybalholm/brotli,
//     which is what net/http users reach for), because the platforms' clients announce those encodings and a listener may use them.
//  6. 2026-11-21. What a report shows is masked here, once: user:pass@ in URLs, the Authorization header made from it, and every field
//     the platform marked secret. Nothing unmasked leaves this package except on the wire.
//  7. 2026-11-21. One attempt is one request: net/http's silent repeat of idempotent requests is switched off, because a repeat the record
//     does not show would be a lie. A kept connection on which no byte went out yet is replaced; that is no repeat.
//  8. 2026-11-21. Dials and handshakes end with their attempt. net/http would let them run on and keep the connection, which a hanging
//     target turns into a leak.
//  9. 2026-11-21. A reply is decompressed after it was read, from a bounded prefix, by at most as many decoders as there are processors:
//     a decompression bomb costs neither memory nor other attempts.
//  10. 2026-11-21. A reply counts although the listener closed before it had read the whole request: a write that fails then is no failure,
//     the missing reply is. Otherwise it would be chance whether a 413 shows as 413 or as a reset, and people would hunt for a network
//     fault. The platforms' clients differ among themselves here.
//  11. 2026-11-21. Known limit: a listener that sends two replies to one request, on a connection that is used again at that moment, answers
//     the next attempt with the second one. HTTP/1.1 gives no way to tell; one that is found on a resting connection closes it.
//  12. 2026-11-21. The generated tests (Go, pytest) use the standard library of their language alone and hold nothing but ASCII outside of a
//     body of plain text: they run wherever they are pasted, and a reader sees all that they do.
//  13. 2026-11-21. As many connections to one target wait for reuse as a process makes attempts at a time. With 64 of 256, a subscription with a
//     high limit dialled for every fifth attempt.
//  14. 2026-11-21. A URL goes on the wire as the platform's HTTP client writes it (payloads.TargetRule): request line, Host and the credential
//     from user:pass@. The rules are written after the clients' sources and held by tables of what the clients themselves sent to a socket
//     (testdata/target; measure.py and measure.mjs make them again). On top, 4,000 random URLs for each client and 4,000 random
//     Locations were compared once. Rejected: a library for URLs of the WHATWG (github.com/nlnwa/whatwg-url), since axios is one of three
//     rules, needs forty lines of it, and the other two clients follow no standard; net/url, which decodes and escapes in its own way.
//  15. 2026-11-21. All rules share one cut into scheme, user, host, port, path and query, and it refuses what clients cut differently: a
//     backslash before the path, an escape in a host, an IPv4 address in odd digits. So the host that was judged is dialled whatever the rule,
//     which FuzzTarget and FuzzFollow hold; a registration needs to know no rule. A name is turned into ASCII before it is judged, because
//     letters such as full-width digits become an address.
//  16. 2026-11-21. Records, exports and hops show the URL that was sent, without the fragment, not the one of the subscription. A URL that the
//     platform's client itself refuses is an attempt that was blocked and says so.
//  17. 2026-11-21. Known limit: net/http cannot send a path that begins with two slashes and holds ^ | " ` { } \ or a single percent sign as it
//     stands. There these characters are escaped, which httpx and axios would not do.
//  18. 2026-11-22. A reply that repeats a secret of its request is kept with stars in its place, of the same length: listeners that print what they
//     got are common, and their replies are shown, exported and searched. Secrets below eight bytes stay, since they may be any word of it.
//  19. 2026-11-22. Compressed replies are judged as httpx 0.28.1 and requests 2.34.2 judge them, which were asked: what is no gzip, deflate or brotli is
//     a failure, what ends early is none, nor is a coding that the request did not announce.
package sender
