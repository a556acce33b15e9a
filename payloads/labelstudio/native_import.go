package labelstudio

import (
	"fmt"
	"net/http"

	"github.com/annohook/annohook/payloads"
)

// taskFault says why an item of an import is no task; "" where it is one.
func taskFault(item payloads.Value) string {
	task, ok := item.(*payloads.Object)
	if !ok {
		return "Task root should be dict"
	}
	data, there := task.Get("data")
	switch data.(type) {
	case *payloads.Object, payloads.Array:
		return ""
	}
	if there {
		return "Task[data] must be dict or list"
	}
	return ""
}

// postImport counts the tasks of the body and has as many made; what stands in them is not kept.
func postImport(c *call) {
	p, fault := c.project()
	if fault != nil {
		c.w.Header().Del("Allow")
		notFoundPage(c.w) // of all views only this one has the page
		return
	}
	v, fault := c.body()
	if fault != nil {
		c.fail(fault)
		return
	}
	list, ok := v.(payloads.Array)
	if one, isObject := v.(*payloads.Object); isObject {
		list, ok = payloads.Array{one}, true
	}
	if !ok {
		c.fail(invalid("non_field_errors", "load_tasks: No data found in DATA or in FILES"))
		return
	}
	for i, item := range list {
		if message := taskFault(item); message != "" {
			c.fail(invalid("non_field_errors", fmt.Sprintf("Error at item %d: %s :: %s", i, message, pythonText(item))))
			return
		}
	}
	if len(list) == 0 || len(list) > maxImport {
		c.fail(invalid("non_field_errors", "load_tasks: No tasks added"))
		return
	}
	began := c.api.host.Now()
	if _, err := c.api.host.Act(c.r.Context(), "import-tasks", payloads.Obj(paramProject, p.ID, paramCount, len(list), "file", false)); err != nil {
		c.fail(refused(err, missingProject))
		return
	}
	c.answer(http.StatusCreated, payloads.Obj(
		"task_count", len(list), "annotation_count", 0, "prediction_count", 0, "duration", c.api.host.Now().Sub(began).Seconds(),
		"file_upload_ids", payloads.Array{}, "could_be_tasks_list", false, "found_formats", payloads.Array{}, "data_columns", payloads.Array{}))
}
