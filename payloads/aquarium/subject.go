package aquarium

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
)

// subject is what one event is about, whoever made it: a trigger draws one, an action takes a snapshot of its world. Everything is printed
// from a subject, so both look alike. Its JSON is payloads.Raised.Subject.
type subject struct {
	Project string  `json:"project"`
	Dataset dataset `json:"dataset,omitzero"`
	Issues  []issue `json:"issues,omitempty"` // one, but for new ones
}

// dataset is a labeled dataset, or an inference set of one, after processing.
type dataset struct {
	ID        string    `json:"id"`                  // of the labeled dataset: its name
	Inference string    `json:"inference,omitempty"` // name of the inference set; empty: it is the labeled dataset
	Frames    int       `json:"frames"`
	Crops     int       `json:"crops"`
	Failed    bool      `json:"failed,omitempty"`
	Errors    []failure `json:"errors,omitempty"`
}

// failure is one row of the ingest error log.
type failure struct {
	Step    string `json:"step"`
	Message string `json:"message"`
}

// issue is an issue. Its elements are not kept: they are drawn anew from their seeds wherever they are printed, always the same ones.
type issue struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Dataset     string    `json:"dataset"`
	Inference   string    `json:"inference,omitempty"` // empty: it is about the labeled dataset
	ElementType string    `json:"element_type"`
	State       string    `json:"state"`
	Reporter    string    `json:"reporter"`
	Assignee    string    `json:"assignee,omitempty"` // empty: nobody
	Created     time.Time `json:"created"`
	Updated     time.Time `json:"updated"`
	Elements    elements  `json:"elements"`
}

// elements stand for the elements of an issue: the n-th depends on seeds and n alone.
type elements struct {
	Domain   int       `json:"domain"`
	Seed     uint64    `json:"seed"`
	IDSeed   uint64    `json:"id_seed"`
	Count    int       `json:"count"`
	Captured time.Time `json:"captured"` // about when the first frame was taken
}

// mostExported bounds the elements of an issue; ours, as Aquarium states none.
const mostExported = 200

// readSubject reads the subject of an event.
func readSubject(key string, data []byte) (subject, error) {
	var about subject
	if err := json.Unmarshal(data, &about); err != nil {
		return subject{}, fmt.Errorf("read the subject of %s: %w", key, err)
	}
	for i := range about.Issues {
		e := &about.Issues[i].Elements
		e.Count = min(max(e.Count, 0), mostExported)
	}
	return about, nil
}

// variant names the form of an event about s; "" where its type has only one.
func (s subject) variant(eventType string) string {
	switch {
	case eventType == keyExported && s.first().Inference == "":
		return variantNoInference
	case eventType == keyExported:
		return s.first().ElementType
	case eventType != keyComplete && eventType != keyFailed:
		return ""
	case s.Dataset.Inference != "":
		return variantInference
	default:
		return variantLabeled
	}
}

// first is the issue of an event about a single one.
func (s subject) first() issue {
	if len(s.Issues) == 0 {
		return issue{}
	}
	return s.Issues[0]
}

// source is where the n-th element is drawn from.
func (e elements) source(n int) *synth.Source {
	return sourceOf(e.Seed, e.IDSeed, placeElements+place(n)) //nolint:gosec // n counts from 0
}

// orNull prints an empty text as null.
func orNull(text string) payloads.Value {
	if text == "" {
		return nil
	}
	return text
}
