package argilla

import (
	"slices"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
)

// Statuses of a response, which are also the variants of the response events.
const (
	statusSubmitted = "submitted"
	statusDraft     = "draft"
	statusDiscarded = "discarded"
)

// responseState is a response at one moment, with the record as the server's session still has it.
type responseState struct {
	status           string
	created, changed time.Time
	record           recordState
}

// createdResponse is a response right after its insertion. The nested record is the one from before the response was counted, because the
// count happens in a database session of its own; only the dataset's activity is already noted.
func (w *world) createdResponse(status string) responseState {
	at := w.now.Add(-w.handling)
	s := responseState{status: status, created: at, changed: at, record: w.untouched()}
	if !w.staleRecord && status == statusSubmitted {
		s.record = w.counted(at)
	}
	s.record.dataset.lastUse = at.Add(activityAfter)
	return s
}

// updatedResponse is a response right after a change: a draft that was submitted or saved again, or a submission that was discarded, in
// which case the record is still shown completed.
func (w *world) updatedResponse(status string) responseState {
	before, at := w.now.Add(-w.earlier), w.now.Add(-w.handling)
	s := responseState{status: status, created: before, changed: at, record: w.untouched()}
	switch {
	case w.staleRecord && status == statusDiscarded:
		s.record = w.counted(before)
	case !w.staleRecord && status == statusDiscarded:
		s.record.changed = at.Add(recountAfter) // pending again
	case !w.staleRecord && status == statusSubmitted:
		s.record = w.counted(at)
	}
	s.record.dataset.lastUse = at.Add(activityAfter)
	return s
}

// deletedResponse is a response as it was before its deletion; a submitted one had completed the record.
func (w *world) deletedResponse(status string) responseState {
	at := w.now.Add(-w.earlier)
	s := responseState{status: status, created: at, changed: at, record: w.untouched()}
	if status == statusSubmitted && w.staleRecord {
		s.record = w.counted(at)
	}
	s.record.dataset.lastUse = at.Add(activityAfter)
	return s
}

// response prints a response. Keys: argilla-server webhooks/v1/schemas.py@77f5c57c.
func (w *world) response(s responseState) *payloads.Object {
	src := w.source(placeResponse)
	id := src.UUID()
	answers := w.answers(src, s.status)
	if w.values != nil {
		answers = w.values
	}
	var values payloads.Value = answers
	if w.nullValues && s.status != statusSubmitted {
		values = nil
	}
	return payloads.Obj(
		"id", id,
		"values", values,
		"status", s.status,
		"record", w.record(s.record),
		"user", w.user(),
		"inserted_at", w.print(s.created),
		"updated_at", w.print(s.changed),
	)
}

// user prints who answered. Keys: argilla-server webhooks/v1/schemas.py@77f5c57c; there is no api_key among them.
func (w *world) user() *payloads.Object {
	src := w.source(placeUser)
	id, p := src.UUID(), src.Person()
	var last payloads.Value = p.Last
	first := p.First
	switch src.Int(0, 5) {
	case 0: // the default owner of a fresh server
		first, last = "", nil
	case 1:
		last = nil
	}
	role := synth.Pick(src, "annotator", "annotator", "annotator", "admin", "owner")
	username := p.Username
	if w.username != "" {
		username, role = w.username, w.role
	}
	at := w.print(w.userAt)
	return payloads.Obj("id", id, "first_name", first, "last_name", last, "username", username, "role", role, "inserted_at", at, "updated_at", at)
}

// answers answers the questions: all that are required and some of the others in a submission, fewer of them in anything else.
// Every answer is drawn, whether it is shown or not, so that a draft and the submission that follows it agree.
func (w *world) answers(src *synth.Source, status string) *payloads.Object {
	o := &payloads.Object{}
	for i, q := range w.questions {
		answered := src.Bool(0.7) || q.required
		answer := q.answer(src, w.Text, status)
		if status != statusSubmitted {
			answered = i == 0 || (i < len(w.questions)-1 && answered)
		}
		if answered {
			o.Set(q.name, payloads.Obj("value", answer))
		}
	}
	return o
}

// answer is the value of one question, formed as argilla-server api/schemas/v1/responses.py@77f5c57c wants it.
func (q question) answer(src *synth.Source, text synth.Text, status string) payloads.Value {
	switch q.kind {
	case asksRating:
		return src.Int(0, q.highest)
	case asksLabel:
		return text.Sentiment
	case asksLabels:
		return q.topics(src, text.Topic)
	case asksRanking:
		return ranking(src, q.labels, status == statusDraft)
	case asksSpan:
		spans := payloads.Array{}
		for _, s := range text.Spans {
			spans = append(spans, payloads.Obj("label", s.Label, "start", s.Start, "end", s.End))
		}
		return spans
	default:
		return remark(src)
	}
}

// topics chooses one or two labels, that of the text's topic among them where there is one.
func (q question) topics(src *synth.Source, topic string) payloads.Array {
	chosen := payloads.Array{}
	for _, l := range synth.Sample(src, src.Int(1, 2), q.labels...) {
		chosen = append(chosen, l.value)
	}
	offered := slices.ContainsFunc(q.labels, func(l label) bool { return l.value == topic })
	if offered && !slices.Contains(chosen, payloads.Value(topic)) {
		chosen[0] = topic
	}
	return chosen
}

// ranking ranks all options; the last two of a draft have no rank yet.
func ranking(src *synth.Source, labels []label, draft bool) payloads.Array {
	list := make(payloads.Array, 0, len(labels))
	for i, l := range synth.Sample(src, len(labels), labels...) {
		var rank payloads.Value = i + 1
		if draft && i >= len(labels)-2 {
			rank = nil
		}
		list = append(list, payloads.Obj("value", l.value, "rank", rank))
	}
	return list
}
