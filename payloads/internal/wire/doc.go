// Package wire prints a payloads.Value as the bytes that the JSON library of another language would have sent.
//
// Bodies are signed and compared byte by byte, so "equivalent JSON" is not enough: Python separates with ", " and escapes everything
// beyond ASCII, JavaScript writes 1 for 1.0, Java writes 1.0E7. Each printer states whose defaults it follows and is tested against that
// program where one is installed.
//
// # Decisions
//
//  1. 2026-11-21. Only the standard library, and not encoding/json: it sorts or needs structs, escapes U+2028, and has one number form.
//     The printers append to one slice and use no reflection; a body of 4 kB takes a few microseconds.
//  2. 2026-11-21. A value that is no JSON (NaN, an infinity, a Go type that payloads.Value does not list) is an error in every printer,
//     although Python would print NaN and JavaScript null: it can only come from a mistake in a builder, which must not be sent.
//  3. 2026-11-21. Text that is not valid UTF-8 prints U+FFFD for each byte that does not belong. Half of a surrogate pair, which Python and
//     JavaScript can hold and print as \ud800, is lost before: payloads.Value keeps text as UTF-8 and payloads.ParseValue reads U+FFFD.
//  4. 2026-11-21. JavaScript puts keys that are array indices ("0", "17") before all others, in numeric order, as every object of that
//     language does. Nothing in the platforms' own events has such keys, but a user's override can. __proto__ is an ordinary key to
//     JSON.parse and JSON.stringify, and so it is here.
//  5. 2026-11-21. Times are printed here too, because their form is the platform's language's and not the builder's.
//  6. 2026-11-21. The tests feed some 10,000 texts (the edges of numbers, every character of the basic plane, keys that JavaScript moves,
//     random trees) to python3 and node in one process each and compare every byte; where these are missing the tests are skipped. The
//     known differences (2, 3, a key given twice) are a test of their own, which fails when one of them ends.
//  7. 2026-11-22. What Python's json module reads is here too ([PythonReader]): two native APIs tell the place of a fault in a body as it does. Numbers,
//     NaN and depth are the caller's, because the servers differ in them.
package wire
