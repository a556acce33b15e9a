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
//  11. 2026-11-21. What is shown of a delivery (attempt, tab) is in the address, and the tab chosen last in a cookie: both work without scripts, and the script
//     only saves the reload. Rejected: all four tabs of all attempts on one page, hidden by style; a body of 64 KiB would be sent many times over.
//  12. 2026-11-21. A signature is checked again by doing what a listener does, with the stored secret, at the time of the attempt and now; the page never
//     claims more than that found. How the key is made is found out by making the HMAC again in the ways there are, so that no platform has to
//     be named here; a scheme that none of them fits simply shows less.
//  13. 2026-11-21. The values that common mistakes lead to (secret not decoded, body printed again, line feed) are computed and shown, since the reader's log
//     has one of them. They are HMACs like the signature itself and tell as little about the secret.
//  14. 2026-11-21. Planned attempts are drawn where they are due if nothing takes time: the schedule counts from the end of the attempt before, which
//     nobody knows yet. The page says “not before”.
//  15. 2026-11-21. What a platform makes of an answer, where its profiles differ and which fields are new at each attempt is asked of its own functions
//     (Judge, examples of several seeds, Sign twice) and written down nowhere: a catalogue in prose would be wrong one day.
//  16. 2026-11-21. The API reference is printed from the OpenAPI document, read as JSON by a few types of our own: the page needs neither the generator's
//     types nor a viewer's megabyte of script. Its example calls are made by a test.
//  17. 2026-11-21. The list has one search, in the search language, in the address as it was typed: "after:10m" goes on to mean the last ten minutes. Filters
//     by name of older links become terms of it. Terms are told apart by the parser itself (the shortest beginning that it takes), so that the page knows
//     no grammar. A search that cannot be read leaves the list as it was: the form sends along what was shown.
//  18. 2026-11-21. A delivery opens beside the list at an address of its own (open=ID) that the server renders whole; the script fetches only that half of
//     it. The list itself prints the same with and without it, so that nothing flashes when the page is brought up to date.
//  19. 2026-11-21. An action on many is asked about on a page that says how many and where to, whatever the script knows. "All that match" is fixed there:
//     the search is printed with absolute times, and what is made later is not meant. They go one after another, the oldest first, and what is passed
//     over is counted by reason; the scheduler's own bulk replay tells neither ids nor reasons.
//  20. 2026-11-21. While rows are chosen the list is paused: rows that move away under the pointer would be chosen by mistake.
//  21. 2026-11-21. The form of the live page is answered with the live page, the words in one element of it: without scripts it is shown, with
//     them that element is taken over. Where it leads after a success is in the address, so that the choice stays either way.
//  22. 2026-11-21. Charts and strips are rectangles in a template. Rejected: a library; those that draw SVG bring inline styles, which the
//     content policy forbids, and no titles. A bar says what it is in its title, a chart in words and as a table.
//  23. 2026-11-21. A strip of outcomes shows success above the line and failure below it, so that it can be read without its colours.
//  24. 2026-11-21. What is not on record is shaded in a chart and never drawn as nothing: after a start the feed may hold less than the hour.
//  25. 2026-11-21. /queue reaches lanes through the attempts in flight: a lane holds something only while its subscription is at its limit.
//     Its numbers per lane are counted among the newest deliveries, so that a look at a full queue costs no scan of it.
//  26. 2026-11-21. A form of a subscription is checked by asking the scheduler for a subscription with an id that none may have: it then says
//     everything that is wrong and stores nothing, by the same code that judges the real thing. Rejected: a second set of rules here.
//  27. 2026-11-21. Scalar keys of scope and options have fields of their own, the rest stays JSON beside them. What means the same as what is
//     stored keeps its bytes, so that a form that was only looked at changes nothing.
//  28. 2026-11-21. Commands that make a subscription again hold stars where secrets stand; the API refuses those, so that nobody signs with them.
//  29. 2026-11-21. The schedules of a subscription and of its platform share one line of time whose places are roots, as latencies are drawn: a
//     first wait of seconds would vanish beside a last one of hours.
//  30. 2026-11-21. Compose has one state: what a trigger takes. Fields and JSON are ways to write assignments and a merge; the form carries what they
//     showed ("was"), the event is built again from it, and what differs was changed by the reader. So a new seed changes no field, both work
//     without scripts, and the address of the page is the composition. Rejected: the old value beside each field, twice the form.
//  31. 2026-11-21. The preview is the server's: the form is posted as by its Preview button, whose answer is a redirect to the state. The script only
//     does that while the reader types, and leaves alone what was typed meanwhile.
//  32. 2026-11-21. A seed is drawn when the page opens, since a preview of bytes that will be others is none. Who empties the field gets new ones each time.
//  33. 2026-11-21. Series, and which step a story has reached, are remembered by the process that plays them, bounded in number, and the pages say so. Rejected:
//     keeping them in the store; a series that goes on by itself after a restart is what nobody expects of a test.
//  34. 2026-11-21. The stream of a list tells of more than fits its search, because a row that no longer fits must go, and tells the two apart: what a paused
//     page says it holds back is only what fits, or is shown.
//  35. 2026-11-21. A stream opens once the feed is followed, since a page looks once when it opens; where the feed cannot be read it opens after two seconds
//     all the same, so that the page can tell of the trouble.
//  36. 2026-11-21. A page that cannot be fetched anew because of the store stays as it is and says so: the answer carries the words in a template element,
//     and the next answer that is a page takes them away.
//  37. 2026-11-21. The browser leaves out the day of a time of today, and puts it there at midnight on a page that is left open. Without scripts the day
//     always stands there: the server knows no zone of the reader.
//  38. 2026-11-21. Narrow rows leave the table: two lines, in which the beginning of a target that all targets share is left out first. The API reference
//     prints the fields of a schema once and links to them, which took a fifth off the page. Rejected: fetching them when they are opened, a page
//     without scripts would have none.
//  39. 2026-11-21. A page that tells of trouble looks again every three seconds. The stream looks every three seconds too, so it may never have heard of trouble
//     that a page saw, nor of its end.
//  40. 2026-11-22. Between 760 and 1000 pixels lists stay tables with fewer columns: what is due next takes the place of the time that the last
//     attempt took, and the median of a subscription is on its page. Rejected: scrolling sideways, which hid the buttons of a row.
package dashboard
