package argilla

import (
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
)

// fieldKind is the kind of content that the records of a dataset have.
type fieldKind string

// The kinds, which are also the variants of the record events.
const (
	kindText   fieldKind = "text"
	kindChat   fieldKind = "chat"
	kindImage  fieldKind = "image"
	kindCustom fieldKind = "custom"
)

// maxFields is the most fields a dataset here has.
const maxFields = 2

// Names of the fields. The first of each kind is what the record is about.
const (
	fieldText    = "text"
	fieldContext = "context"
	fieldChat    = "chat"
	fieldImage   = "image"
	fieldCaption = "caption"
	fieldCustom  = "product"
)

// fieldFacts is what the fields of a dataset are drawn from.
type fieldFacts struct {
	main, second string // ids
	markdown     bool   // in the main field
	context      bool   // whether texts come with where they are from
}

func newFields(src *synth.Source) fieldFacts {
	return fieldFacts{main: src.UUID(), second: src.UUID(), markdown: src.Bool(0.3), context: src.Bool(0.4)}
}

// fields prints the fields of a dataset. Keys: argilla-server webhooks/v1/schemas.py; settings: api/schemas/v1/fields.py@77f5c57c.
func (w *world) fields(created time.Time) payloads.Array {
	main, second := w.fieldFacts.main, w.fieldFacts.second
	text := payloads.Obj("type", "text", "use_markdown", w.markdown)
	switch w.kind {
	case kindChat:
		return payloads.Array{w.field(main, fieldChat, "Conversation", true, payloads.Obj("type", "chat", "use_markdown", w.markdown), created, 0)}
	case kindImage:
		return payloads.Array{
			w.field(main, fieldImage, "Image", true, payloads.Obj("type", "image"), created, 0),
			w.field(second, fieldCaption, "Caption", false, text, created, 1),
		}
	case kindCustom:
		template := "<h3>{{record.fields.product.name}}</h3><p>{{record.fields.product.description}}</p>"
		settings := payloads.Obj("type", "custom", "template", template, "advanced_mode", false)
		return payloads.Array{w.field(main, fieldCustom, "Product card", true, settings, created, 0)}
	default:
		list := payloads.Array{w.field(main, fieldText, fieldText, true, text, created, 0)}
		if w.context {
			settings := payloads.Obj("type", "text", "use_markdown", false)
			list = append(list, w.field(second, fieldContext, "Where the text comes from", false, settings, created, 1))
		}
		return list
	}
}

func (w *world) field(id, name, title string, required bool, settings *payloads.Object, created time.Time, n int) *payloads.Object {
	at := w.print(w.child(created, n))
	return payloads.Obj("id", id, "name", name, "title", title, "required", required, "settings", settings, "inserted_at", at, "updated_at", at)
}

// property is one metadata property of a dataset.
type property struct {
	id, name, kind string
	visible        bool
	low, high      payloads.Value // of integer and float; null: unbounded
	values         payloads.Value // of terms; null: anything
}

// Kinds of metadata properties.
const (
	propertyTerms   = "terms"
	propertyInteger = "integer"
	propertyFloat   = "float"
)

// newProperties draws the metadata properties: the six of the documents' samples, then a few that have bounds.
func newProperties(src *synth.Source) []property {
	list := []property{
		{name: "dump", kind: propertyTerms},
		{name: "url", kind: propertyTerms},
		{name: "language", kind: propertyTerms},
		{name: "language_score", kind: propertyFloat},
		{name: "token_count", kind: propertyInteger},
		{name: "score", kind: propertyFloat},
	}
	if src.Bool(0.4) {
		list = append(list, property{name: "priority", kind: propertyInteger, low: 1, high: 5})
	}
	if src.Bool(0.4) {
		list = append(list, property{name: "model_confidence", kind: propertyFloat, low: 0.0, high: 1.0})
	}
	if src.Bool(0.4) {
		list = append(list, property{name: "split", kind: propertyTerms, values: payloads.Array{"train", "validation", "test"}})
	}
	for i := range list {
		list[i].id = src.UUID()
		list[i].visible = src.Bool(0.8)
	}
	return list
}

// printProperties prints the metadata properties. Bounds stand before the type, against the order everywhere else
// (argilla-server contexts/datasets.py@77f5c57c and the documents' samples).
func (w *world) printProperties(created time.Time) payloads.Array {
	list := make(payloads.Array, 0, len(w.properties))
	before := maxFields + len(w.questions)
	for i, p := range w.properties {
		settings := payloads.Obj("min", p.low, "max", p.high, "type", p.kind)
		if p.kind == propertyTerms {
			settings = payloads.Obj("type", p.kind, "values", p.values)
		}
		at := w.print(w.child(created, before+i))
		list = append(list, payloads.Obj("id", p.id, "name", p.name, "title", p.name, "settings", settings,
			"visible_for_annotators", p.visible, "inserted_at", at, "updated_at", at))
	}
	return list
}

// vector is one vector setting of a dataset.
type vector struct {
	id, name, title string
	dimensions      int
}

func newVectors(src *synth.Source) []vector {
	list := []vector{
		{src.UUID(), "sentence_embedding", "Sentence embedding", synth.Pick(src, 384, 768, 1024)},
		{src.UUID(), "topic_embedding", "Topic embedding", synth.Pick(src, 32, 64, 128)},
	}
	return list[:src.Int(0, len(list))]
}

func (w *world) printVectors(created time.Time) payloads.Array {
	list := make(payloads.Array, 0, len(w.vectors))
	before := maxFields + len(w.questions) + len(w.properties)
	for i, v := range w.vectors {
		at := w.print(w.child(created, before+i))
		list = append(list, payloads.Obj("id", v.id, "name", v.name, "title", v.title, "dimensions", v.dimensions, "inserted_at", at, "updated_at", at))
	}
	return list
}
