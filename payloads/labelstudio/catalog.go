package labelstudio

import (
	"net/http"
	"slices"

	"github.com/annohook/annohook/payloads"
)

// The actions, in the order of the server's registry. The last three exist in the documents only.
const (
	projectCreated     = "PROJECT_CREATED"
	projectUpdated     = "PROJECT_UPDATED"
	projectDeleted     = "PROJECT_DELETED"
	tasksCreated       = "TASKS_CREATED"
	tasksDeleted       = "TASKS_DELETED"
	annotationCreated  = "ANNOTATION_CREATED"
	annotationsCreated = "ANNOTATIONS_CREATED"
	annotationUpdated  = "ANNOTATION_UPDATED"
	annotationsDeleted = "ANNOTATIONS_DELETED"
	labelLinkCreated   = "LABEL_LINK_CREATED"
	labelLinkUpdated   = "LABEL_LINK_UPDATED"
	labelLinkDeleted   = "LABEL_LINK_DELETED"
	taskCreated        = "TASK_CREATED"
	taskDeleted        = "TASK_DELETED"
	annotationDeleted  = "ANNOTATION_DELETED"
)

// builder makes the event of an action in a variant that exists.
type builder func(w *world, action, variant string, b payloads.Build) *payloads.Object

// action is one row of the catalogue, for all generations.
type action struct {
	name, title, summary string
	source               string // where the servers' payload is known from
	reference            string // where the documents show it; "" when they do not
	carried              bool   // holds tasks or annotations, whose models of 2026-07 were not to be had
	variants             []payloads.Variant
	build                builder
}

// events lists the event types of a generation.
func events(gen generation) []payloads.EventType {
	rows := slices.Concat(projectActions(), taskActions(), annotationActions(), labelActions())
	if gen == documents {
		rows = append(rows, documentedActions()...)
	}
	list := make([]payloads.EventType, len(rows))
	for i, a := range rows {
		list[i] = a.event(gen)
	}
	return list
}

// event returns the row as an event type of the generation.
func (a action) event(gen generation) payloads.EventType {
	e := payloads.EventType{
		Key: a.name, Name: a.name, Title: a.title, Summary: a.summary, Method: http.MethodPost, Variants: slices.Clone(a.variants),
	}
	e.Fidelity, e.Source = a.certainty(gen)
	for i, v := range e.Variants {
		switch {
		case v.Fidelity == payloads.Assumed, gen == documents && i > 0: // the documents show the first variant only
			e.Variants[i].Fidelity = payloads.Assumed
		default:
			e.Variants[i].Fidelity = e.Fidelity
		}
	}
	e.Build = func(b payloads.Build) (*payloads.Object, error) {
		variant, err := payloads.VariantNamed(a.name, a.variants, b.Variant)
		if err != nil {
			return nil, err
		}
		if b.Subject != nil {
			return depict(gen, a.name, b)
		}
		return a.build(newWorld(gen, b), a.name, variant, b), nil
	}
	return e
}

// certainty returns how the payload of the row is known in a generation, and from where.
func (a action) certainty(gen generation) (payloads.Fidelity, string) {
	switch {
	case gen == documents && a.reference == "":
		return payloads.Assumed, "the documents show no example; keys of the servers with the documents' project"
	case gen == documents:
		return payloads.Documented, a.reference
	case gen == server2607 && a.carried:
		return payloads.Assumed, a.source + "; tasks and annotations as in " + profile122
	default:
		return payloads.FromSource, a.source
	}
}

// Sources, shortened.
const (
	serializers = "label_studio/webhooks/serializers_for_hooks.py@087bcd8a, webhooks/models.py@155880a8"
	reference   = "docs: Webhook event format reference, "
)

func projectActions() []action {
	return []action{
		{
			name: projectCreated, title: "Project Created", build: (*world).projectCreated,
			summary: "Sent when a project is created; only organization webhooks get it.",
			source:  serializers + ", projects/models.py@00124457", reference: reference + "Project Created",
		},
		{
			name: projectUpdated, title: "Project Updated", build: (*world).projectUpdated,
			summary: "Sent when the settings of a project are changed.",
			source:  serializers + ", projects/models.py@00124457", reference: reference + "Project Updated",
			variants: []payloads.Variant{
				{Name: variantImage, Summary: "a project of images", Fidelity: payloads.FromSource},
				{Name: variantText, Summary: "a project of texts", Fidelity: payloads.FromSource},
				{Name: variantLogin, Summary: "a project with credentials for its task data, which are sent in clear", Fidelity: payloads.FromSource},
			},
		},
		{
			name: projectDeleted, title: "Project Deleted", build: (*world).projectDeleted,
			summary: "Sent after a project was deleted, with its id alone; only organization webhooks get it.",
			source:  serializers, reference: reference + "Project Deleted",
		},
	}
}

func taskActions() []action {
	return []action{
		{
			carried: true, name: tasksCreated, title: "Task Created", build: (*world).tasksCreated,
			summary: "Sent when tasks are created: one, an import, or a storage sync. Always a list.",
			source:  serializers + ", fork: tasks/models.py@32b43996", reference: reference + "Task Created",
			variants: []payloads.Variant{
				{Name: variantImport, Summary: "an import of three tasks", Fidelity: payloads.FromSource},
				{Name: variantSingle, Summary: "one task made through the API, still a list", Fidelity: payloads.FromSource},
				{Name: variantBulk, Summary: "an import of 12,000 tasks, sent as several requests", Fidelity: payloads.FromSource},
			},
		},
		{
			name: tasksDeleted, title: "Task Deleted", build: (*world).tasksDeleted,
			summary: "Sent after tasks were deleted, with their ids alone. Always a list.",
			source:  serializers + ", fork: projects/api.py@32b43996", reference: reference + "Task Deleted",
			variants: []payloads.Variant{
				{Name: variantSeveral, Summary: "six tasks deleted in the Data Manager", Fidelity: payloads.FromSource},
				{Name: variantSingle, Summary: "one task deleted through the API, still a list", Fidelity: payloads.FromSource},
				{Name: variantDeleteAll, Summary: "all tasks of a project: no project key, so only organization webhooks get it", Fidelity: payloads.FromSource},
			},
		},
	}
}

func annotationActions() []action {
	models := serializers + ", fork: tasks/models.py@32b43996"
	return []action{
		{
			carried: true, name: annotationCreated, title: "Annotation Created", build: (*world).annotationCreated,
			summary: "Sent when an annotator submits or skips a task.",
			source:  models, reference: reference + "Annotation Created",
			variants: []payloads.Variant{
				{Name: variantSubmitted, Summary: "spans in a text", Fidelity: payloads.FromSource},
				{Name: variantSkipped, Summary: "the task was skipped: was_cancelled and an empty result", Fidelity: payloads.FromSource},
				{Name: variantImage, Summary: "rectangles in an image", Fidelity: payloads.FromSource},
				{Name: variantAssisted, Summary: "started from a prediction, whose keys are from the older serializer", Fidelity: payloads.Assumed},
			},
		},
		{
			carried: true, name: annotationsCreated, title: "Annotations created", build: (*world).annotationsCreated,
			summary: "Sent when predictions are turned into annotations in the Data Manager: lists under the singular keys annotation and task.",
			source:  models + ", data_manager/actions/predictions_to_annotations.py@04b95459",
		},
		{
			carried: true, name: annotationUpdated, title: "Annotation Updated", build: (*world).annotationUpdated,
			summary: "Sent when an annotation is changed.",
			source:  models, reference: reference + "Annotation Updated",
			variants: []payloads.Variant{
				{Name: variantImage, Summary: "rectangles in an image", Fidelity: payloads.FromSource},
				{Name: variantText, Summary: "spans in a text", Fidelity: payloads.FromSource},
			},
		},
		{
			name: annotationsDeleted, title: "Annotation Deleted", build: (*world).annotationsDeleted,
			summary: "Sent after annotations were deleted, with their ids alone. Always a list.",
			source:  serializers, reference: reference + "Annotation Deleted",
			variants: []payloads.Variant{
				{Name: variantSingle, Summary: "one annotation, still a list", Fidelity: payloads.FromSource},
				{Name: variantSeveral, Summary: "three annotations deleted in the Data Manager", Fidelity: payloads.FromSource},
			},
		},
	}
}

func labelActions() []action {
	models := serializers + ", labels_manager/serializers.py@00124457, labels_manager/models.py@03bd7e02"
	return []action{
		{
			name: labelLinkCreated, title: "Label link created", build: (*world).labelLinkCreated, source: models,
			summary: "Sent when custom labels are added to a project. A list.",
		},
		{
			name: labelLinkUpdated, title: "Label link updated", build: (*world).labelLinkUpdated, source: models,
			summary: "Sent when the link of a custom label is changed, with the label.",
		},
		{
			name: labelLinkDeleted, title: "Label link deleted", build: (*world).labelLinkDeleted, source: models,
			summary: "Sent after a custom label was taken from a project, with the id of the link alone.",
		},
	}
}

// documentedActions are the singular names that the documents promise and no server ever had.
func documentedActions() []action {
	return []action{
		{
			name: taskCreated, title: "Task Created", reference: reference + "Task Created, key table",
			summary: "The documents' name for the creation of one task.",
			build: func(w *world, action, _ string, b payloads.Build) *payloads.Object {
				return w.tasksCreated(action, variantSingle, b)
			},
		},
		{
			name: taskDeleted, title: "Task Deleted", reference: reference + "Task Deleted, key table",
			summary: "The documents' name for the deletion of one task.",
			build: func(w *world, action, _ string, b payloads.Build) *payloads.Object {
				return w.tasksDeleted(action, variantSingle, b)
			},
		},
		{
			name: annotationDeleted, title: "Annotation Deleted", reference: reference + "Annotation Deleted, key table",
			summary: "The documents' name for the deletion of one annotation.",
			build: func(w *world, action, _ string, b payloads.Build) *payloads.Object {
				return w.annotationsDeleted(action, variantSingle, b)
			},
		},
	}
}
