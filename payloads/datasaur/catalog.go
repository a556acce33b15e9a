package datasaur

import "github.com/annohook/annohook/payloads"

// Keys of the event types. All but Export are wire names too; the export webhook's body names no type.
const (
	ProjectCreated     = "PROJECT_CREATED"
	BeforeUpdateLabels = "BEFORE_UPDATE_LABELS"
	ProjectCompleted   = "PROJECT_COMPLETED"
	ProjectReviewed    = "PROJECT_REVIEWED"
	Export             = "export"
)

// Variants of BEFORE_UPDATE_LABELS and of the export webhook.
const (
	VariantUpsert   = "upsert"
	VariantDelete   = "delete"
	VariantReview   = "review"
	VariantProject  = "project"
	VariantDocument = "document"
)

// Sources of the payloads.
const (
	sourceEvents     = "docs: Events (docs.datasaur.ai/integrations/webhook-notifications/events)"
	sourceEvents2020 = "docs of 2020: Events (datasaurai.gitbook.io/datasaur/advanced/webhook-notifications/events)"
	sourceExport     = "docs: Custom Webhook (docs.datasaur.ai/api/export-project/custom-webhook)"
)

func events2023() []payloads.EventType {
	return []payloads.EventType{
		notification(ProjectCreated, "Project created", "Sent when a new project is created.", sourceEvents,
			builder(ProjectCreated, nil, drawCreated, printCreated)),
		labelsEvent(),
		notification(ProjectCompleted, "Project completed", completedSummary, sourceEvents,
			builder(ProjectCompleted, nil, drawCompleted, printDone(ProjectCompleted, "labeler", project.print2023))),
		notification(ProjectReviewed, "Project reviewed", reviewedSummary, sourceEvents,
			builder(ProjectReviewed, nil, drawReviewed, printDone(ProjectReviewed, "reviewer", project.print2023))),
		{
			Key: Export, Title: "Custom webhook of an export", Summary: "Sent when an export is ready, to the URL that the export call named.",
			Method: "PUT", Fidelity: payloads.Documented, Source: sourceExport,
			Variants: exportVariants(), Build: builder(Export, exportVariants(), drawExport, printExport),
		},
	}
}

func events2020() []payloads.EventType {
	return []payloads.EventType{
		notification(ProjectCompleted, "Project completed", completedSummary, sourceEvents2020,
			builder(ProjectCompleted, nil, drawCompleted, withUsername(printDone(ProjectCompleted, "labeler", project.print2020)))),
		notification(ProjectReviewed, "Project reviewed", reviewedSummary, sourceEvents2020,
			builder(ProjectReviewed, nil, drawReviewed, withUsername(printDone(ProjectReviewed, "reviewer", project.print2020)))),
	}
}

const (
	completedSummary = "Sent after a labeler marks the project as completed; once for each labeler."
	reviewedSummary  = "Sent after a reviewer marks the project as completed in reviewer mode."
)

func notification(key, title, summary, source string, build func(payloads.Build) (*payloads.Object, error)) payloads.EventType {
	return payloads.EventType{
		Key: key, Name: key, Title: title, Summary: summary, Method: "POST", Fidelity: payloads.Documented, Source: source, Build: build,
	}
}

func labelsEvent() payloads.EventType {
	e := notification(BeforeUpdateLabels, "Before update labels",
		"Sent just before a labeler adds or changes a label, so once for each edit. The answer is not known to stop it.", sourceEvents,
		builder(BeforeUpdateLabels, labelVariants(), drawLabels, printLabels))
	e.Variants = labelVariants()
	return e
}

func labelVariants() []payloads.Variant {
	return []payloads.Variant{
		{Name: VariantUpsert, Summary: "A labeler puts new labels.", Fidelity: payloads.Documented},
		{Name: VariantDelete, Summary: "A labeler removes a label; the items of toDeleteList are taken to be labels too.", Fidelity: payloads.Assumed},
		{Name: VariantReview, Summary: "A reviewer puts labels in the review document.", Fidelity: payloads.Assumed},
	}
}

func exportVariants() []payloads.Variant {
	return []payloads.Variant{
		{Name: VariantProject, Summary: "Export of a whole project: no documentId.", Fidelity: payloads.Documented},
		{Name: VariantDocument, Summary: "Export of one document.", Fidelity: payloads.Documented},
	}
}
