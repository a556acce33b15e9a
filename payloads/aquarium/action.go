package aquarium

import "github.com/annohook/annohook/payloads"

// Names of the actions.
const (
	actUpload = "upload-dataset"
	actCreate = "create-issues"
	actUpdate = "update-issue"
	actExport = "export-issue"
)

// Values of the parameter outcome.
const (
	outcomeComplete = "complete"
	outcomeFailed   = "failed"
)

// mostCreated bounds the issues of one create-issues.
const mostCreated = 20

// actions lists what people do in Aquarium, in the order in which a project goes through it.
func actions() []payloads.Action {
	return []payloads.Action{
		{
			Name: actUpload, Title: "Upload a dataset", Fidelity: payloads.Documented, Source: sourceWebhooks, Do: uploadDataset,
			Raises:  []string{keyComplete, keyFailed},
			Summary: "A labeled dataset, or an inference set of one, is uploaded and processed; at the end stands one event.",
			Params: []payloads.Param{
				{Name: "project", Kind: payloads.KindString, Min: 1, Max: maxProjectRunes, Summary: "Name of the project, new ones allowed; left out: the newest. It is what the scope of a subscription is compared with."},
				nameParam("name", "Id of the dataset, or name of the inference set; one that is there already is uploaded anew. Drawn where it is left out."),
				{Name: "kind", Kind: payloads.KindString, Default: `"labeled"`, Values: []string{variantLabeled, variantInference}, Summary: "What is uploaded."},
				nameParam("dataset", "Of an inference set: id of its labeled dataset; left out: the newest of the project."),
				{Name: "outcome", Kind: payloads.KindString, Default: `"complete"`, Values: []string{outcomeComplete, outcomeFailed}, Summary: "How the processing ends."},
			},
		},
		{
			Name: actCreate, Title: "Create issues", Fidelity: payloads.Assumed, Source: sourceExport, Do: createIssues, Raises: []string{keyCreated},
			Summary: "Somebody gathers elements of a dataset in one or more new issues; one event tells of all of them.",
			Params: []payloads.Param{
				{Name: "project", Kind: payloads.KindString, Min: 1, Max: maxProjectRunes, Summary: "Name of the project, new ones allowed; left out: the newest."},
				{Name: "count", Kind: payloads.KindInteger, Default: "1", Min: 1, Max: mostCreated, Summary: "How many issues."},
				nameParam("name", "Name of the issue; further ones are numbered. Drawn where it is left out."),
				nameParam("dataset", "Id of the labeled dataset; left out: the newest of the project."),
				{Name: "inference_set", Kind: payloads.KindString, Max: mostNameRunes, Summary: "Name of an inference set of the dataset; left out: the newest, if there is one; empty: the labeled dataset itself."},
				{Name: "element_type", Kind: payloads.KindString, Default: `"frame"`, Values: []string{variantFrame, variantCrop}, Summary: "What the elements are."},
				{Name: "elements", Kind: payloads.KindInteger, Default: "3", Min: 1, Max: mostExported, Summary: "How many elements each issue has."},
			},
		},
		{
			Name: actUpdate, Title: "Change an issue", Fidelity: payloads.Assumed, Source: sourceExport + " (name); which changes count is not documented",
			Do: updateIssue, Raises: []string{keyUpdate},
			Summary: "An issue gets another state, name, assignee or number of elements; one event for all of it. Without any of them it comes to the next state.",
			Params: []payloads.Param{
				issueParam(), scopeParam(),
				{
					Name: "state", Kind: payloads.KindString, Summary: "The new state.",
					Values: []string{stateTriage, stateInProgress, stateInReview, stateResolved, stateCancelled},
				},
				nameParam("name", "The new name."),
				{Name: "assignee", Kind: payloads.KindString, Max: mostNameRunes, Summary: "Address of who is to work on it; empty: nobody."},
				{Name: "elements", Kind: payloads.KindInteger, Min: 1, Max: mostExported, Summary: "How many elements it has from now on; the first ones stay."},
			},
		},
		{
			Name: actExport, Title: "Export an issue", Fidelity: payloads.Documented, Source: sourceLabeling, Do: exportIssue, Raises: []string{keyExported},
			Summary: "Somebody presses Export Issue: every element goes out with its whole frame, the same ones each time.",
			Params: []payloads.Param{
				issueParam(), scopeParam(),
				{Name: "elements", Kind: payloads.KindInteger, Min: 1, Max: mostExported, Summary: "How many elements to send; an issue with fewer gets more first. Left out: all it has."},
			},
		},
	}
}

func nameParam(name, summary string) payloads.Param {
	return payloads.Param{Name: name, Kind: payloads.KindString, Min: 1, Max: mostNameRunes, Summary: summary}
}

func issueParam() payloads.Param {
	return payloads.Param{Name: "issue", Kind: payloads.KindString, Min: 1, Max: mostNameRunes, Summary: "Id of the issue; left out: the newest that is not settled."}
}

func scopeParam() payloads.Param {
	return payloads.Param{Name: "project", Kind: payloads.KindString, Min: 1, Max: maxProjectRunes, Summary: "Name of the project to look in; left out: all of them."}
}
