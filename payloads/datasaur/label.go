package datasaur

import (
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
	"github.com/annohook/annohook/payloads/internal/wire"
)

// mostLabels is how many labels one triggered edit puts at most; nearly always it is one.
const mostLabels = 3

func drawLabels(s *synth.Source, w *world, variant string) subject {
	about := subject{Team: w.team, Document: w.document, By: w.labeler}
	switch variant {
	case VariantReview:
		about.By, about.Review = w.reviewer, true
		about.Upserted = labels(s, w.document.text, w.reviewer, phaseReviewer)
	case VariantDelete:
		// What is removed is often a label that the machine put, which is what has a confidence.
		about.Deleted = labels(s, w.document.text, w.labeler, phasePrelabeled)[:1]
	default:
		about.Upserted = labels(s, w.document.text, w.labeler, phaseLabeler)
	}
	return about
}

// labels makes labels of entities that are really in the text, by one user: seldom more than one.
func labels(s *synth.Source, text synth.Text, by user, phase string) []label {
	count := 1
	if several := s.Bool(0.2); several {
		count = s.Int(2, mostLabels)
	}
	body := []rune(text.Body)
	var list []label
	for _, span := range synth.Sample(s, count, text.Spans...) {
		l := label{Mark: markOf(body, span), Item: labelItem(span.Label), Phase: phase, By: by.ID}
		if score := newScore(s); phase == phasePrelabeled {
			l.Confidence = &score
		}
		list = append(list, l)
	}
	return list
}

// newScore is how sure a machine is of its label.
func newScore(s *synth.Source) float64 { return s.Float(0.5, 1, 4) }

// printLabels prints BEFORE_UPDATE_LABELS. It shows no project: the document is all that says where the edit happens.
func printLabels(about subject, b payloads.Build) *payloads.Object {
	return envelope(BeforeUpdateLabels, payloads.Obj(
		"timestamp", wire.ISOMilliZ(b.Now),
		"document", about.Document.print(),
		"isReviewDocument", about.Review,
		"labelUpdateList", payloads.Obj(
			"toDeleteList", printList(about.Deleted, about.Document.ID, b),
			"toUpsertList", printList(about.Upserted, about.Document.ID, b),
		),
		"owner", about.By.print(b),
		"team", about.Team.print(),
	))
}

func printList(list []label, documentID string, b payloads.Build) payloads.Array {
	out := make(payloads.Array, len(list))
	for i, l := range list {
		out[i] = l.print(documentID, b)
	}
	return out
}

func (l label) print(documentID string, b payloads.Build) *payloads.Object {
	var confidence, author payloads.Value
	if l.Confidence != nil {
		confidence = *l.Confidence
	}
	if author = l.By; !b.Subscription.Quirk(quirkNumericAuthor, true) {
		author = strconv.FormatInt(l.By, 10)
	}
	last := l.Mark.EndChar
	if !b.Subscription.Quirk(quirkInclusiveEnd, true) {
		last++
	}
	return payloads.Obj(
		"documentId", documentID,
		"startCellIndex", 0,
		"startCellLine", l.Mark.StartLine,
		"startTokenIndex", l.Mark.StartToken,
		"startCharIndex", l.Mark.StartChar,
		"endCellIndex", 0,
		"endCellLine", l.Mark.EndLine,
		"endTokenIndex", l.Mark.EndToken,
		"endCharIndex", last,
		"counter", 0,
		"layer", 0,
		"labeledBy", l.Phase,
		"type", "SPAN",
		"labelSetItemId", l.Item,
		"confidenceScore", confidence,
		"labeledByUserId", author,
	)
}

// labelItem is the id of a label in the label set; the documents' sample calls a place geo.
func labelItem(label string) string {
	switch label {
	case "LOC":
		return "geo"
	case "DATE":
		return "tim"
	default:
		return strings.ToLower(label)
	}
}

// mark is where an entity lies in a document: lines, tokens in the line and UTF-16 units in the token, all from 0, ends included.
type mark struct {
	StartLine  int `json:"l"`
	StartToken int `json:"t"`
	StartChar  int `json:"c"`
	EndLine    int `json:"el"`
	EndToken   int `json:"et"`
	EndChar    int `json:"ec"`
}

func markOf(text []rune, span synth.Span) mark {
	from, to := locate(text, span.Start), locate(text, span.End-1)
	return mark{StartLine: from.line, StartToken: from.token, StartChar: from.first, EndLine: to.line, EndToken: to.token, EndChar: to.last}
}

// place is where one character lies: line, token in the line, and its first and last UTF-16 unit in the token, all from 0.
type place struct{ line, token, first, last int }

// locate returns the place of text[at]. Lines end at line breaks and tokens at spaces; a run of spaces is one end.
func locate(text []rune, at int) place {
	var p place
	fresh := true // no token has begun since the last space
	for _, r := range text[:at] {
		switch {
		case r == '\n':
			p, fresh = place{line: p.line + 1}, true
		case r != ' ':
			p.first += utf16.RuneLen(r)
			fresh = false
		case !fresh:
			p.token++
			p.first, fresh = 0, true
		}
	}
	p.last = p.first + utf16.RuneLen(text[at]) - 1
	return p
}
