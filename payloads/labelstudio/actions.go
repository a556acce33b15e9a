package labelstudio

import (
	"time"

	"github.com/annohook/annohook/payloads"
)

// Times within an action.
const (
	shortly  = 2 * time.Minute       // what had to happen first happened so long before, at most
	taskLag  = 15 * time.Millisecond // a task is saved so long after its annotation
	handling = 20 * time.Millisecond // an action changes things so long before its moment, when the last of them is saved and the event goes out
	spacing  = 10 * time.Millisecond // between the due times of the events of one action; the server sends them inline
)

// real is where the actions were observed.
const real1232 = "observed: Label Studio 1.23.2 from the Python index, SQLite"

func actions() []payloads.Action {
	list := append(projectDeeds(), taskDeeds()...)
	list = append(list, annotationDeeds()...)
	list = append(list, labelDeeds()...)
	for i := range list {
		if list[i].Fidelity == "" {
			list[i].Fidelity, list[i].Source = payloads.Observed, real1232
		}
	}
	return list
}

func idParam(name, summary string) payloads.Param {
	return payloads.Param{Name: name, Kind: payloads.KindInteger, Summary: summary, Min: 1, Max: maxProject}
}

func projectParam() payloads.Param {
	return idParam(paramProject, "id of the project; the one worked on last, or a new one where there is none")
}

func countParam(most int64, standard, summary string) payloads.Param {
	return payloads.Param{Name: paramCount, Kind: payloads.KindInteger, Default: standard, Summary: summary, Min: 1, Max: most}
}

func projectDeeds() []payloads.Action {
	title := payloads.Param{Name: paramTitle, Kind: payloads.KindString, Summary: "title, 3 to 50 characters, or none at all", Max: maxTitle}
	kindParam := payloads.Param{
		Name: paramKind, Kind: payloads.KindString, Default: `"text"`, Summary: "what its labeling interface shows", Values: []string{interfaceText, interfaceImage, interfaceEmpty},
	}
	return []payloads.Action{
		{
			Name: "create-project", Title: "Create project", Summary: "A project is created with a labeling interface; only organization webhooks hear of it.",
			Params: append([]payloads.Param{title, kindParam}, settingParams()...), Raises: []string{projectCreated}, Do: do(createProject),
		},
		{
			Name: "update-project", Title: "Save project settings", Summary: "The settings of a project are saved; without any, it gets another description.",
			Params: append([]payloads.Param{projectParam(), title}, settingParams()...), Raises: []string{projectCreated, projectUpdated},
			Do: do(updateProject),
		},
		{
			Name: "delete-project", Title: "Delete project",
			Summary: "A project is deleted with its tasks and annotations, of which no event tells; only organization webhooks hear of it.",
			Params:  []payloads.Param{projectParam()}, Raises: []string{projectCreated, projectDeleted}, Do: do(deleteProject),
		},
	}
}

func taskDeeds() []payloads.Action {
	return []payloads.Action{
		{
			Name: "import-tasks", Title: "Import tasks", Summary: "Tasks are imported from a file: one event, cut into requests of batch_size tasks.",
			Params: []payloads.Param{
				projectParam(), countParam(maxImport, "3", "number of tasks"),
				{Name: "file", Kind: payloads.KindBoolean, Default: "true", Summary: "from an uploaded file, whose id the tasks then show; else as JSON through the API"},
			},
			Raises: []string{projectCreated, tasksCreated}, Do: do(importTasks),
		},
		{
			Name: "create-task", Title: "Create task", Summary: "One task is made through the API: a list of one.",
			Params: []payloads.Param{projectParam()}, Raises: []string{projectCreated, tasksCreated}, Do: do(createTask),
		},
		{
			Name: "delete-tasks", Title: "Delete tasks", Summary: "One task that is named, or the newest ones, are deleted. Where a project has none, three are imported first.",
			Params: []payloads.Param{projectParam(), idParam(paramTask, "id of the one task"), countParam(maxImport, "1", "how many of the newest")},
			Raises: []string{projectCreated, tasksCreated, tasksDeleted}, Do: do(deleteTasks),
		},
		{
			Name: "delete-all-tasks", Title: "Delete all tasks of a project",
			Summary: "One request deletes all tasks of a project. The event names no project, so only organization webhooks get it; of an empty project nothing is sent.",
			Params:  []payloads.Param{projectParam()}, Raises: []string{projectCreated, tasksDeleted}, Do: do(deleteAllTasks),
		},
	}
}

func annotationDeeds() []payloads.Action {
	return []payloads.Action{
		{
			Name: "create-annotation", Title: "Submit or skip a task",
			Summary: "An annotator hands in the next task nobody has worked on, else the next unfinished one. Where all are finished, three more are imported first.",
			Params: []payloads.Param{
				projectParam(), idParam(paramTask, "id of the task"), resultParam(),
				{Name: paramAssisted, Kind: payloads.KindBoolean, Default: "false", Summary: "start from a model's prediction, which the annotation then holds"},
				{Name: paramAnnotator, Kind: payloads.KindInteger, Default: "2", Summary: "id of the user; a new number joins", Min: 1, Max: maxUsers},
			},
			Raises: []string{projectCreated, tasksCreated, annotationCreated}, Do: do(createAnnotation),
		},
		{
			Name: "update-annotation", Title: "Update an annotation",
			Summary: "An annotation is handed in once more, or cancelled: the newest of the project. Where there is none, one is made first.",
			Params:  []payloads.Param{projectParam(), idParam(paramAnnotation, "id of the annotation"), resultParam()},
			Raises:  []string{projectCreated, tasksCreated, annotationCreated, annotationUpdated}, Do: do(updateAnnotation),
		},
		{
			Name: "delete-annotations", Title: "Delete annotations",
			Summary: "One annotation that is named, or the newest ones. Several go through the Data Manager, whose event still counts their tasks as finished. " +
				"Where there is none, nothing is sent.",
			Params: []payloads.Param{
				projectParam(), idParam(paramAnnotation, "id of the one annotation"), countParam(maxAnnotations, "1", "how many of the newest"),
			},
			Raises: []string{projectCreated, annotationsDeleted}, Do: do(deleteAnnotations),
		},
		{
			Name: "create-annotations-from-predictions", Title: "Create annotations from predictions",
			Summary: "The Data Manager turns predictions into annotations: one event with lists under the singular keys, sent before the tasks' counters move.",
			Params:  []payloads.Param{projectParam(), countParam(maxConverted, "3", "number of predictions; missing ones are made first, without any event")},
			Raises:  []string{projectCreated, tasksCreated, annotationsCreated}, Do: do(convertPredictions),
		},
	}
}

func labelDeeds() []payloads.Action {
	return []payloads.Action{
		{
			Name: "create-labels", Title: "Add custom labels", Summary: "New labels are added to a project, beside its labeling interface.",
			Params: []payloads.Param{projectParam(), countParam(maxLinksAtOne, "2", "number of labels")},
			Raises: []string{projectCreated, labelLinkCreated}, Do: do(createLabels), Fidelity: payloads.FromSource,
			Source: "labels_manager/serializers.py of 1.23.2, which fails there before it sends; see the fact \"label links\"",
		},
		{
			Name: "update-label-link", Title: "Change a label's place", Summary: "The link of a custom label to a project is saved; the newest, or one made first.",
			Params: []payloads.Param{
				projectParam(), linkParam(), {Name: paramControl, Kind: payloads.KindString, Summary: "control tag that offers the label", Min: 1, Max: 200},
			},
			Raises: []string{projectCreated, labelLinkCreated, labelLinkUpdated}, Do: do(updateLabelLink),
		},
		{
			Name: "delete-label-link", Title: "Take a label from a project", Summary: "The link of a custom label to a project is deleted; the newest, or one made first.",
			Params: []payloads.Param{projectParam(), linkParam()}, Raises: []string{projectCreated, labelLinkCreated, labelLinkDeleted},
			Do: do(deleteLabelLink),
		},
	}
}
