// Package dashboard shows and steers the program in a browser: server-rendered pages on net/http, embedded in the binary.
//
// [New] returns the handler of every page and asset. Package web mounts it at "/" behind its own host, origin and token checks; the paths
// [LoginPath] and everything below [AssetPrefix] must stay reachable without a token.
//
// # Decisions
//
//  1. 2026-11-21. html/template and one small ES module, no framework and no build step: the pages work without scripts, and the binary needs
//     nothing but Go to build.
//  2. 2026-11-21. The stream only says that something changed; the script then fetches the same page again and swaps the parts that
//     differ. What the server prints and what the script shows cannot drift apart, filters and masks are applied in one place, and a gap
//     in the stream needs no special case. Rejected: building rows in the browser from the JSON of the stream, a second renderer.
//  3. 2026-11-21. A page is parsed with DOMParser and adopted node by node. Nothing listener- or user-given ever passes through innerHTML.
//  4. 2026-11-21. A new secret is shown in the answer to the form that made it, not behind a redirect: it then needs no place to be kept
//     in between, and no link leads to it.
//  5. 2026-11-21. The request body is shown once for a delivery, not once for each attempt: it is fixed once, and a page of twenty
//     attempts would repeat it twenty times.
//  6. 2026-11-21. Control and direction characters are printed as visible marks, on top of escaping: escaping alone keeps a page safe
//     but not true, since a bidi override reorders what the reader sees.
//  7. 2026-11-21. Pages have a stream of their own, /changes, beside that of the API: it names what changed four times a second at most and
//     carries no data, so that a browser on a busy system is told to look again and not drowned (decision 2 makes that enough).
//  8. 2026-11-21. Modules import each other by plain names; when the assets are loaded, hashed names are put in. A page template NAME.html gets
//     NAME.css and NAME.js by itself, so that a page pays for what it uses and its parts lie side by side.
//  9. 2026-11-21. Colours are light-dark() pairs: one list, and the reader's choice is one attribute. theme.js runs before the first paint.
//  10. 2026-11-21. Above 20 changes a second rows wait behind a button, as they do while paused; counters go on. Rows that run away under the
//     pointer help nobody.
package dashboard
