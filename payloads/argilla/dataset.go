package argilla

import (
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
)

// datasetFacts is what a dataset has beside its children.
type datasetFacts struct {
	id, name, domain string
	guidelines       payloads.Value // text or null
	extraMetadata    bool
	minSubmitted     int
}

func newDataset(src *synth.Source, kind fieldKind) datasetFacts {
	d := datasetFacts{
		id:     src.UUID(),
		domain: about(kind, synth.Pick(src, synth.News, synth.Support, synth.Review, synth.Clinical, synth.Code, synth.Dialogue)),
	}
	d.name = synth.Pick(src, d.domain, d.domain+"-texts", "multilingual-"+d.domain) + "-" + synth.Pick(src, "edu-min", "pilot", "gold", "round-3", "2026-q4", "v2")
	if rules := guidelines(src); src.Bool(0.6) {
		d.guidelines = rules
	}
	d.extraMetadata = src.Bool(0.3)
	d.minSubmitted = synth.Pick(src, 1, 1, 1, 2, 3)
	return d
}

// children says which lists of a dataset are filled.
type children int

const (
	noChildren    children = iota
	oneField               // the text field alone, as in the documents' sample of dataset.updated
	everyChildren          // all of them
)

// datasetState is a dataset at one moment.
type datasetState struct {
	draft                     bool
	bare                      bool // before the SDK's patch: no guidelines, one response completes a record
	children                  children
	created, changed, lastUse time.Time
}

// published is the dataset as it has been since before the event.
func (w *world) published() datasetState {
	ready := w.datasetAt.Add(w.publishing(w.childCount()))
	return datasetState{children: everyChildren, created: w.datasetAt, changed: ready, lastUse: ready}
}

func (w *world) childCount() int {
	return maxFields + len(w.questions) + len(w.properties) + len(w.vectors)
}

// dataset prints the dataset at one moment.
//
// Keys: argilla-server webhooks/v1/schemas.py@77f5c57c. The REST object's metadata and workspace_id are not among them.
func (w *world) dataset(s datasetState) *payloads.Object {
	status := "ready"
	if s.draft {
		status = "draft"
	}
	guidelines, minSubmitted := w.meta.guidelines, w.meta.minSubmitted
	if s.bare {
		guidelines, minSubmitted = nil, 1
	}
	fields, questions, properties, vectors := payloads.Array{}, payloads.Array{}, payloads.Array{}, payloads.Array{}
	if s.children != noChildren {
		fields = w.fields(s.created)
	}
	if s.children == oneField {
		fields = fields[:1]
	}
	if s.children == everyChildren {
		questions = w.printQuestions(s.created)
		properties = w.printProperties(s.created)
		vectors = w.printVectors(s.created)
	}
	return payloads.Obj(
		"id", w.meta.id,
		"name", w.meta.name,
		"guidelines", guidelines,
		"allow_extra_metadata", w.meta.extraMetadata,
		"status", status,
		"distribution", payloads.Obj("strategy", "overlap", "min_submitted", minSubmitted),
		"workspace", w.workspace,
		"questions", questions,
		"fields", fields,
		"metadata_properties", properties,
		"vectors_settings", vectors,
		"last_activity_at", w.print(s.lastUse),
		"inserted_at", w.print(s.created),
		"updated_at", w.print(s.changed),
	)
}

func (w *world) newWorkspace(src *synth.Source) *payloads.Object {
	id := src.UUID()
	// The SDK's listener knows names of letters, digits, - and _ only.
	name := synth.Pick(src, "argilla", "nlp-team", "Annotation_EU", "research-lab", "labels-2026", "quality")
	if w.workspaceName != "" {
		name = w.workspaceName
	}
	if w.spacedWorkspace {
		name += " main"
	}
	at := w.print(w.workspaceAt)
	return payloads.Obj("id", id, "name", name, "inserted_at", at, "updated_at", at)
}

// createdState is a new draft as the SDK makes it: no children, all times the same, and guidelines and distribution still to come with
// the patch that follows (argilla settings/_resource.py@77f5c57c).
func (w *world) createdState() datasetState {
	at := w.now.Add(-w.lag)
	return datasetState{draft: true, bare: true, created: at, changed: at, lastUse: at}
}

// updatedState is a dataset right after a PATCH, in one of the variants of dataset.updated.
func (w *world) updatedState(variant string) datasetState {
	changed := w.now.Add(-w.lag)
	switch variant {
	case variantReady:
		s := w.published()
		s.changed, s.lastUse = changed, changed
		return s
	case variantSDK:
		// The SDK patches about twenty milliseconds after it creates, before it makes the first child.
		return datasetState{draft: true, created: changed.Add(-2 * w.step), changed: changed, lastUse: changed}
	default:
		return datasetState{draft: true, children: oneField, created: changed.Add(-w.first - 2*w.step), changed: changed, lastUse: changed}
	}
}

// publishedState is a dataset right after its publication, made by the SDK a moment before.
func (w *world) publishedState() datasetState {
	changed := w.now.Add(-w.lag)
	return datasetState{children: everyChildren, created: changed.Add(-w.publishing(w.childCount())), changed: changed, lastUse: changed}
}
