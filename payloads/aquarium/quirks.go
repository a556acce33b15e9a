package aquarium

import "github.com/annohook/annohook/payloads"

// Names of the quirks.
const (
	quirkDocumentedSpelling = "documented-spelling"
	quirkSingleIssue        = "single-issue"
	quirkGluedID            = "glued-inference-id"
	quirkOmitInferenceSet   = "omit-inference-set"
	quirkPythonDates        = "python-dates"
	quirkTestAsEvent        = "test-as-event"
	quirkCompactJSON        = "compact-json"
	quirkNoUserAgent        = "no-user-agent"
)

// quirks are the oddities of one profile; misspelled is its default of documented-spelling.
func quirks(misspelled bool) []payloads.Quirk {
	return []payloads.Quirk{
		{
			Name: quirkDocumentedSpelling, Default: misspelled, Fidelity: payloads.Documented, Source: sourceLabeling,
			Summary: "Labels have the key label_coorindate_frame, misspelled as in the documents; off: label_coordinate_frame, as in the client library.",
		},
		{
			Name: quirkSingleIssue, Fidelity: payloads.Assumed, Source: "docs: Webhooks, whose envelope calls the entity a single object",
			Summary: "issues-created carries one issue, of several the first, under issue instead of a list under issues.",
		},
		{
			Name: quirkGluedID, Fidelity: payloads.Assumed, Source: sourceClient + ", which stores inference sets so",
			Summary: "Inference sets appear under dataset with the id inferences_<dataset>_<inference set>.",
		},
		{
			Name: quirkOmitInferenceSet, Fidelity: payloads.Assumed, Source: sourceGuess,
			Summary: "The key inference_set is left out where there is none, instead of null.",
		},
		{
			Name: quirkPythonDates, Default: true, Fidelity: payloads.FromSource, Source: sourceFrames,
			Summary: "date_captured is Python's str(datetime), with a blank; off: with a T, as callers of the client may supply it.",
		},
		{
			Name: quirkTestAsEvent, Fidelity: payloads.Assumed, Source: sourceWebhooks + " shows the test payload as a picture only",
			Summary: "A test send bears the name of the first event of the subscription instead of test, still without an entity.",
		},
		{
			Name: quirkCompactJSON, Fidelity: payloads.Assumed, Source: sourceStack,
			Summary: "Bodies are JSON without blanks and with raw UTF-8, instead of Python's.",
		},
		{
			Name: quirkNoUserAgent, Fidelity: payloads.Assumed, Source: sourceStack,
			Summary: "No User-Agent is sent.",
		},
	}
}
