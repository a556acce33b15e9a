package argilla

import (
	"net/http"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
)

// Variants of dataset.updated.
const (
	variantDraft = "draft"
	variantSDK   = "sdk-create"
	variantReady = "ready"
)

const (
	keyPing         = "ping"
	envelopeVersion = 1 // of the payload format; there is no other
	serverVersion   = "2.8.0"
	serverAgent     = "argilla-server"
)

// form is one event type: its words in the catalogue and what stands under data.
type form struct {
	key, title, summary, source string
	variants                    []payloads.Variant
	data                        func(b payloads.Build, variant string) *payloads.Object
	shows                       resource // what a subject of it holds
}

// events lists the eleven types in the order of the documents, then the ping.
func events() []payloads.EventType {
	var list []payloads.EventType
	for i, forms := range [][]form{datasetForms(), recordForms(), responseForms()} {
		for _, f := range forms {
			f.shows = showsDataset + resource(i)
			list = append(list, f.eventType())
		}
	}
	ping := form{
		key: keyPing, title: "Ping", source: sourcePing,
		summary: "Sent once when the owner asks the server to ping a webhook, also to a disabled one.",
		data: func(payloads.Build, string) *payloads.Object {
			return payloads.Obj("agent", serverAgent, "version", serverVersion)
		},
	}.eventType()
	ping.Unlisted, ping.Once = true, true
	return append(list, ping)
}

func (f form) eventType() payloads.EventType {
	return payloads.EventType{
		Key: f.key, Name: f.key, Title: f.title, Summary: f.summary, Method: http.MethodPost,
		Variants: f.variants, Fidelity: payloads.FromSource, Source: f.source, Build: f.build,
	}
}

// build makes the event with its envelope (argilla-server webhooks/v1/commons.py@77f5c57c).
func (f form) build(b payloads.Build) (*payloads.Object, error) {
	variant, err := payloads.VariantNamed(f.key, f.variants, b.Variant)
	if err != nil {
		return nil, err
	}
	var data *payloads.Object
	if b.Subject != nil && f.shows != showsNothing {
		if data, err = subjectData(b, f.shows); err != nil {
			return nil, err
		}
	} else {
		data = f.data(b, variant)
	}
	return payloads.Obj("type", f.key, "version", envelopeVersion, "timestamp", wire.ISOMicroZ(b.Now), "data", data), nil
}

func datasetForms() []form {
	data := func(state func(w *world, variant string) datasetState) func(payloads.Build, string) *payloads.Object {
		return func(b payloads.Build, variant string) *payloads.Object {
			w := newWorld(b, kindText)
			return w.dataset(state(w, variant))
		}
	}
	return []form{
		{
			key: "dataset.created", title: "Dataset events: Created", source: sourceDatasets + "; " + sourceDocs,
			summary: "A dataset was created. It is a draft, and its four lists are still empty.",
			data:    data(func(w *world, _ string) datasetState { return w.createdState() }),
		},
		{
			key: "dataset.updated", title: "Dataset events: Updated", source: sourceDatasets + "; " + sourceDocs,
			summary:  "A dataset was patched, even with nothing new. Changes of its fields, questions, metadata or vector settings do not raise it.",
			variants: datasetVariants(),
			data:     data(func(w *world, variant string) datasetState { return w.updatedState(variant) }),
		},
		{
			key: "dataset.deleted", title: "Dataset events: Deleted", source: sourceDatasets + "; " + sourceDocs,
			summary: "A dataset was deleted; printed in full as it was before. Its records and responses raise nothing.",
			data:    data(func(w *world, _ string) datasetState { return w.published() }),
		},
		{
			key: "dataset.published", title: "Dataset events: Published", source: sourceDatasets + "; " + sourceDocs,
			summary: "A dataset was published and is ready for annotation.",
			data:    data(func(w *world, _ string) datasetState { return w.publishedState() }),
		},
	}
}

func datasetVariants() []payloads.Variant {
	return []payloads.Variant{
		{Name: variantDraft, Summary: "A draft that has its text field already, as in the documents' sample.", Fidelity: payloads.Documented},
		{Name: variantSDK, Summary: "The patch that the SDK sends while it creates a dataset: all lists are still empty.", Fidelity: payloads.FromSource},
		{Name: variantReady, Summary: "A published dataset whose settings were changed: all lists are filled.", Fidelity: payloads.FromSource},
	}
}

func recordForms() []form {
	submitted := func(w *world) recordState { return w.counted(w.now.Add(-w.handling)) }
	data := func(state func(w *world) recordState) func(payloads.Build, string) *payloads.Object {
		return func(b payloads.Build, variant string) *payloads.Object {
			w := newWorld(b, fieldKind(variant))
			return w.record(state(w))
		}
	}
	return []form{
		{
			key: "record.created", title: "Record events: Created", source: sourceBulk + "; " + sourceDocs, variants: recordVariants(),
			summary: "A record was added; a bulk call raises one event for each.",
			data:    data((*world).freshRecord),
		},
		{
			key: "record.updated", title: "Record events: Updated", source: sourceRecalc + "; " + sourceDocs, variants: recordVariants(),
			summary: "A record was changed, or its status was counted again after any change of a response, even if nothing came of it.",
			data:    data(submitted),
		},
		{
			key: "record.deleted", title: "Record events: Deleted", source: sourceRecords + "; " + sourceDocs, variants: recordVariants(),
			summary: "A record was deleted; printed in full as it was before.",
			data:    data((*world).untouched),
		},
		{
			key: "record.completed", title: "Record events: Completed", source: sourceRecalc + "; " + sourceDocs, variants: recordVariants(),
			summary: "A record has as many submitted responses as its dataset asks for; repeated at every later count.",
			data:    data(submitted),
		},
	}
}

func recordVariants() []payloads.Variant {
	return []payloads.Variant{
		{Name: string(kindText), Summary: "Fields of plain text.", Fidelity: payloads.Documented},
		{Name: string(kindChat), Summary: "A field with a conversation: a list of role and content.", Fidelity: payloads.FromSource},
		{Name: string(kindImage), Summary: "A field with an image: an address or a data URL.", Fidelity: payloads.FromSource},
		{Name: string(kindCustom), Summary: "A field with an object that a template of the dataset prints.", Fidelity: payloads.FromSource},
	}
}

func responseForms() []form {
	data := func(state func(w *world, status string) responseState) func(payloads.Build, string) *payloads.Object {
		return func(b payloads.Build, status string) *payloads.Object {
			w := newWorld(b, kindText)
			return w.response(state(w, status))
		}
	}
	return []form{
		{
			key: "response.created", title: "Response events: Created", source: sourceResponses + "; " + sourceDocs, variants: responseVariants(),
			summary: "A response was added, in whatever status. The nested record is still the one from before.",
			data:    data((*world).createdResponse),
		},
		{
			key: "response.updated", title: "Response events: Updated", source: sourceResponses + "; " + sourceDocs, variants: responseVariants(),
			summary: "A response was changed. The nested record is still the one from before.",
			data:    data((*world).updatedResponse),
		},
		{
			key: "response.deleted", title: "Response events: Deleted", source: sourceResponses + "; " + sourceDocs, variants: responseVariants(),
			summary: "A response was deleted; printed in full as it was before.",
			data:    data((*world).deletedResponse),
		},
	}
}

func responseVariants() []payloads.Variant {
	return []payloads.Variant{
		{Name: statusSubmitted, Summary: "All required questions are answered.", Fidelity: payloads.Documented},
		{Name: statusDraft, Summary: "Saved before it was finished: some answers, no ranks for the last places.", Fidelity: payloads.FromSource},
		{Name: statusDiscarded, Summary: "The user declined the record.", Fidelity: payloads.Documented},
	}
}
