package sdk_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// step is one thing that a user of Label Studio does: on ours by an action, on the real server by a request of its API that says the same.
type step struct {
	name string

	action, params string            // ours; "{name}" stands for a kept value; no action: nothing is to be done
	kept           map[string]string // name -> dotted path in our result

	method, path, body string            // of the real server
	borrow             map[string]string // name in body -> dotted path in what our step sent, so that both sides hold the same content
	status             int               // of the real answer; 0: any 2xx
	flags              map[string]bool   // set in the real server before
	keep               map[string]string // name -> dotted path in the real answer
}

// batch is WEBHOOK_BATCH_SIZE of both sides: small, so that a small import shows the slices.
const batch = 4

// sliced is the flag of the real server that has it cut lists into slices.
const sliced = "fflag_fix_back_plt_843_webhook_memory_improvement_12082025_short"

// allTasks is how the Data Manager names them.
const allTasks = `{"selectedItems":{"all":true,"excluded":[]}}`

// labels is the body that makes two labels of the control that from names.
func labels(from string) string {
	one := func(title string) string {
		return `{"project":{project},"from_name":` + from + `,"value":["` + title + `"],"title":"` + title + `"}`
	}
	return "[" + one("Mixed") + "," + one("Odd") + "]"
}

// steps are everything that raises an event in the open-source server, and what looks as if it did.
func steps() []step {
	list := slices.Concat(projectSteps(), taskSteps(), annotationSteps(), labelSteps(), imageSteps())
	return append(
		list,
		step{
			name: "delete a task", action: "delete-tasks", params: `{"task":{task}}`,
			method: http.MethodDelete, path: "/api/tasks/{task}/",
		},
		step{
			name: "delete all tasks", action: "delete-all-tasks", params: `{"project":{project}}`,
			method: http.MethodDelete, path: "/api/projects/{project}/tasks/",
		},
		step{
			name: "delete the project", action: "delete-project", params: `{"project":{project}}`,
			method: http.MethodDelete, path: "/api/projects/{project}/",
		},
	)
}

func projectSteps() []step {
	return []step{
		{
			name: "create project", action: "create-project", params: `{"title":"Reviews","kind":"text"}`, kept: map[string]string{"project": "id"},
			method: http.MethodPost, path: "/api/projects/", body: `{"title":"Reviews","label_config":{config},"description":{description}}`,
			borrow: map[string]string{"config": "project.label_config", "description": "project.description"}, keep: map[string]string{"project": "id"},
		},
		{
			name: "update project", action: "update-project", params: `{"project":{project},"title":"Reviews of May"}`,
			method: http.MethodPatch, path: "/api/projects/{project}/", body: `{"title":"Reviews of May"}`,
		},
	}
}

func taskSteps() []step {
	return []step{
		{
			name: "create task", action: "create-task", params: `{"project":{project}}`, kept: map[string]string{"task": "id"},
			method: http.MethodPost, path: "/api/tasks/", body: `{"project":{project},"data":{data}}`,
			borrow: map[string]string{"data": "tasks.0.data"}, keep: map[string]string{"task": "id"},
		},
		{
			name: "import three tasks", action: "import-tasks", params: `{"project":{project},"count":3,"file":false}`,
			method: http.MethodPost, path: "/api/projects/{project}/import", body: "{data}", borrow: map[string]string{"data": "tasks.*.data"},
		},
		{
			name: "import ten tasks in slices", action: "import-tasks", params: `{"project":{project},"count":10,"file":false}`,
			method: http.MethodPost, path: "/api/projects/{project}/import", body: "{data}", borrow: map[string]string{"data": "tasks.*.data"},
		},
	}
}

func annotationSteps() []step {
	return []step{
		{
			name: "submit an annotation", action: "create-annotation", params: `{"task":{task},"result":"submitted"}`, kept: map[string]string{"annotation": "id"},
			method: http.MethodPost, path: "/api/tasks/{task}/annotations/", body: `{"result":{result},"lead_time":12.5}`,
			borrow: map[string]string{"result": "annotation.result"}, keep: map[string]string{"annotation": "id"},
		},
		{
			name: "update the annotation", action: "update-annotation", params: `{"annotation":{annotation}}`,
			method: http.MethodPatch, path: "/api/annotations/{annotation}/", body: `{"result":{result},"lead_time":20.25}`,
			borrow: map[string]string{"result": "annotation.result"},
		},
		{
			name: "skip a task", action: "create-annotation", params: `{"task":{task},"result":"skipped"}`,
			method: http.MethodPost, path: "/api/tasks/{task}/annotations/", body: `{"result":[],"was_cancelled":true,"lead_time":3.1}`,
		},
		{
			name: "delete an annotation", action: "delete-annotations", params: `{"annotation":{annotation}}`,
			method: http.MethodDelete, path: "/api/annotations/{annotation}/",
		},
		{
			name: "delete all annotations", action: "delete-annotations", params: `{"project":{project},"count":1}`,
			method: http.MethodPost, path: "/api/dm/actions/?id=delete_tasks_annotations&project={project}", body: allTasks,
		},
		{
			name: "delete annotations where there are none", action: "delete-annotations", params: `{"project":{project},"count":1}`,
			method: http.MethodPost, path: "/api/dm/actions/?id=delete_tasks_annotations&project={project}", body: allTasks,
		},
		{
			name: "turn predictions into annotations", action: "create-annotations-from-predictions", params: `{"project":{project},"count":1}`,
			method: http.MethodPost, path: "/api/dm/actions/?id=predictions_to_annotations&project={project}", body: allTasks,
		},
	}
}

func labelSteps() []step {
	return []step{
		{
			// The server cuts a list that it has already read into slices as if it had not, and fails; nothing is stored then.
			name: "create labels", action: "create-labels", params: `{"project":{project},"count":2}`,
			method: http.MethodPost, path: "/api/labels/", body: labels(`"any"`), status: http.StatusInternalServerError,
		},
		{
			name: "create labels without slices", action: "create-labels", params: `{"project":{project},"count":2}`,
			method: http.MethodPost, path: "/api/labels/", body: labels("{from}"), flags: map[string]bool{sliced: false},
			borrow: map[string]string{"from": "label_link.0.from_name"},
		},
		{name: "look for the link", method: http.MethodGet, path: "/api/label_links/?project={project}", keep: map[string]string{"link": "results.0.id"}},
		{
			name: "update a label link", action: "update-label-link", params: `{"project":{project}}`, flags: map[string]bool{sliced: true},
			method: http.MethodPatch, path: "/api/label_links/{link}/", body: `{"from_name":{from}}`,
		},
		{
			name: "delete a label link", action: "delete-label-link", params: `{"project":{project}}`,
			method: http.MethodDelete, path: "/api/label_links/{link}/",
		},
	}
}

// imageSteps work in another project, of which the webhooks of the first hear nothing.
func imageSteps() []step {
	return []step{
		{
			name: "create an image project", action: "create-project", params: `{"title":"Pictures","kind":"image"}`, kept: map[string]string{"images": "id"},
			method: http.MethodPost, path: "/api/projects/", body: `{"title":"Pictures","label_config":{config},"description":{description}}`,
			borrow: map[string]string{"config": "project.label_config", "description": "project.description"}, keep: map[string]string{"images": "id"},
		},
		{
			name: "import five images", action: "import-tasks", params: `{"project":{images},"count":5,"file":false}`,
			method: http.MethodPost, path: "/api/projects/{images}/import", body: "{data}", borrow: map[string]string{"data": "tasks.*.data"},
		},
		{
			name: "add an image", action: "create-task", params: `{"project":{images}}`, kept: map[string]string{"image": "id"},
			method: http.MethodPost, path: "/api/tasks/", body: `{"project":{images},"data":{data}}`,
			borrow: map[string]string{"data": "tasks.0.data"}, keep: map[string]string{"image": "id"},
		},
		{
			name: "draw on an image", action: "create-annotation", params: `{"task":{image},"result":"submitted"}`, kept: map[string]string{"drawing": "id"},
			method: http.MethodPost, path: "/api/tasks/{image}/annotations/", body: `{"result":{result},"lead_time":31.25}`,
			borrow: map[string]string{"result": "annotation.result"}, keep: map[string]string{"drawing": "id"},
		},
		{
			name: "hand in an empty result", action: "create-annotation", params: `{"task":{image},"result":"empty"}`,
			method: http.MethodPost, path: "/api/tasks/{image}/annotations/", body: `{"result":[],"lead_time":2.5}`,
		},
		{
			name: "cancel a drawing", action: "update-annotation", params: `{"annotation":{drawing},"result":"skipped"}`,
			method: http.MethodPatch, path: "/api/annotations/{drawing}/", body: `{"result":{result},"was_cancelled":true}`,
			borrow: map[string]string{"result": "annotation.result"},
		},
		{
			name: "delete the image project", action: "delete-project", params: `{"project":{images}}`,
			method: http.MethodDelete, path: "/api/projects/{images}/",
		},
	}
}

// values are what a side keeps from its answers, as JSON texts.
type values map[string]string

// fill puts the kept values into a template.
func (v values) fill(template string) string {
	pairs := make([]string, 0, 2*len(v))
	for name, value := range v {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(template)
}

// keep notes what paths name in answer.
func (v values) keep(tb testing.TB, answer []byte, paths map[string]string) {
	tb.Helper()
	for name, path := range paths {
		value, err := dig(answer, path)
		if err != nil {
			tb.Fatalf("%s: %v in %s", name, err, answer)
		}
		v[name] = value
	}
}

// borrow takes from what our side sent what the real one is to be given: from the first request, and for "*" from all.
func (v values) borrow(tb testing.TB, list []sent, paths map[string]string) {
	tb.Helper()
	for name, path := range paths {
		var found []string
		before, after, every := strings.Cut(path, ".*")
		for _, s := range list {
			if s.Hook != organization {
				continue
			}
			if !every {
				v.keep(tb, []byte(s.Body), map[string]string{name: path})
				break
			}
			for i := 0; ; i++ {
				value, err := dig([]byte(s.Body), fmt.Sprint(before, ".", i, after))
				if err != nil {
					break
				}
				found = append(found, value)
			}
		}
		if every {
			v[name] = "[" + strings.Join(found, ",") + "]"
		}
	}
}

// dig returns the value at a dotted path of JSON as JSON text.
func dig(text []byte, path string) (string, error) {
	rest := json.RawMessage(text)
	for key := range strings.SplitSeq(path, ".") {
		var object map[string]json.RawMessage
		if err := json.Unmarshal(rest, &object); err == nil {
			rest = object[key]
			continue
		}
		var list []json.RawMessage
		var i int
		if err := json.Unmarshal(rest, &list); err != nil {
			return "", err
		}
		if _, err := fmt.Sscan(key, &i); err != nil || i >= len(list) {
			return "", fmt.Errorf("no element %s", key)
		}
		rest = list[i]
	}
	if rest == nil {
		return "", fmt.Errorf("nothing at %s", path)
	}
	return string(rest), nil
}
