package aquarium

import (
	"net/http"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// Names of the event types.
const (
	keyComplete = "dataset-complete"
	keyFailed   = "dataset-failed"
	keyCreated  = "issues-created"
	keyUpdate   = "issue-update"
	keyExported = "issue-exported"
	keyTest     = "test"
)

// form is one event type: its words in the catalogue, how a trigger draws what it is about, and how that gets into the event.
type form struct {
	key, title, summary, source string
	fidelity                    payloads.Fidelity
	variants                    []payloads.Variant
	draw                        func(*world, string) subject
	print                       func(subject, printer, *payloads.Object)
}

// events lists the five types in the order of the documents, then the test. misspelled is whether the profile prints the documents'
// spelling by default.
func events(misspelled bool) []payloads.EventType {
	var list []payloads.EventType
	for _, f := range append(datasetForms(), issueForms()...) {
		list = append(list, f.eventType(misspelled))
	}
	test := form{
		key: keyTest, title: "Test payload", fidelity: payloads.Assumed, source: sourceGuess,
		summary: "Sent once by the send icon of a webhook; nothing but the envelope.",
		draw:    func(w *world, _ string) subject { return subject{Project: w.project} },
		print:   printTest,
	}.eventType(misspelled)
	test.Unlisted, test.Once = true, true
	return append(list, test)
}

// printTest adds no entity.
func printTest(subject, printer, *payloads.Object) {}

func (f form) eventType(misspelled bool) payloads.EventType {
	return payloads.EventType{
		Key: f.key, Name: f.key, Title: f.title, Summary: f.summary, Method: http.MethodPost,
		Variants: f.variants, Fidelity: f.fidelity, Source: f.source,
		Build: func(b payloads.Build) (*payloads.Object, error) { return f.build(b, misspelled) },
	}
}

// build makes the event: the envelope of the documents, event and project, then the entity.
func (f form) build(b payloads.Build, misspelled bool) (*payloads.Object, error) {
	variant, err := payloads.VariantNamed(f.key, f.variants, b.Variant)
	if err != nil {
		return nil, err
	}
	var about subject
	if b.Subject == nil {
		about = f.draw(newWorld(b), variant)
	} else if about, err = readSubject(f.key, b.Subject); err != nil {
		return nil, err
	}
	event := payloads.Obj("event", f.name(b.Subscription), "project", about.Project)
	f.print(about, newPrinter(b.Subscription, misspelled), event)
	return event, nil
}

// name is what the event says it is. Only a test send may say something else than its key.
func (f form) name(s subscriptions.Subscription) string {
	switch {
	case f.key != keyTest || !s.Quirk(quirkTestAsEvent, false):
		return f.key
	case len(s.Events) > 0:
		return s.Events[0]
	default:
		return keyComplete
	}
}

func datasetForms() []form {
	variants := []payloads.Variant{
		{Name: variantLabeled, Summary: "A labeled dataset.", Fidelity: payloads.Assumed},
		{Name: variantInference, Summary: "An inference set of a labeled dataset.", Fidelity: payloads.Assumed},
	}
	return []form{
		{
			key: keyComplete, title: "Dataset Completed Processing", fidelity: payloads.Assumed, variants: variants,
			source:  sourceExport + " (name); the entity is reconstructed from " + sourceClient,
			summary: "A labeled dataset, or an inference set of one, was uploaded and processed.",
			draw:    drawProcessed(false), print: printProcessed,
		},
		{
			key: keyFailed, title: "Dataset Failed Processing", fidelity: payloads.Assumed, variants: variants,
			source:  sourceExport + " (name); the entity is reconstructed from " + sourceClient,
			summary: "A labeled dataset, or an inference set of one, was uploaded and could not be processed.",
			draw:    drawProcessed(true), print: printProcessed,
		},
	}
}

func issueForms() []form {
	return []form{
		{
			key: keyCreated, title: "Issues Created", fidelity: payloads.Assumed,
			source:  sourceExport + " (name); the entity is reconstructed from " + sourceIssues,
			summary: "One or more issues were created.",
			draw:    drawIssuesCreated, print: printIssuesCreated,
		},
		{
			key: keyUpdate, title: "Issue Updated", fidelity: payloads.Assumed,
			source:  sourceExport + " (name); the entity is reconstructed from " + sourceIssues,
			summary: "An issue was changed. Which changes count is not documented; here it came to another state.",
			draw:    drawIssueUpdate, print: printIssueUpdate,
		},
		{
			key: keyExported, title: "Issue Exported", fidelity: payloads.Documented, source: sourceLabeling,
			summary: "Somebody pressed Export Issue on the page of an issue; carries every element with its whole frame.",
			variants: []payloads.Variant{
				{Name: variantFrame, Summary: "The elements are frames.", Fidelity: payloads.Documented},
				{Name: variantCrop, Summary: "The elements are crops: one label of a frame each.", Fidelity: payloads.Documented},
				{Name: variantNoInference, Summary: "Frames of a labeled dataset: no inference set, no confidence.", Fidelity: payloads.Assumed},
			},
			draw: drawIssueExported, print: printIssueExported,
		},
	}
}
