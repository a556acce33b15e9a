package datasaur

import (
	"strings"
	"unicode/utf16"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
	"github.com/annohook/annohook/payloads/internal/wire"
)

// mostLabels is how many labels one edit puts at most; nearly always it is one.
const mostLabels = 3

// buildUpdateLabels makes BEFORE_UPDATE_LABELS. It prints no project: the document is all that says where the edit happens.
func buildUpdateLabels(b payloads.Build) (*payloads.Object, error) {
	s := synth.New(b.Seed, b.IDSeed)
	w := newWorld(s, b)
	actor, phase := w.labeler, "LABELER"
	var deleted, upserted payloads.Array
	switch b.Variant {
	case "", VariantUpsert:
		upserted = labels(s, w, actor, phase)
	case VariantReview:
		actor, phase = w.reviewer, "REVIEWER"
		upserted = labels(s, w, actor, phase)
	case VariantDelete:
		// What is removed is often a label that the machine put, which is what has a confidence.
		deleted = labels(s, w, actor, "PRELABELED")[:1]
	default:
		return nil, unknownVariant(BeforeUpdateLabels, b.Variant)
	}
	return envelope(BeforeUpdateLabels, payloads.Obj(
		"timestamp", wire.ISOMilliZ(b.Now),
		"document", payloads.Obj(
			"id", w.document.id,
			"originId", w.document.origin,
			"name", w.document.file,
			"fileName", w.document.file,
			"createdAt", wire.ISOMilliZ(w.document.created),
			"lastSavedAt", wire.ISOMilliZ(w.document.saved),
		),
		"isReviewDocument", b.Variant == VariantReview,
		"labelUpdateList", payloads.Obj("toDeleteList", orEmpty(deleted), "toUpsertList", orEmpty(upserted)),
		"owner", actor.print(),
		"team", w.team.print(),
	)), nil
}

func orEmpty(list payloads.Array) payloads.Array {
	if list == nil {
		return payloads.Array{}
	}
	return list
}

// labels makes labels of entities that are really in the document's text, by one user: seldom more than one.
func labels(s *synth.Source, w world, by user, phase string) payloads.Array {
	count := 1
	if several := s.Bool(0.2); several {
		count = s.Int(2, mostLabels)
	}
	text := []rune(w.document.text.Body)
	var list payloads.Array
	for _, span := range synth.Sample(s, count, w.document.text.Spans...) {
		var confidence payloads.Value
		if score := s.Float(0.5, 1, 4); phase == "PRELABELED" {
			confidence = score
		}
		from, to := locate(text, span.Start), locate(text, span.End-1)
		list = append(list, payloads.Obj(
			"documentId", w.document.id,
			"startCellIndex", 0,
			"startCellLine", from.line,
			"startTokenIndex", from.token,
			"startCharIndex", from.first,
			"endCellIndex", 0,
			"endCellLine", to.line,
			"endTokenIndex", to.token,
			"endCharIndex", to.last,
			"counter", 0,
			"layer", 0,
			"labeledBy", phase,
			"type", "SPAN",
			"labelSetItemId", labelItem(span.Label),
			"confidenceScore", confidence,
			"labeledByUserId", by.id,
		))
	}
	return list
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
