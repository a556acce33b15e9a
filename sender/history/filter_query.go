package history

import (
	"bytes"
	"iter"
	"slices"
	"strings"
	"time"
)

// Admits reports whether everything in the query but what it says of text lets the delivery through.
func (q Query) Admits(s Summary) bool {
	return (q.Platform == "" || q.Platform == s.Platform) &&
		(q.SubscriptionID == "" || q.SubscriptionID == s.SubscriptionID) &&
		(q.Type == "" || s.Carries(q.Type)) &&
		(q.Status == "" || q.Status == s.Status) &&
		(q.EventID == "" || (Value{Text: q.EventID}).holds(FieldEvent, &s)) &&
		q.Filter.Admits(&s)
}

// SearchesText reports whether the query says anything of text, so that Finds has to be asked.
func (q Query) SearchesText() bool {
	return q.Text != "" || slices.ContainsFunc(q.Filter, func(c Condition) bool { return c.Field == FieldText })
}

// FindsInSummary reports whether the short fields alone satisfy what the query says of text, as if there were no body.
func (q Query) FindsInSummary(s Summary) bool { return q.Finds(s, nil) }

// Finds reports whether what the query says of text holds for the short fields (id, URL, type, reason) and the first SearchedBodyBytes of the
// body, without regard to case.
func (q Query) Finds(s Summary, body []byte) bool {
	var lowered []byte
	for text, not := range q.texts() {
		text = strings.ToLower(text)
		found := inShort(&s, text)
		if !found && len(body) > 0 {
			if lowered == nil {
				lowered = bytes.ToLower(body[:min(len(body), SearchedBodyBytes)])
			}
			found = bytes.Contains(lowered, []byte(text))
		}
		if found == not {
			return false
		}
	}
	return true
}

// NeedsBody reports whether the answer of Finds depends on the body of the delivery.
func (q Query) NeedsBody(s Summary) bool {
	needs := false
	for text, not := range q.texts() {
		found := inShort(&s, strings.ToLower(text))
		if found && not {
			return false
		}
		needs = needs || !found
	}
	return needs
}

// texts yields what the query demands of text, and whether it must not be there.
func (q Query) texts() iter.Seq2[string, bool] {
	return func(yield func(string, bool) bool) {
		if q.Text != "" && !yield(q.Text, false) {
			return
		}
		for _, c := range q.Filter {
			if c.Field != FieldText {
				continue
			}
			for _, v := range c.Any {
				if !yield(v.Text, c.Not) {
					return
				}
			}
		}
	}
}

// inShort looks for a lowered text in the short fields.
func inShort(s *Summary, text string) bool {
	has := func(field string) bool { return strings.Contains(strings.ToLower(field), text) }
	return has(s.ID) || has(s.URL) || has(s.EventType) || has(s.Reason) || slices.ContainsFunc(s.OtherTypes, has)
}

// Exactly returns the words one of which the field must be for a delivery to be found, nil where the query does not say. A store may look
// only at the deliveries that an index has under these words.
func (q Query) Exactly(f Field) []string {
	if word := q.own(f); word != "" {
		return []string{word}
	}
	for _, c := range q.Filter {
		if c.Field != f || c.Not {
			continue
		}
		if words := c.words(); words != nil {
			return words
		}
	}
	return nil
}

// own is what the query's own fields say of a field.
func (q Query) own(f Field) string {
	switch f {
	case FieldPlatform:
		return q.Platform
	case FieldSubscription:
		return q.SubscriptionID
	case FieldType:
		return q.Type
	case FieldStatus:
		return string(q.Status)
	case FieldEvent:
		return q.EventID
	default:
		return ""
	}
}

// words returns the values of a condition when all of them are plain words.
func (c Condition) words() []string {
	words := make([]string, 0, len(c.Any))
	for _, v := range c.Any {
		if v.Glob != nil {
			return nil
		}
		words = append(words, v.Text)
	}
	return words
}

// Span returns the first and the last time of creation that the query lets through, in microseconds since 1970; Lowest and Highest without a
// bound.
func (q Query) Span() (from, to int64) {
	from, to = Lowest, Highest
	for _, c := range q.Filter {
		if c.Field == FieldCreated && !c.Not && len(c.Any) == 1 {
			from, to = max(from, c.Any[0].From), min(to, c.Any[0].To)
		}
	}
	return from, to
}

// After is the condition that a delivery was made at a time or later, and Before that it was made earlier.
func After(at time.Time) Condition {
	return Condition{Field: FieldCreated, Any: []Value{{From: at.UnixMicro(), To: Highest}}}
}

// Before is the counterpart of After.
func Before(at time.Time) Condition {
	return Condition{Field: FieldCreated, Any: []Value{{From: Lowest, To: at.UnixMicro() - 1}}}
}
