package aquarium

import "github.com/annohook/annohook/payloads"

// Where the facts were read. The stored pages are cut off before the schemas of the events, except the one repeated on the labeling page.
const (
	sourceWebhooks = "docs: Webhooks (legacy-docs.aquariumlearning.com)"
	sourceExport   = "docs: Exporting data, Webhooks"
	sourceLabeling = "docs: Integrating with labeling using webhooks"
	sourceFrames   = "aquariumlearning 1.0.7 frames.py and labels.py"
	sourceIssues   = "aquariumlearning 1.0.7 issues.py"
	sourceClient   = "aquariumlearning 1.0.7 client.py"
	sourceHouse    = "nothing published; annohook's house policy"
	sourceStack    = "nothing published; inferred from the vendor's client library, which is Python (aquariumlearning 1.0.7)"
	sourceGuess    = "nothing published; reconstructed from field names of aquariumlearning 1.0.7 client.py and issues.py"
)

func facts() []payloads.Fact {
	return append(wireFacts(), policyFacts()...)
}

func fact(topic, source string, fidelity payloads.Fidelity, text string) payloads.Fact {
	return payloads.Fact{Topic: topic, Text: text, Source: source, Fidelity: fidelity}
}

func wireFacts() []payloads.Fact {
	return []payloads.Fact{
		fact("method", sourceWebhooks, payloads.Documented, "Always POST."),
		fact("content type", sourceWebhooks, payloads.Documented, "Content-Type: application/json."),
		fact("envelope", sourceWebhooks, payloads.Documented,
			"event, project (its name) and, where there is one, the entity under a key named after it."),
		fact("event type", sourceExport, payloads.Documented,
			"Only the key event tells what happened; no header does. The five names are kebab-case: issues-created has a plural, issue-update no d."),
		fact("secret header", sourceWebhooks, payloads.Documented,
			"X-Aquarium-Secret holds the secret itself, not a signature, on every request once the organisation has made one; before that there is no such header."),
		fact("secret scope", sourceWebhooks, payloads.Documented,
			"One secret for all webhooks of all projects of the organisation, shown once; a new one replaces it at once, without overlap."),
		fact("other headers", sourceStack, payloads.Assumed,
			"User-Agent, Accept-Encoding, Accept and Connection are those of Python's requests, which the vendor's client uses; see the quirk no-user-agent."),
		fact("json", sourceStack, payloads.Assumed, `Printed as Python's json.dumps does: ", " and ": ", ASCII only. Nothing depends on it, as bodies are not signed.`),
		fact("issue export", sourceLabeling, payloads.Documented,
			"The issue holds id and elements only; its name is repeated in every element. Each element holds its frame in full and is not paged, so bodies can be large."),
		fact("crop elements", sourceLabeling, payloads.Assumed,
			"There is no crop_data: the label of a crop is found in frame_data.label_data. That element_id is the label's uuid for a crop and the frame's id for a frame is reconstructed."),
		fact("misspelled key", "aquariumlearning labels.py, inferences.py and base_labels.py 1.0.3 to 1.0.7", payloads.FromSource,
			"The documents spell label_coorindate_frame; the client library spells label_coordinate_frame in every version, and so does the profile current."),
		fact("same elements", sourceGuess, payloads.Assumed, "Exporting an issue again sends the same elements with the same ids, and those that were added."),
		fact("issue changes", sourceExport+", which does not say it", payloads.Assumed,
			"issue-update comes once for each change of state, name, assignee or elements; which changes count is not documented."),
		fact("created together", sourceGuess, payloads.Assumed,
			"Issues that are created in one go come in one issues-created; see the quirk single-issue."),
		fact("partial failure", sourceClient, payloads.FromSource,
			"The windows of a streamed upload can fail each for itself. Which event that gives is not known; here a dataset is processed or has failed."),
		fact("no inference set", sourceGuess, payloads.Assumed, "An issue without inference set has inference_set null; see the quirk omit-inference-set."),
		fact("ground truth", sourceFrames, payloads.FromSource, "Labels of a labeled dataset have no confidence; those of an inference set do."),
		fact("date captured", sourceFrames, payloads.FromSource, "By default Python's str(datetime.now()): a blank between date and time, no zone."),
		fact("segments", "docs: Organizing your data", payloads.Documented, "The pages of the product say segment for what payloads and the client go on calling issue."),
		fact("test send", sourceWebhooks, payloads.Documented,
			"A minimal payload goes through the same pipeline at the press of an icon, and the page shows the endpoint's error or that the request failed outright. "+
				"What the payload holds was shown as a picture only."),
		fact("native api", sourceClient, payloads.FromSource, "The client library has no call for webhooks: they are set up on the pages of the product."),
	}
}

func policyFacts() []payloads.Fact {
	return []payloads.Fact{
		fact("scope", sourceWebhooks, payloads.Documented, "A webhook belongs to one project and gets the events it names."),
		fact("deactivation", sourceWebhooks, payloads.Documented, "A whole webhook can be switched off to silence it quickly; pending retries are dropped, which is our reading of quickly."),
		fact("timeout", sourceHouse, payloads.Assumed, "20 seconds for the whole exchange."),
		fact("success", sourceHouse, payloads.Assumed, "Any status from 200 to 299."),
		fact("redirects", sourceHouse, payloads.Assumed, "Not followed; a 3xx is a failure."),
		fact("target", sourceStack, payloads.Assumed,
			"The request line is that of Python requests, to go with the User-Agent: dot segments go, escapes become upper case, an empty query and the usual port go."),
		fact("retry", sourceHouse, payloads.Assumed, "Three more attempts, 10, 60 and 180 seconds after the end of the one before, with the same bytes."),
		fact("delivery id", sourceWebhooks, payloads.Documented, "None is mentioned, nor a timestamp: repeats can be told by the body alone."),
		fact("custom headers", sourceWebhooks, payloads.Assumed,
			"None are mentioned. Those of a subscription here are our addition; they replace others of the same name but not X-Aquarium-Secret."),
	}
}

func recipe() []string {
	return []string{
		"Read the header X-Aquarium-Secret.",
		"Compare it with the secret of the organisation in constant time.",
		"Nothing binds it to the body: whoever has seen one request can send any other, so use TLS.",
		"A request without the header comes from an organisation that has made no secret; refuse it if yours has.",
	}
}
