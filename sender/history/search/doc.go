// Package search is the language in which people ask for deliveries: it turns "status:failed type:response.* -code:503 timeout" into a
// history.Filter, and says what is wrong with what it cannot read.
//
//	key:value           the field has the value; keys are listed by Keys
//	key:a,b             it has one of them
//	-key:value          it has none of them; "-" goes before text, too
//	type:response.*     any text in place of the star
//	code:>=500 code:5xx attempt:2..4 latency:<1.5s      numbers: > >= < <= and ranges
//	after:10m before:2026-11-21T12:00:00Z               made since or until then; a duration counts back from now, and days are 2d
//	error:none          has none
//	anything else       is found in id, URL, type, reason or body
//	"two words"         quotes keep spaces, commas and colons together; \" \\ and, in values, \* and \, stand for the character itself
//
// All terms must hold. Keys, statuses, platforms and kinds of errors are read without regard to case, and so are types, outcomes, URLs,
// reasons and text compared; ids are compared as they are.
//
// # Decisions
//
//  1. 2026-11-21. An unknown key is an error and no free text: a misspelt key would find nothing, or everything, in silence. Words with a
//     colon are text where they cannot be a key ("10:30", "http://…", "127.0.0.1:80"); others go in quotes, as the error says.
//  2. 2026-11-21. Several words are several conditions, so what was found by a plain text before the language is still found.
//  3. 2026-11-21. A filter prints back in one form (history.Filter.String) with absolute times, so that a link means the same tomorrow.
//  4. 2026-11-21. Own code and no query library: those that exist parse Lucene or Bleve queries against their own index, and a grammar
//     of one line needs no generator. The edit distance is own code, because the library in go.mod belongs to package configs and counts
//     swapped neighbours as two.
package search
