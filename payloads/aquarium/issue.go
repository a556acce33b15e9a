package aquarium

import (
	"fmt"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
	"github.com/annohook/annohook/subscriptions"
)

// Variants of issue-exported. The first two are also the values of element_type.
const (
	variantFrame       = "frame"
	variantCrop        = "crop"
	variantNoInference = "no-inference-set"
)

// States of an issue: aquariumlearning 1.0.7 issues.py; triage is what a new one has.
const (
	stateTriage     = "triage"
	stateInProgress = "inProgress"
	stateInReview   = "inReview"
	stateResolved   = "resolved"
	stateCancelled  = "cancelled"
)

// printer prints subjects as one subscription gets them: its quirks decide.
type printer struct {
	singleIssue, gluedID, omitInferenceSet, isoDates bool
	labelFrameKey                                    string
}

// newPrinter reads the quirks of a subscription; misspelled is the profile's default of the quirk documented-spelling.
func newPrinter(s subscriptions.Subscription, misspelled bool) printer {
	p := printer{
		singleIssue:      s.Quirk(quirkSingleIssue, false),
		gluedID:          s.Quirk(quirkGluedID, false),
		omitInferenceSet: s.Quirk(quirkOmitInferenceSet, false),
		isoDates:         !s.Quirk(quirkPythonDates, true),
		labelFrameKey:    "label_coordinate_frame",
	}
	if s.Quirk(quirkDocumentedSpelling, misspelled) {
		p.labelFrameKey = "label_coorindate_frame"
	}
	return p
}

func drawIssuesCreated(w *world, _ string) subject {
	about := subject{Project: w.project}
	for _, i := range w.issues {
		i.State, i.Created, i.Updated = stateTriage, w.changed(), w.changed()
		about.Issues = append(about.Issues, i)
	}
	return about
}

// printIssuesCreated puts the new issues into the event.
func printIssuesCreated(about subject, p printer, event *payloads.Object) {
	if p.singleIssue {
		event.Set("issue", p.issue(about.first()))
		return
	}
	list := make(payloads.Array, 0, len(about.Issues))
	for _, i := range about.Issues {
		list = append(list, p.issue(i))
	}
	event.Set("issues", list)
}

func drawIssueUpdate(w *world, _ string) subject {
	i := w.issues[0]
	i.Created, i.Updated = w.reported, w.changed()
	return subject{Project: w.project, Issues: []issue{i}}
}

// printIssueUpdate puts the issue into the event, as it is after the change.
func printIssueUpdate(about subject, p printer, event *payloads.Object) {
	event.Set("issue", p.issue(about.first()))
}

// issue prints an issue without its elements. Reconstructed: the field names are those of the client library, in snake case as in the one
// schema that is known (aquariumlearning 1.0.7 issues.py).
func (p printer) issue(i issue) *payloads.Object {
	o := payloads.Obj("id", i.ID, "name", i.Name, "dataset", i.Dataset)
	p.setInferenceSet(o, i.Inference)
	for _, m := range [...]payloads.Member{
		{Key: "element_type", Value: i.ElementType},
		{Key: "state", Value: i.State},
		{Key: "reporter", Value: i.Reporter},
		{Key: "assignee", Value: orNull(i.Assignee)},
		{Key: "created_at", Value: wire.ISOMicroZ(i.Created)},
		{Key: "updated_at", Value: wire.ISOMicroZ(i.Updated)},
	} {
		o.Set(m.Key, m.Value)
	}
	return o
}

func (p printer) setInferenceSet(o *payloads.Object, inference string) {
	if inference != "" || !p.omitInferenceSet {
		o.Set("inference_set", orNull(inference))
	}
}

func drawIssueExported(w *world, variant string) subject {
	i := w.issues[0]
	switch variant {
	case variantCrop:
		i.ElementType = variantCrop
	case variantNoInference:
		i.Inference = ""
	}
	return subject{Project: w.project, Issues: []issue{i}}
}

// printIssueExported puts the issue with its elements into the event.
//
// Keys and their order: docs, "Integrating with labeling using webhooks".
func printIssueExported(about subject, p printer, event *payloads.Object) {
	i := about.first()
	list := make(payloads.Array, 0, i.Elements.Count)
	for n := range i.Elements.Count {
		list = append(list, p.element(i, n))
	}
	event.Set("issue", payloads.Obj("id", i.ID, "elements", list))
}

// element prints the n-th element of the issue: a frame, or one label of a frame.
func (p printer) element(i issue, n int) *payloads.Object {
	f := newFrame(i, n)
	o := payloads.Obj("dataset", i.Dataset)
	p.setInferenceSet(o, i.Inference)
	o.Set("issue_name", i.Name)
	o.Set("element_id", f.elementID(i.ElementType))
	o.Set("element_type", i.ElementType)
	o.Set("frame_id", f.id)
	o.Set("frame_data", p.frameData(i.Dataset, f))
	return o
}

// elementID is the id of the element that a frame makes: of a label for a crop, else of the frame.
func (f frame) elementID(elementType string) string {
	if elementType == variantCrop {
		return f.labels[f.marked].id
	}
	return f.id
}

// imageURL is where an image of a dataset would lie.
func imageURL(dataset, frame, size string) string {
	return fmt.Sprintf("https://images.example.com/%s/%s%s.jpg", dataset, frame, size)
}

// captured prints a time as Python's str(datetime) does, which is what the client library sends by default
// (aquariumlearning 1.0.7 frames.py), or with a T as callers may supply it.
func (p printer) captured(t time.Time) string {
	iso := wire.ISOMicroNaive(t)
	if p.isoDates {
		return iso
	}
	return strings.Replace(iso, "T", " ", 1)
}
