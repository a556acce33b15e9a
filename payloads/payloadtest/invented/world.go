package invented

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
	"github.com/annohook/annohook/payloads/internal/wire"
)

// The actions.
const (
	AddNotes    = "add-notes"    // raises a NoteAdded for each of count notes
	MoveNote    = "move-note"    // raises a NoteRemoved with the note as it was, then a NoteAdded
	PrintSheets = "print-sheets" // raises one Sheets
)

// Spacing lies between the events of one action.
const Spacing = 40 * time.Millisecond

// keptNotes bounds the world; the oldest notes are forgotten.
const keptNotes = 50

// world is what the platform remembers.
type world struct {
	Last  int    `json:"last"` // number of the newest note
	Notes []item `json:"notes"`
}

// item is one note, and what an event says about it.
type item struct {
	ID   string `json:"id"`
	Text string `json:"text"`
	Box  string `json:"box"`
}

func readWorld(state []byte) (*world, error) {
	w := &world{Last: 1, Notes: []item{{ID: "1", Text: "The first note.", Box: "A"}}}
	if state == nil {
		return w, nil
	}
	if !bytes.HasPrefix(state, []byte("{")) {
		return nil, errors.New("a world is an object")
	}
	*w = world{}
	if err := json.Unmarshal(state, w); err != nil {
		return nil, fmt.Errorf("read the world: %w", err)
	}
	return w, nil
}

func (w *world) add(text, box string) item {
	w.Last++
	added := item{ID: strconv.Itoa(w.Last), Text: text, Box: box}
	w.Notes = append(w.Notes, added)
	w.Notes = w.Notes[max(0, len(w.Notes)-keptNotes):]
	return added
}

func inspect(state []byte) (*payloads.Object, error) {
	w, err := readWorld(state)
	if err != nil {
		return nil, err
	}
	notes := make(payloads.Array, len(w.Notes))
	for i, n := range w.Notes {
		notes[i] = payloads.Obj("id", n.ID, "text", n.Text, "box", n.Box)
	}
	return payloads.Obj("notes", notes), nil
}

// effect collects what an action did.
type effect struct {
	payloads.Effect

	err error
}

func (e *effect) raise(eventType string, n item) {
	subject, err := json.Marshal(n)
	e.err = errors.Join(e.err, err)
	variant := ""
	if eventType == NoteAdded {
		variant = variantOf(n.Text)
	}
	e.Raised = append(e.Raised, payloads.Raised{Type: eventType, Variant: variant, Subject: subject})
}

// variantOf tells a long text from a short one.
func variantOf(text string) string {
	const longest = 100
	if len(text) > longest {
		return "long"
	}
	return "short"
}

func (e *effect) end(w *world, result *payloads.Object) (payloads.Effect, error) {
	state, err := json.Marshal(w)
	e.World, e.Result = state, result
	return e.Effect, errors.Join(e.err, err)
}

func addNotes(in payloads.ActionInput) (payloads.Effect, error) {
	w, err := readWorld(in.World)
	if err != nil {
		return payloads.Effect{}, err
	}
	e, source, ids := &effect{}, synth.New(in.Seed, in.Seed), payloads.Array{}
	for range in.Int("count") {
		text := in.String("text")
		if text == "" {
			text = source.Sentence()
		}
		added := w.add(text, in.String("box"))
		ids = append(ids, added.ID)
		e.raise(NoteAdded, added)
	}
	const shown = 20
	return e.end(w, payloads.Obj("id", strconv.Itoa(w.Last), "notes", ids[:min(len(ids), shown)], "count", len(ids)))
}

func moveNote(in payloads.ActionInput) (payloads.Effect, error) {
	w, err := readWorld(in.World)
	if err != nil {
		return payloads.Effect{}, err
	}
	at := len(w.Notes) - 1
	if in.Has("note") {
		for at >= 0 && w.Notes[at].ID != in.String("note") {
			at--
		}
	}
	if at < 0 {
		return payloads.Effect{}, payloads.ParamErrorf("note", "no note has the id %q", in.String("note"))
	}
	e := &effect{}
	e.raise(NoteRemoved, w.Notes[at])
	w.Notes[at].Box = in.String("box")
	e.raise(NoteAdded, w.Notes[at])
	return e.end(w, payloads.Obj("id", w.Notes[at].ID, "box", w.Notes[at].Box))
}

func printSheets(in payloads.ActionInput) (payloads.Effect, error) {
	w, err := readWorld(in.World)
	if err != nil {
		return payloads.Effect{}, err
	}
	e := &effect{}
	e.raise(Sheets, w.Notes[len(w.Notes)-1])
	return e.end(w, payloads.Obj("id", w.Notes[len(w.Notes)-1].ID))
}

// raised prints an event from its subject.
func raised(name string, b payloads.Build) (*payloads.Object, error) {
	var n item
	if err := json.Unmarshal(b.Subject, &n); err != nil {
		return nil, fmt.Errorf("read the subject: %w", err)
	}
	if b.Subscription.Quirk("loud", false) {
		n.Text += "!"
	}
	return payloads.Obj("type", name, "at", wire.ISOMilliZ(b.Now), "event", synth.New(b.Seed, b.IDSeed).UUID(),
		"note", payloads.Obj("id", n.ID, "text", n.Text, "box", n.Box, "words", 1.0)), nil
}
