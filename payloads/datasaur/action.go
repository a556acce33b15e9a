package datasaur

import (
	"slices"
	"time"

	"github.com/annohook/annohook/payloads"
)

// Names of the actions.
const (
	actCreate   = "create-project"
	actLabel    = "update-labels"
	actComplete = "complete-project"
	actReview   = "review-project"
	actExport   = "export-project"
)

// spacing lies between the events of one action.
const spacing = 25 * time.Millisecond

const (
	sourceWhen   = "docs: Webhook Notifications (docs.datasaur.ai/integrations/webhook-notifications)"
	sourceStatus = sourceWhen + "; completion for each labeler and the status words: " + sourceGraphQL
)

// actions lists what people do in Datasaur, in the order in which a project goes through it.
func actions() []payloads.Action {
	return []payloads.Action{
		{
			Name: actCreate, Title: "Create a project", Fidelity: payloads.Documented, Source: sourceWhen, Raises: []string{ProjectCreated}, Do: createProject,
			Summary: "A project of one or more documents is made and given to labelers and a reviewer of the team.",
			Params: []payloads.Param{
				{Name: "name", Kind: payloads.KindString, Min: 1, Max: mostNameRunes, Summary: "Name of the project; a name like a file's is also the first document's. Drawn where it is left out."},
				{Name: "tags", Kind: payloads.KindStrings, Summary: "Up to 10 tags of up to 50 characters; drawn where they are left out."},
				{Name: "documents", Kind: payloads.KindInteger, Default: "1", Min: 1, Max: mostDocuments, Summary: "How many documents it has."},
				{Name: "labelers", Kind: payloads.KindInteger, Default: "1", Min: 1, Max: mostLabelers, Summary: "How many labelers work on it; each has a copy of every document."},
			},
		},
		{
			Name: actLabel, Title: "Put or remove labels", Fidelity: payloads.Documented, Source: sourceWhen, Raises: []string{BeforeUpdateLabels}, Do: updateLabels,
			Summary: "Somebody edits labels; every edit is an event of its own, sent before the edit is saved. Whoever had completed the project takes it up again.",
			Params: []payloads.Param{
				projectParam("the newest that is not completed"),
				{Name: "document", Kind: payloads.KindString, Summary: "Id of a document, or of somebody's copy of it; left out: the first with something left to label."},
				{Name: "by", Kind: payloads.KindString, Summary: "Id or address of a labeler or the reviewer of the project; left out: the first labeler who has not completed it."},
				{Name: "change", Kind: payloads.KindString, Default: `"put"`, Values: []string{changePut, changeRemove}, Summary: "put adds a label, or changes one when everything is labelled; remove takes one away."},
				{Name: "edits", Kind: payloads.KindInteger, Default: "1", Min: 1, Max: mostEdits, Summary: "How many edits follow each other."},
			},
		},
		{
			Name: actComplete, Title: "Complete a project", Fidelity: payloads.Assumed, Source: sourceStatus, Raises: []string{ProjectCompleted}, Do: completeProject,
			Summary: "Labelers mark the project as completed, one event for each of them. One who had done so takes it up and completes it again.",
			Params: []payloads.Param{
				projectParam("the newest that is not completed"),
				{Name: "by", Kind: payloads.KindString, Summary: "Id or address of one labeler; left out: all who have not completed it yet."},
			},
		},
		{
			Name: actReview, Title: "Review a project", Fidelity: payloads.Documented, Source: sourceWhen, Raises: []string{ProjectReviewed}, Do: reviewProject,
			Summary: "The reviewer marks the project as completed. Nothing published says that every labeler must have completed it before.",
			Params:  []payloads.Param{projectParam("the newest that all labelers have completed")},
		},
		{
			Name: actExport, Title: "Export a project", Fidelity: payloads.Documented, Source: sourceExport, Raises: []string{Export}, Do: exportProject,
			Summary: "The team's administrator exports a project, or one document of it, to the custom webhook.",
			Params: []payloads.Param{
				projectParam("the newest reviewed one"),
				{Name: "document", Kind: payloads.KindString, Summary: "Id of a document, or of somebody's copy of it; left out: the whole project."},
			},
		},
	}
}

func projectParam(standard string) payloads.Param {
	return payloads.Param{Name: "project", Kind: payloads.KindString, Summary: "Id of the project; left out: " + standard + "."}
}

// only returns the actions as a profile knows them: events that are not in its catalogue do not happen there.
func only(actions []payloads.Action, catalogue []payloads.EventType) []payloads.Action {
	unknown := func(key string) bool {
		return !slices.ContainsFunc(catalogue, func(e payloads.EventType) bool { return e.Key == key })
	}
	for i, a := range actions {
		actions[i].Raises = slices.DeleteFunc(slices.Clone(a.Raises), unknown)
		actions[i].Do = func(in payloads.ActionInput) (payloads.Effect, error) {
			effect, err := a.Do(in)
			effect.Raised = slices.DeleteFunc(effect.Raised, func(r payloads.Raised) bool { return unknown(r.Type) })
			return effect, err
		}
	}
	return actions
}
