package argilla

import (
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
)

// recordState is a record at one moment, with its dataset.
type recordState struct {
	completed        bool
	created, changed time.Time
	dataset          datasetState
}

// untouched is the record before anybody answered it.
func (w *world) untouched() recordState {
	return recordState{created: w.recordAt, changed: w.recordAt, dataset: w.published()}
}

// freshRecord is the record right after its insertion.
func (w *world) freshRecord() recordState {
	at := w.now.Add(-w.handling)
	return recordState{created: at, changed: at, dataset: w.published()}
}

// counted is the record right after a response was counted that completes it. The dataset's own updated_at does not move for a response;
// its last_activity_at does (argilla-server CHANGELOG.md@77f5c57c, pull request 5656).
func (w *world) counted(response time.Time) recordState {
	s := w.untouched()
	s.completed, s.changed = true, response.Add(recountAfter)
	s.dataset.lastUse = response.Add(activityAfter)
	return s
}

// record prints a record. Keys: argilla-server webhooks/v1/schemas.py@77f5c57c. Responses, suggestions and vectors are not among them.
func (w *world) record(s recordState) *payloads.Object {
	src := w.source(placeRecord)
	id, urn := src.UUID(), src.UUID()
	metadata := w.drawMetadata(src)
	if w.metadata != nil {
		metadata = w.metadata
	}
	var external payloads.Value
	if !w.noExternalID {
		external = "<urn:uuid:" + urn + ">"
	}
	status := "pending"
	if s.completed {
		status = "completed"
	}
	return payloads.Obj(
		"id", id,
		"status", status,
		"fields", w.fieldValues(),
		"metadata", metadata,
		"external_id", external,
		"dataset", w.dataset(s.dataset),
		"inserted_at", w.print(s.created),
		"updated_at", w.print(s.changed),
	)
}

// drawMetadata gives every metadata property a value within its bounds, in the order of the properties.
func (w *world) drawMetadata(src *synth.Source) *payloads.Object {
	const charactersPerToken = 4
	values := map[string]payloads.Value{
		"dump":             fmt.Sprintf("CC-MAIN-%d-%02d", src.Int(2018, 2025), src.Int(1, 52)),
		"url":              fmt.Sprintf("https://www.example.com/%s/%d?page=%d", w.meta.domain, src.Int(1000, 99999), src.Int(1, 9)),
		"language":         w.Language,
		"language_score":   src.Float(0.65, 0.9999, 12),
		"token_count":      utf8.RuneCountInString(w.Body)/charactersPerToken + 1,
		"score":            float64(src.Int(32, 320)) / 64, // means of half-precision scores, as in the documents' samples
		"priority":         src.Int(1, 5),
		"model_confidence": src.Float(0, 1, 4),
		"split":            synth.Pick(src, "train", "validation", "test"),
	}
	o := &payloads.Object{}
	for _, p := range w.properties {
		o.Set(p.name, values[p.name])
	}
	return o
}

// fieldValues prints the contents of the record's fields.
func (w *world) fieldValues() *payloads.Object {
	src := w.source(placeFieldValues)
	switch w.kind {
	case kindChat:
		return payloads.Obj(fieldChat, chat(w.turns))
	case kindImage:
		image := src.ImageURL()
		if src.Bool(0.25) {
			image = pixel
		}
		return payloads.Obj(fieldImage, image, fieldCaption, w.Body)
	case kindCustom:
		return payloads.Obj(fieldCustom, payloads.Obj(
			"name", w.product,
			"description", w.Body,
			"price", src.Float(4, 90, 2),
			"in_stock", src.Bool(0.7),
			"tags", payloads.Array{w.Topic, synth.Pick(src, "new", "bestseller", "clearance")},
		))
	default:
		o := payloads.Obj(fieldText, w.Body)
		if w.context {
			o.Set(fieldContext, provenance(src, w.Domain))
		}
		return o
	}
}

// pixel is a picture of one grey pixel, for records that hold the image itself.
const pixel = "data:image/gif;base64,R0lGODlhAQABAIAAAMLCwgAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw=="

// chat prints the turns of a conversation between a user and an assistant.
func chat(texts []string) payloads.Array {
	turns := make(payloads.Array, 0, len(texts))
	for i, t := range texts {
		role := "user"
		if i%2 == 1 {
			role = "assistant"
		}
		turns = append(turns, payloads.Obj("role", role, "content", t))
	}
	return turns
}
