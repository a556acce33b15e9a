package labelstudio_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/annohook/annohook/payloads"
)

// model is one project kept the plain way, task by task and annotation by annotation, against which the compact world is held.
type model struct {
	tasks       []int64 // ids, in order
	annotations []modelAnnotation
}

type modelAnnotation struct {
	id, task int64
	skipped  bool
}

func (m *model) annotated(task int64) (kept, skipped int) {
	for _, a := range m.annotations {
		switch {
		case a.task != task:
		case a.skipped:
			skipped++
		default:
			kept++
		}
	}
	return kept, skipped
}

// counters are tasks, finished, annotations, tasks with annotations, useful, skipped.
func (m *model) counters() string {
	finished, with, kept, skips := 0, 0, 0, 0
	for _, task := range m.tasks {
		n, s := m.annotated(task)
		kept, skips = kept+n, skips+s
		if n > 0 {
			finished, with = finished+1, with+1
		}
	}
	return fmt.Sprint(len(m.tasks), finished, kept, with, kept, skips)
}

func (m *model) drop(tasks []int64) {
	gone := func(id int64) bool { return slices.Contains(tasks, id) }
	m.tasks = slices.DeleteFunc(m.tasks, gone)
	m.annotations = slices.DeleteFunc(m.annotations, func(a modelAnnotation) bool { return gone(a.task) })
}

// idsOf reads the ids of a list in an event.
func idsOf(t *testing.T, o *payloads.Object, key string) []int64 {
	t.Helper()
	var ids []int64
	for _, item := range list(t, o, key) {
		object, _ := item.(*payloads.Object)
		id, _ := at(object, "id").(int64)
		ids = append(ids, id)
	}
	return ids
}

// TestWorldAgreesWithModel does some hundred things at random and compares each event with the plain model.
func TestWorldAgreesWithModel(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 9))
		p, m := newPlayer(t), &model{}
		p.do("create-project")
		for step := range 250 {
			o, what := random(t, p, m, r)
			if o == nil {
				continue
			}
			v := func(key string) any { return at(o, "project", key) }
			got := fmt.Sprint(v("task_number"), v("finished_task_number"), v("total_annotations_number"), v("num_tasks_with_annotations"),
				v("useful_annotation_number"), v("skipped_annotations_number"))
			if want := m.counters(); got != want {
				t.Fatalf("seed %d step %d: after %s %s, want %s", seed, step, what, got, want)
			}
		}
	}
}

// random does one thing to world and model and returns the event.
func random(t *testing.T, p *player, m *model, r *rand.Rand) (*payloads.Object, string) {
	t.Helper()
	switch n := r.IntN(10); {
	case n == 0 || len(m.tasks) < 3:
		o := p.only(p.do("import-tasks", "count", 1+r.IntN(8)))
		m.tasks = append(m.tasks, idsOf(t, o, "tasks")...)
		return o, "an import"
	case n == 1:
		o := p.only(p.do("delete-tasks", "count", 1+r.IntN(3)))
		m.drop(idsOf(t, o, "tasks"))
		return o, "a deletion of the newest"
	case n == 2:
		o := p.only(p.do("delete-tasks", "task", m.tasks[r.IntN(len(m.tasks))]))
		m.drop(idsOf(t, o, "tasks"))
		return o, "a deletion of one"
	case n == 3 && len(m.annotations) > 0:
		a := m.annotations[r.IntN(len(m.annotations))]
		o := p.only(p.do("delete-annotations", "annotation", a.id))
		if ids := idsOf(t, o, "annotations"); len(ids) != 1 || ids[0] != a.id {
			t.Errorf("deleted %v, want %d", ids, a.id)
		}
		m.annotations = slices.DeleteFunc(m.annotations, func(b modelAnnotation) bool { return b.id == a.id })
		return o, "a deletion of an annotation"
	case n == 4 && len(m.annotations) > 0:
		i, skip := r.IntN(len(m.annotations)), r.IntN(2) == 0
		m.annotations[i].skipped = skip
		return p.only(p.do("update-annotation", "annotation", m.annotations[i].id, "result", resultOf(skip))), "an update"
	default:
		skip := r.IntN(3) == 0
		o := p.only(p.do("create-annotation", "task", m.tasks[r.IntN(len(m.tasks))], "result", resultOf(skip)))
		id, _ := at(o, "annotation", "id").(int64)
		task, _ := at(o, "annotation", "task").(int64)
		m.annotations = append(m.annotations, modelAnnotation{id: id, task: task, skipped: skip})
		kept, skipped := m.annotated(task)
		if at(o, "task", "total_annotations") != kept || at(o, "task", "cancelled_annotations") != skipped || at(o, "task", "is_labeled") != (kept > 0) {
			t.Errorf("task %d has %v and %v, want %d and %d", task, at(o, "task", "total_annotations"), at(o, "task", "cancelled_annotations"), kept, skipped)
		}
		return o, "an annotation"
	}
}

func resultOf(skip bool) string {
	if skip {
		return "skipped"
	}
	return "submitted"
}

// TestDefaultTaskOrder checks which task an annotator gets: untouched ones in order, skipped ones when there are no others, then new ones.
func TestDefaultTaskOrder(t *testing.T) {
	t.Parallel()
	p := newPlayer(t)
	p.do("create-project")
	tasks := idsOf(t, p.only(p.do("import-tasks")), "tasks")
	task := func(e payloads.Effect) any { return at(p.print("1.22", e.Raised[len(e.Raised)-1]), "task", "id") }
	got := []any{
		task(p.do("create-annotation", "result", "skipped")), task(p.do("create-annotation")), task(p.do("create-annotation")),
		task(p.do("create-annotation")), task(p.do("create-annotation")),
	}
	want := []any{tasks[0], tasks[1], tasks[2], tasks[0], tasks[2] + 1}
	if fmt.Sprint(got...) != fmt.Sprint(want...) {
		t.Errorf("tasks %v, want %v", got, want)
	}
}

// TestOverlap checks that a project may want two annotations of a task, and that it may take a skip for one.
func TestOverlap(t *testing.T) {
	t.Parallel()
	p := newPlayer(t)
	p.do("create-project", "maximum_annotations", 2, "skip_queue", "IGNORE_SKIPPED")
	tasks := idsOf(t, p.only(p.do("import-tasks")), "tasks")
	for i, want := range []bool{false, true} {
		o := p.only(p.do("create-annotation", "task", tasks[0], "result", resultOf(i == 1)))
		if at(o, "task", "is_labeled") != want || at(o, "task", "overlap") != 2 {
			t.Errorf("annotation %d: labeled %v, overlap %v", i, at(o, "task", "is_labeled"), at(o, "task", "overlap"))
		}
	}
}

// TestInspect checks that what people see of a world agrees with what actions said.
func TestInspect(t *testing.T) {
	t.Parallel()
	p := newPlayer(t)
	seen := func() *payloads.Object {
		o, err := p.p.Inspect(p.world)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	fresh := seen()
	for key, want := range map[string]int{"projects": 2, "tasks": 2, "annotations": 3, "predictions": 3, "labels": 1, "label_links": 1} {
		if got := len(list(t, fresh, key)); got != want {
			t.Errorf("fresh world: %d %s, want %d", got, key, want)
		}
	}
	e := p.do("create-project", "title", "seen", "kind", "image")
	id, _ := e.Result.Get("id")
	p.do("import-tasks", "project", id, "count", 4)
	e = p.do("create-annotation", "result", "empty")
	o := seen()
	last := func(key string) *payloads.Object {
		items := list(t, o, key)
		object, _ := items[len(items)-1].(*payloads.Object)
		return object
	}
	project, annotation, tasks := last("projects"), last("annotations"), last("tasks")
	if at(project, "id") != id || at(project, "name") != "seen" || at(project, "status") != "image" || at(project, "task_number") != 4 {
		t.Errorf("project %s", text(t, project))
	}
	made, _ := e.Result.Get("id")
	if at(annotation, "id") != made || at(annotation, "status") != "empty" || at(annotation, "project") != id {
		t.Errorf("annotation %s", text(t, annotation))
	}
	if at(tasks, "status") != "1 of 4 labeled" || at(tasks, "count") != 4 {
		t.Errorf("tasks %s", text(t, tasks))
	}
}

// TestCurrentProject checks that actions go on where somebody worked last.
func TestCurrentProject(t *testing.T) {
	t.Parallel()
	p := newPlayer(t)
	project := func(e payloads.Effect) any {
		v, _ := e.Result.Get("project")
		return v
	}
	steps := []struct {
		action string
		params []any
		want   int64
	}{
		{"import-tasks", nil, 1},
		{"create-annotation", []any{"project", 2}, 2},
		{"import-tasks", nil, 2},
		{"create-annotation", []any{"task", 1}, 1},
		{"create-labels", nil, 1},
		{"create-project", nil, 3},
		{"create-task", nil, 3},
		{"delete-project", nil, 3},
		{"create-task", nil, 2},
		{"delete-project", []any{"project", 1}, 1},
		{"create-task", nil, 2},
	}
	for i, step := range steps {
		if got := project(p.do(step.action, step.params...)); got != step.want {
			t.Errorf("%d %s %v happens in project %v, want %d", i, step.action, step.params, got, step.want)
		}
	}
}
