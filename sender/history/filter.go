package history

import (
	"math"
	"slices"
	"strings"
)

// Filter is a list of conditions, all of which must hold. The zero Filter lets everything through. It is plain data: package search reads one
// from the words people type, String prints it back, and a store may serve some of its conditions from an index (see Query.Exactly and
// Query.Span) as long as it judges what it found with Admits and Finds.
type Filter []Condition

// Condition is one demand on a delivery: its field has one of the values, or with Not none of them.
type Condition struct {
	Field Field
	Not   bool
	Any   []Value
}

// Field names what a condition looks at; it is also the key in the search language, but for FieldCreated (after and before) and FieldText
// (no key).
type Field string

// The fields. Those of attempts are about the latest that ended.
const (
	FieldID           Field = "id"
	FieldStatus       Field = "status"
	FieldPlatform     Field = "platform"
	FieldProfile      Field = "profile"
	FieldSubscription Field = "subscription"
	FieldEvent        Field = "event"   // id of one of its events
	FieldType         Field = "type"    // key of the event type, without regard to case
	FieldURL          Field = "url"     // within it, without regard to case
	FieldReason       Field = "reason"  // within it, without regard to case
	FieldOutcome      Field = "outcome" // of the last attempt, without regard to case
	FieldError        Field = "error"   // kind of failure of the last attempt; "" for none
	FieldAttempt      Field = "attempt" // number: attempts made
	FieldCode         Field = "code"    // number: HTTP status of the last reply; 0 for none
	FieldLatency      Field = "latency" // number: nanoseconds the last attempt took; 0 for none
	FieldCreated      Field = "created" // number: microseconds since 1970
	FieldText         Field = "text"    // within id, URL, type, reason or body, without regard to case
)

// Value is one value of a condition. Which of its fields count depends on the condition's field: From and To, both included, for numbers; Glob,
// or Text where Glob is nil, for words.
type Value struct {
	Text     string
	Glob     []string // two pieces or more, any text between two of them; the first and the last may be empty
	From, To int64
}

// Ends of numbers without a bound.
const (
	Lowest  = math.MinInt64
	Highest = math.MaxInt64
)

// Admits reports whether every condition but those on text lets the delivery through.
func (f Filter) Admits(s *Summary) bool {
	for _, c := range f {
		if c.Field != FieldText && !c.admits(s) {
			return false
		}
	}
	return true
}

func (c Condition) admits(s *Summary) bool {
	return slices.ContainsFunc(c.Any, func(v Value) bool { return v.holds(c.Field, s) }) != c.Not
}

func (v Value) holds(f Field, s *Summary) bool {
	switch f {
	case FieldAttempt:
		return v.spans(int64(s.Attempts))
	case FieldCode:
		return v.spans(int64(s.LastStatus))
	case FieldLatency:
		return v.spans(int64(s.LastDuration))
	case FieldCreated:
		return v.spans(s.CreatedAt.UnixMicro())
	case FieldEvent:
		return slices.ContainsFunc(s.EventIDs, v.is)
	default:
		return v.names(f, s)
	}
}

// names judges the fields that hold one word.
func (v Value) names(f Field, s *Summary) bool {
	switch f {
	case FieldID:
		return v.is(s.ID)
	case FieldStatus:
		return v.is(string(s.Status))
	case FieldPlatform:
		return v.is(s.Platform)
	case FieldProfile:
		return v.is(s.Profile)
	case FieldSubscription:
		return v.is(s.SubscriptionID)
	case FieldType:
		return v.folds(s.EventType) || slices.ContainsFunc(s.OtherTypes, v.folds)
	case FieldURL:
		return v.within(s.URL)
	case FieldReason:
		return v.within(s.Reason)
	case FieldOutcome:
		return v.folds(s.LastOutcome)
	case FieldError:
		return v.is(string(s.LastFailure))
	default:
		return false
	}
}

func (v Value) spans(n int64) bool { return v.From <= n && n <= v.To }

// is compares a whole word.
func (v Value) is(word string) bool {
	if v.Glob == nil {
		return word == v.Text
	}
	return matches(v.Glob, word)
}

// folds compares a whole word without regard to case.
func (v Value) folds(word string) bool {
	if v.Glob == nil {
		return strings.EqualFold(word, v.Text)
	}
	return matches(lower(v.Glob), strings.ToLower(word))
}

// within looks for the value inside a text without regard to case. The empty value stands for an empty text, not for what is in every text.
func (v Value) within(text string) bool {
	switch {
	case v.Glob != nil:
		return matches(slices.Concat([]string{""}, lower(v.Glob), []string{""}), strings.ToLower(text))
	case v.Text == "":
		return text == ""
	default:
		return strings.Contains(strings.ToLower(text), strings.ToLower(v.Text))
	}
}

func lower(pieces []string) []string {
	out := make([]string, len(pieces))
	for i, p := range pieces {
		out[i] = strings.ToLower(p)
	}
	return out
}

// matches reports whether the pieces make up the text, with any text between two of them.
func matches(pieces []string, text string) bool {
	last := len(pieces) - 1
	text, ok := strings.CutPrefix(text, pieces[0])
	if !ok {
		return false
	}
	if text, ok = strings.CutSuffix(text, pieces[last]); !ok {
		return false
	}
	for _, p := range pieces[1:max(last, 1)] {
		if _, text, ok = strings.Cut(text, p); !ok {
			return false
		}
	}
	return true
}
