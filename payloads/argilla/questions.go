package argilla

import (
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
)

// questionKind is one of the six kinds of questions.
type questionKind string

// The kinds.
const (
	asksText    questionKind = "text"
	asksRating  questionKind = "rating"
	asksLabel   questionKind = "label_selection"
	asksLabels  questionKind = "multi_label_selection"
	asksRanking questionKind = "ranking"
	asksSpan    questionKind = "span"
)

// question is one question of a dataset.
type question struct {
	id, name, title string
	description     payloads.Value
	required        bool
	kind            questionKind
	labels          []label
	highest         int            // of a rating, which begins at 0
	visible         payloads.Value // how many labels the page shows before it folds; null: all
	natural         bool           // options of several labels in their own order, not that of suggestions
	overlapping     bool           // spans may overlap
	markdown        bool
}

// label is one option of a question.
type label struct {
	value, text string
	description payloads.Value
}

// newQuestions draws the questions: the two of the documents' samples, then any of the other four kinds. Spans need a field
// of plain text.
func newQuestions(src *synth.Source, domain string, kind fieldKind) []question {
	list := []question{
		{name: "int_score", title: "Rate the quality of the text", required: true, kind: asksRating, highest: 5},
		{name: "comments", title: "Comments:", kind: asksText, markdown: src.Bool(0.2)},
	}
	more := []question{
		{name: "sentiment", title: "What is the tone of the text?", kind: asksLabel, labels: sentiments()},
		{name: "topics", title: "Which topics does it touch?", kind: asksLabels, labels: topics(domain), natural: src.Bool(0.5)},
		{name: "preference", title: "Rank what matters most here", kind: asksRanking, labels: aspects()},
		{name: "entities", title: "Mark the entities", kind: asksSpan, labels: entities(), overlapping: src.Bool(0.3)},
	}
	for _, q := range more {
		wanted, required, described, hint := src.Bool(0.4), src.Bool(0.5), src.Bool(0.5), q.hint(src)
		if !wanted || (q.kind == asksSpan && kind != kindText) {
			continue
		}
		q.required = required
		if described {
			q.description = hint
		}
		q.visible = visibleOptions(q)
		list = append(list, q)
	}
	for i := range list {
		list[i].id = src.UUID()
	}
	return list
}

// mostVisible is how many options the page shows before it folds the rest.
const mostVisible = 20

// visibleOptions is null where there are too few options to fold.
func visibleOptions(q question) payloads.Value {
	if q.kind == asksRanking || len(q.labels) <= 3 {
		return nil
	}
	return min(len(q.labels), mostVisible)
}

func (w *world) printQuestions(created time.Time) payloads.Array {
	list := make(payloads.Array, 0, len(w.questions))
	for i, q := range w.questions {
		at := w.print(w.child(created, maxFields+i))
		list = append(list, payloads.Obj("id", q.id, "name", q.name, "title", q.title, "description", q.description,
			"required", q.required, "settings", q.settings(), "inserted_at", at, "updated_at", at))
	}
	return list
}

// settings prints the settings in the order of argilla-server api/schemas/v1/questions.py@77f5c57c.
func (q question) settings() *payloads.Object {
	kind := string(q.kind)
	switch q.kind {
	case asksRating:
		options := make(payloads.Array, 0, q.highest+1)
		for v := range q.highest + 1 {
			options = append(options, payloads.Obj("value", v))
		}
		return payloads.Obj("type", kind, "options", options)
	case asksLabel:
		return payloads.Obj("type", kind, "options", q.options(), "visible_options", q.visible)
	case asksLabels:
		order := "suggestion"
		if q.natural {
			order = "natural"
		}
		return payloads.Obj("type", kind, "options", q.options(), "visible_options", q.visible, "options_order", order)
	case asksRanking:
		return payloads.Obj("type", kind, "options", q.options())
	case asksSpan:
		return payloads.Obj("type", kind, "field", fieldText, "options", q.options(), "visible_options", q.visible,
			"allow_overlapping", q.overlapping)
	default:
		return payloads.Obj("type", kind, "use_markdown", q.markdown)
	}
}

func (q question) options() payloads.Array {
	list := make(payloads.Array, 0, len(q.labels))
	for _, l := range q.labels {
		list = append(list, payloads.Obj("value", l.value, "text", l.text, "description", l.description))
	}
	return list
}

func sentiments() []label {
	return []label{{value: "positive", text: "Positive"}, {value: "neutral", text: "Neutral"}, {value: "negative", text: "Negative"}}
}

func aspects() []label {
	return []label{
		{value: "accuracy", text: "Accuracy"},
		{value: "clarity", text: "Clarity"},
		{value: "tone", text: "Tone"},
		{value: "completeness", text: "Completeness"},
	}
}

// entities are the labels that synth marks in its texts.
func entities() []label {
	return []label{
		{value: "PER", text: "Person", description: "Names of people, titles left out"},
		{value: "ORG", text: "Organisation"},
		{value: "LOC", text: "Place"},
		{value: "DATE", text: "Date or time"},
		{value: "PROD", text: "Product"},
		{value: "COND", text: "Condition"},
		{value: "CODE", text: "Code"},
	}
}

func topics(domain string) []label {
	switch domain {
	case synth.News:
		return []label{{value: "politics", text: "Politics"}, {value: "business", text: "Business"}, {value: "science", text: "Science"}, {value: "sport", text: "Sport"}}
	case synth.Support:
		return []label{{value: "billing", text: "Billing"}, {value: "login", text: "Login"}, {value: "shipping", text: "Shipping"}, {value: "bug", text: "Bug"}}
	case synth.Review:
		return []label{{value: "price", text: "Price"}, {value: "service", text: "Service"}, {value: "quality", text: "Qualité"}, {value: "other", text: "Other"}}
	case synth.Clinical:
		return []label{{value: "symptom", text: "Symptom"}, {value: "medication", text: "Medication"}, {value: "history", text: "Anamnèse"}, {value: "plan", text: "Plan"}}
	case synth.Code:
		return []label{{value: "bug", text: "Bug"}, {value: "question", text: "Question"}, {value: "style", text: "Style"}, {value: "performance", text: "Performance"}}
	case aboutCaptions:
		return []label{{value: "people", text: "People"}, {value: "vehicles", text: "Vehicles"}, {value: "buildings", text: "Buildings"}, {value: "nature", text: "Nature"}}
	case aboutProducts:
		return []label{{value: "kitchen", text: "Kitchen"}, {value: "clothing", text: "Clothing"}, {value: "electronics", text: "Electronics"}, {value: "outdoors", text: "Plein air"}}
	default:
		return []label{{value: "request", text: "Request"}, {value: "answer", text: "Answer"}, {value: "smalltalk", text: "Small talk"}, {value: "complaint", text: "Complaint"}}
	}
}
