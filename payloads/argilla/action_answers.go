package argilla

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/annohook/annohook/payloads"
)

// checkValues refuses the answers that the server refuses: to questions there are not, of another form than the question asks for, and
// too few of them for a submission (argilla-server validators/responses.py and response_values.py@0a7bd681).
func (r *run) checkValues(d *datasetRow, rec *recordRow, values json.RawMessage, status string) error {
	given := objectOf(values)
	if given == nil {
		return nil
	}
	w := r.state.recordSubject(d, rec).world(options{})
	questions := make(map[string]question, len(w.questions))
	names := make([]string, 0, len(w.questions))
	for _, q := range w.questions {
		questions[q.name] = q
		names = append(names, q.name)
		if _, ok := given.Get(q.name); !ok && q.required && status == statusSubmitted {
			return payloads.ParamErrorf(paramValues, "the required question %q is not answered", q.name)
		}
	}
	if given.Len() == 0 && status == statusSubmitted {
		return payloads.ParamErrorf(paramValues, "a submission answers at least one question")
	}
	length := utf8.RuneCountInString(w.Body)
	for _, m := range given.Members() {
		q, asked := questions[m.Key]
		if !asked {
			return payloads.ParamErrorf(paramValues, "the dataset has no question %q; it has %q", m.Key, names)
		}
		answer, _ := m.Value.(*payloads.Object)
		if answer == nil || !slices.Equal(answer.Keys(), []string{"value"}) {
			return payloads.ParamErrorf(paramValues, `the answer to %q must be {"value":…}`, m.Key)
		}
		if wrong := q.refuses(get(answer, "value"), status, length); wrong != "" {
			return payloads.ParamErrorf(paramValues, "the answer to %q %s", m.Key, wrong)
		}
	}
	return nil
}

// refuses says what is wrong with an answer, nothing if it fits. length is that of the record's text, in characters.
func (q question) refuses(v payloads.Value, status string, length int) string {
	items, list := v.(payloads.Array)
	switch q.kind {
	case asksText:
		if _, ok := v.(string); !ok {
			return "must be a text"
		}
	case asksRating:
		if n, ok := v.(int64); !ok || n < 0 || n > int64(q.highest) {
			return fmt.Sprintf("is not a rating from 0 to %d", q.highest)
		}
	case asksLabel:
		return q.refusesOption(v)
	case asksLabels, asksRanking, asksSpan:
		if !list {
			return "must be a list"
		}
		return q.refusesItems(items, status, length)
	}
	return ""
}

func (q question) refusesItems(items payloads.Array, status string, length int) string {
	if q.kind == asksRanking {
		return q.refusesRanks(items, status)
	}
	if q.kind == asksSpan {
		return q.refusesSpans(items, length)
	}
	return q.refusesLabels(items)
}

func (q question) refusesOption(v payloads.Value) string {
	names := make([]string, 0, len(q.labels))
	for _, l := range q.labels {
		if v == payloads.Value(l.value) {
			return ""
		}
		names = append(names, l.value)
	}
	return `is not an option; the options are "` + strings.Join(names, `", "`) + `"`
}

// refusesEach judges one option of each item and wants no option twice.
func (q question) refusesEach(items payloads.Array, option func(payloads.Value) payloads.Value) string {
	seen := map[payloads.Value]bool{}
	for _, item := range items {
		chosen, _ := option(item).(string)
		if wrong := q.refusesOption(chosen); wrong != "" {
			return wrong
		}
		if seen[chosen] {
			return fmt.Sprintf("names %q twice", chosen)
		}
		seen[chosen] = true
	}
	return ""
}

func (q question) refusesLabels(items payloads.Array) string {
	if len(items) == 0 {
		return "must not be empty"
	}
	return q.refusesEach(items, func(v payloads.Value) payloads.Value { return v })
}

// refusesRanks: a submission ranks everything, a draft may leave options out or without a rank. Two options may share a rank.
func (q question) refusesRanks(items payloads.Array, status string) string {
	submitted := status == statusSubmitted
	if submitted && len(items) != len(q.labels) {
		return fmt.Sprintf("must rank all %d options", len(q.labels))
	}
	for _, item := range items {
		o, _ := item.(*payloads.Object)
		n, whole := get(o, "rank").(int64)
		switch {
		case o == nil || !whole && get(o, "rank") != nil:
			return `must be a list of {"value":…,"rank":…}`
		case submitted && (n < 1 || n > int64(len(q.labels))):
			return fmt.Sprintf("must have ranks from 1 to %d", len(q.labels))
		}
	}
	return q.refusesEach(items, func(v payloads.Value) payloads.Value {
		o, _ := v.(*payloads.Object)
		return get(o, "value")
	})
}

// refusesSpans: a span lies within the text, and spans overlap only where the question allows it.
func (q question) refusesSpans(items payloads.Array, length int) string {
	type reach struct{ start, end int64 }
	var before []reach
	for _, item := range items {
		o, _ := item.(*payloads.Object)
		start, first := get(o, "start").(int64)
		end, last := get(o, "end").(int64)
		switch {
		case !first || !last || start < 0 || end <= start:
			return `must be a list of {"label":…,"start":…,"end":…}, start before end`
		case end > int64(length):
			return fmt.Sprintf("goes beyond the %d characters of the text", length)
		}
		if wrong := q.refusesOption(get(o, "label")); wrong != "" {
			return wrong
		}
		if !q.overlapping && slices.ContainsFunc(before, func(r reach) bool { return start < r.end && end > r.start }) {
			return "has spans that overlap"
		}
		before = append(before, reach{start, end})
	}
	return ""
}
