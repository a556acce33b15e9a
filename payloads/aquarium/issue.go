package aquarium

import (
	"fmt"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
	"github.com/annohook/annohook/payloads/internal/wire"
)

// Variants of issue-exported. The first two are also the values of element_type.
const (
	variantFrame       = "frame"
	variantCrop        = "crop"
	variantNoInference = "no-inference-set"
)

// issue is what an issue has beside its elements.
type issue struct {
	id, name, elementType, state, reporter string
	assignee                               payloads.Value // address or null
	inferred                               bool           // about an inference set
	elements                               int
	others                                 []issue // made in the same go; of the first issue only
}

// mostElements bounds the elements of an exported issue here; the platform knows no bound.
const mostElements = 3

// newIssue draws the issue of a world, and one or two more for the event that lists several. The issue itself is about frames of an
// inference set, as its export is unless a variant says otherwise; the others differ.
func newIssue(src *synth.Source, d domain) issue {
	names := synth.Sample(src, 3, d.issues...)
	first := drawIssue(src, names[0])
	first.elementType, first.inferred = variantFrame, true
	for _, name := range names[1:src.Int(2, 3)] {
		other := drawIssue(src, name)
		other.reporter = first.reporter
		first.others = append(first.others, other)
	}
	return first
}

// drawIssue draws one issue. States: aquariumlearning 1.0.7 issues.py; triage is what a new one has.
func drawIssue(src *synth.Source, name string) issue {
	i := issue{
		id: src.UUID(), name: name,
		elementType: synth.Pick(src, variantFrame, variantCrop),
		state:       synth.Pick(src, "inProgress", "inReview", "resolved", "cancelled"),
		reporter:    src.Person().Email,
		inferred:    src.Bool(0.7),
		elements:    src.Int(1, mostElements),
	}
	if assignee := src.Person().Email; src.Bool(0.7) {
		i.assignee = assignee
	}
	return i
}

// issuesCreated puts the new issues into the event.
func (w *world) issuesCreated(event *payloads.Object) {
	at := w.changed()
	first := w.printIssue(w.issue, "triage", at, at)
	if w.singleIssue {
		event.Set("issue", first)
		return
	}
	list := payloads.Array{first}
	for _, other := range w.issue.others {
		list = append(list, w.printIssue(other, "triage", at, at))
	}
	event.Set("issues", list)
}

// issueUpdate puts the issue into the event, in the state it has just come to.
func (w *world) issueUpdate(event *payloads.Object) {
	event.Set("issue", w.printIssue(w.issue, w.issue.state, w.reported, w.changed()))
}

// printIssue prints an issue without its elements. Reconstructed: the field names are those of the client library, in snake case as in
// the one schema that is known (aquariumlearning 1.0.7 issues.py).
func (w *world) printIssue(i issue, state string, created, updated time.Time) *payloads.Object {
	o := payloads.Obj("id", i.id, "name", i.name, "dataset", w.dataset)
	w.setInferenceSet(o, i.inferred)
	for _, m := range [...]payloads.Member{
		{Key: "element_type", Value: i.elementType},
		{Key: "state", Value: state},
		{Key: "reporter", Value: i.reporter},
		{Key: "assignee", Value: i.assignee},
		{Key: "created_at", Value: wire.ISOMicroZ(created)},
		{Key: "updated_at", Value: wire.ISOMicroZ(updated)},
	} {
		o.Set(m.Key, m.Value)
	}
	return o
}

func (w *world) setInferenceSet(o *payloads.Object, inferred bool) {
	switch {
	case inferred:
		o.Set("inference_set", w.inference)
	case !w.omitInferenceSet:
		o.Set("inference_set", nil)
	}
}

// issueExported puts the issue with its elements into the event.
//
// Keys and their order: docs, "Integrating with labeling using webhooks".
func (w *world) issueExported(event *payloads.Object, variant string) {
	elements := make(payloads.Array, 0, w.issue.elements)
	for n := range w.issue.elements {
		elements = append(elements, w.element(n, variant))
	}
	event.Set("issue", payloads.Obj("id", w.issue.id, "elements", elements))
}

// element prints the n-th element of the issue: a frame, or one label of a frame.
func (w *world) element(n int, variant string) *payloads.Object {
	f := w.newFrame(w.source(placeElements+place(n)), n, variant != variantNoInference) //nolint:gosec // n counts from 0
	kind, id := variantFrame, f.id
	if variant == variantCrop {
		kind, id = variantCrop, f.labels[f.marked].id
	}
	o := payloads.Obj("dataset", w.dataset)
	w.setInferenceSet(o, variant != variantNoInference)
	o.Set("issue_name", w.issue.name)
	o.Set("element_id", id)
	o.Set("element_type", kind)
	o.Set("frame_id", f.id)
	o.Set("frame_data", w.frameData(f))
	return o
}

// imageURL is where the n-th image of a dataset would lie.
func imageURL(dataset, frame, size string) string {
	return fmt.Sprintf("https://images.example.com/%s/%s%s.jpg", dataset, frame, size)
}
