package dashboard

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
)

// listRow is one delivery of the list, with what the search found in it.
type listRow struct {
	history.Summary
	Link         string // opens it beside the list
	Type, Target []piece
	Found        []foundIn // in what the row does not show
}

// piece is a part of a text; Hit: the search found it.
type piece struct {
	Text string
	Hit  bool
}

// foundIn is a text that the row does not show.
type foundIn struct {
	Where  string
	Pieces []piece // none: it is the body, which a row does not hold
}

// rows prepares deliveries for the list.
func (s searched) rows(list []history.Summary) []listRow {
	texts := s.needles(history.FieldText)
	urls, reasons := append(s.needles(history.FieldURL), texts...), append(s.needles(history.FieldReason), texts...)
	rows := make([]listRow, len(list))
	for i, d := range list {
		row := listRow{Summary: d, Link: s.address(s.Shown, s.Cursor, d.ID) + "#row-" + d.ID}
		row.Type, row.Target = mark(visible(d.EventType), texts), unschemed(mark(visible(sender.MaskURL(d.URL)), urls))
		if id := mark(visible(d.ID), texts); marked(id) {
			row.Found = append(row.Found, foundIn{Where: "id", Pieces: id})
		}
		if other := mark(visible(strings.Join(d.OtherTypes, ", ")), texts); marked(other) {
			row.Found = append(row.Found, foundIn{Where: "type", Pieces: other})
		}
		if reason := mark(visible(d.Reason), reasons); marked(reason) {
			row.Found = append(row.Found, foundIn{Where: "reason", Pieces: reason})
		}
		if inBody(d, texts) {
			row.Found = append(row.Found, foundIn{Where: "body"})
		}
		rows[i] = row
	}
	return rows
}

// unschemed leaves out what nearly every target begins with, unless it was looked for: in a narrow row the path would be cut instead.
func unschemed(target []piece) []piece {
	if len(target) > 0 && !target[0].Hit {
		target[0].Text = strings.TrimPrefix(target[0].Text, "http://")
	}
	return target
}

// needles are the lowered texts that the search looks for in a field.
func (s searched) needles(f history.Field) []string {
	var list []string
	for _, c := range s.Filter {
		if c.Field != f || c.Not {
			continue
		}
		for _, v := range c.Any {
			if v.Glob == nil && v.Text != "" {
				list = append(list, lowered(visible(v.Text)))
			}
		}
	}
	return list
}

// inBody reports whether one of the texts can only have been found in the body.
func inBody(d history.Summary, texts []string) bool {
	short := lowered(visible(strings.Join(append([]string{d.ID, d.EventType, sender.MaskURL(d.URL), d.Reason}, d.OtherTypes...), "\n")))
	for _, text := range texts {
		if !strings.Contains(short, text) {
			return true
		}
	}
	return false
}

// lowered changes each character by itself, so that their number stays.
func lowered(text string) string { return strings.Map(unicode.ToLower, text) }

// mark cuts a text where one of the lowered texts begins and ends.
func mark(text string, needles []string) []piece {
	letters, low := []rune(text), lowered(text)
	hit := make([]bool, len(letters))
	for _, needle := range needles {
		length, at, rest := utf8.RuneCountInString(needle), 0, low
		for i := strings.Index(rest, needle); i >= 0; i = strings.Index(rest, needle) {
			at += utf8.RuneCountInString(rest[:i])
			for j := range length {
				hit[at+j] = true
			}
			_, size := utf8.DecodeRuneInString(rest[i:])
			at, rest = at+1, rest[i+size:]
		}
	}
	var pieces []piece
	for from := 0; from < len(letters); {
		to := from + 1
		for to < len(letters) && hit[to] == hit[from] {
			to++
		}
		pieces = append(pieces, piece{Text: string(letters[from:to]), Hit: hit[from]})
		from = to
	}
	return pieces
}

// marked reports whether anything in a text was found.
func marked(pieces []piece) bool {
	return slices.ContainsFunc(pieces, func(p piece) bool { return p.Hit })
}
