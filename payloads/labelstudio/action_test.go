package labelstudio_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest"
)

// player does one action after another to a world of its own.
type player struct {
	t       testing.TB
	p       payloads.Platform
	world   []byte
	seed    uint64
	gap     time.Duration // between two actions
	effects int
}

func newPlayer(t testing.TB) *player {
	t.Helper()
	return &player{t: t, p: platform(t, "1.22"), seed: 7, gap: time.Minute}
}

// try does an action; pairs are its parameters.
func (p *player) try(name string, pairs ...any) (payloads.Effect, error) {
	p.t.Helper()
	a, ok := p.p.Action(name)
	if !ok {
		p.t.Fatalf("no action %s", name)
	}
	params, problems := a.Check(payloads.Obj(pairs...))
	if len(problems) > 0 {
		p.t.Fatalf("%s %v: %v", name, pairs, problems)
	}
	p.effects++
	p.seed++
	in := payloads.ActionInput{World: p.world, Params: params, Seed: p.seed, Now: p.now()}
	e, err := a.Do(in)
	if err == nil {
		p.world = e.World
	}
	return e, err
}

func (p *player) now() time.Time {
	return payloadtest.Now().Add(time.Duration(p.effects) * p.gap)
}

// do is try for what must work.
func (p *player) do(name string, pairs ...any) payloads.Effect {
	p.t.Helper()
	e, err := p.try(name, pairs...)
	if err != nil {
		p.t.Fatalf("%s %v: %v", name, pairs, err)
	}
	return e
}

// print builds a raised event as a profile prints it.
func (p *player) print(profile string, r payloads.Raised) *payloads.Object {
	p.t.Helper()
	q := platform(p.t, profile)
	return build(p.t, q, r.Type, payloads.Build{Seed: 1, IDSeed: 1, Now: p.now(), Subject: r.Subject, Subscription: payloadtest.Subscription(q)})
}

// only returns the one event of an effect.
func (p *player) only(e payloads.Effect) *payloads.Object {
	p.t.Helper()
	if len(e.Raised) != 1 {
		p.t.Fatalf("%d events, want one", len(e.Raised))
	}
	return p.print("1.22", e.Raised[0])
}

func types(e payloads.Effect) string {
	var names []string
	for _, r := range e.Raised {
		names = append(names, r.Type)
	}
	return strings.Join(names, " ")
}

// counters reads the eight counters of a project in an event, in their order.
func counters(t testing.TB, o *payloads.Object) string {
	t.Helper()
	v, _ := o.Get("project")
	project, _ := v.(*payloads.Object)
	if project == nil || project.Len() < 9 {
		t.Fatalf("no project in %s", text(t, o))
	}
	var parts []string
	for _, m := range project.Members()[1:9] {
		parts = append(parts, fmt.Sprint(m.Value))
	}
	return strings.Join(parts, " ")
}

// TestActionsCount follows the counters of one project through everything that happens to it: tasks, finished, predictions, annotations,
// tasks with annotations, useful, ground truth, skipped.
func TestActionsCount(t *testing.T) {
	t.Parallel()
	p := newPlayer(t)
	p.do("create-project", "title", "counted")
	steps := []struct {
		action string
		params []any
		raised string
		want   string // counters in the last event
	}{
		{"import-tasks", []any{"count", 6}, "TASKS_CREATED", "6 0 0 0 0 0 0 0"},
		{"create-annotation", nil, "ANNOTATION_CREATED", "6 1 0 1 1 1 0 0"},
		{"create-annotation", []any{"result", "skipped"}, "ANNOTATION_CREATED", "6 1 0 1 1 1 0 1"},
		{"create-annotation", []any{"result", "empty"}, "ANNOTATION_CREATED", "6 2 0 2 2 2 0 1"},
		{"create-annotation", []any{"assisted", true}, "ANNOTATION_CREATED", "6 3 1 3 3 3 0 1"},
		{"update-annotation", []any{"result", "skipped"}, "ANNOTATION_UPDATED", "6 2 1 2 2 2 0 2"},
		{"update-annotation", nil, "ANNOTATION_UPDATED", "6 3 1 3 3 3 0 1"},
		{"delete-annotations", nil, "ANNOTATIONS_DELETED", "6 2 1 2 2 2 0 1"},
		// The Data Manager says what is finished only after it sent the event.
		{"create-annotations-from-predictions", []any{"count", 2}, "ANNOTATIONS_CREATED", "6 2 2 4 4 4 0 1"},
		{"update-project", []any{"description", "now it is said"}, "PROJECT_UPDATED", "6 4 2 4 4 4 0 1"},
		{"delete-annotations", []any{"count", 2}, "ANNOTATIONS_DELETED", "6 4 2 2 2 2 0 1"},
		{"update-project", nil, "PROJECT_UPDATED", "6 2 2 2 2 2 0 1"},
		{"delete-tasks", nil, "TASKS_DELETED", "5 2 2 2 2 2 0 1"},
		{"create-task", nil, "TASKS_CREATED", "6 2 2 2 2 2 0 1"},
		{"create-labels", nil, "LABEL_LINK_CREATED", "6 2 2 2 2 2 0 1"},
		{"update-label-link", nil, "LABEL_LINK_UPDATED", "6 2 2 2 2 2 0 1"},
		{"delete-label-link", nil, "LABEL_LINK_DELETED", "6 2 2 2 2 2 0 1"},
		{"delete-tasks", []any{"count", 5}, "TASKS_DELETED", "1 1 0 1 1 1 0 0"},
		{"delete-tasks", []any{"count", 9}, "TASKS_DELETED", "0 0 0 0 0 0 0 0"},
		{"create-annotation", nil, "TASKS_CREATED ANNOTATION_CREATED", "3 1 0 1 1 1 0 0"},
	}
	for _, step := range steps {
		e := p.do(step.action, step.params...)
		if types(e) != step.raised {
			t.Fatalf("%s %v raises %s, want %s", step.action, step.params, types(e), step.raised)
		}
		if got := counters(t, p.print("1.22", e.Raised[len(e.Raised)-1])); got != step.want {
			t.Errorf("%s %v: %s, want %s", step.action, step.params, got, step.want)
		}
	}
}

// TestBigImportAction checks that an import of 12,000 tasks is one small subject and three requests for each subscription.
func TestBigImportAction(t *testing.T) {
	t.Parallel()
	p := newPlayer(t)
	e := p.do("import-tasks", "count", 12_000)
	if len(e.Raised) != 1 || len(e.Raised[0].Subject) > 2<<10 || len(e.World) > 8<<10 {
		t.Fatalf("%d events, subject of %d bytes, world of %d", len(e.Raised), len(e.Raised[0].Subject), len(e.World))
	}
	event, _ := p.p.Event("TASKS_CREATED")
	for batch, want := range map[string]string{``: "5000 5000 2000", `{"batch_size":7000}`: "7000 5000"} {
		s := payloadtest.Subscription(p.p)
		s.Options = json.RawMessage(batch)
		o, err := event.Build(payloads.Build{Now: p.now(), Subject: e.Raised[0].Subject, Subscription: s})
		if err != nil {
			t.Fatal(err)
		}
		messages, err := p.p.Compose(payloads.Item{Subscription: s, Type: event, Event: o})
		if err != nil {
			t.Fatal(err)
		}
		var sizes []string
		for _, m := range messages {
			sizes = append(sizes, strconv.Itoa(strings.Count(string(m.Body), `"inner_id"`)))
		}
		if got := strings.Join(sizes, " "); got != want {
			t.Errorf("batch %s: %s, want %s", batch, got, want)
		}
	}
	gone := p.only(p.do("delete-all-tasks"))
	if diff := cmp.Diff([]string{"action", "tasks"}, gone.Keys()); diff != "" || len(list(t, gone, "tasks")) != 12_010 {
		t.Errorf("%d tasks deleted (-want +got):\n%s", len(list(t, gone, "tasks")), diff)
	}
	if e := p.do("delete-all-tasks"); len(e.Raised) != 0 {
		t.Errorf("an empty project raises %s", types(e))
	}
}

func list(t testing.TB, o *payloads.Object, key string) payloads.Array {
	t.Helper()
	v, _ := o.Get(key)
	l, ok := v.(payloads.Array)
	if !ok {
		t.Fatalf("no list %s", key)
	}
	return l
}

// TestProjectTakesEverything checks that nothing but its own event tells of what a project held.
func TestProjectTakesEverything(t *testing.T) {
	t.Parallel()
	p := newPlayer(t)
	for i := range 5 {
		e := p.do("delete-project")
		want := "PROJECT_DELETED"
		if i > 1 { // the two of the fresh world are gone
			want = "PROJECT_CREATED PROJECT_DELETED"
		}
		if types(e) != want {
			t.Errorf("%d: %s", i, types(e))
		}
		o := p.print("1.22", e.Raised[len(e.Raised)-1])
		if diff := cmp.Diff([]string{"id"}, keysAt(&testing.T{}, o, "project")); diff != "" {
			t.Errorf("project of %d keys", len(diff))
		}
	}
}

// TestAnnotationLife checks that what later events say of an annotation agrees with what earlier ones said.
func TestAnnotationLife(t *testing.T) {
	t.Parallel()
	p := newPlayer(t)
	created := p.only(p.do("create-annotation", "assisted", true, "annotator", 3))
	updated := p.only(p.do("update-annotation"))
	skipped := p.only(p.do("update-annotation", "result", "skipped"))
	deleted := p.only(p.do("delete-annotations"))
	for _, path := range [][]string{{"annotation", "id"}, {"annotation", "unique_id"}, {"annotation", "created_at"}, {"annotation", "task"}, {"task", "id"}, {"task", "inner_id"}, {"annotation", "completed_by"}, {"task", "created_at"}} {
		if at(created, path...) != at(updated, path...) || at(updated, path...) != at(skipped, path...) {
			t.Errorf("%v: %v, %v, %v", path, at(created, path...), at(updated, path...), at(skipped, path...))
		}
	}
	if at(created, "annotation", "id") != at(deleted, "annotations", "id") {
		t.Errorf("deleted %v", at(deleted, "annotations", "id"))
	}
	if at(created, "annotation", "task") != at(created, "task", "id") || at(created, "annotation", "prediction", "task") != at(created, "task", "id") {
		t.Error("annotation, prediction and task disagree")
	}
	if at(skipped, "annotation", "was_cancelled") != true || len(list(t, mustObject(t, skipped, "annotation"), "result")) == 0 {
		t.Error("a cancelled annotation keeps its regions")
	}
	if at(skipped, "task", "cancelled_annotations") != 1 || at(skipped, "task", "is_labeled") != false {
		t.Errorf("task after the skip %s", text(t, mustObject(t, skipped, "task")))
	}
	body, _ := at(created, "task", "data", "ner").(string)
	for _, o := range []*payloads.Object{created, updated} {
		for _, r := range list(t, mustObject(t, o, "annotation"), "result") {
			region, _ := r.(*payloads.Object)
			start, _ := at(region, "value", "start").(int)
			end, _ := at(region, "value", "end").(int)
			if string([]rune(body)[start:end]) != at(region, "value", "text") {
				t.Errorf("region %s of %q", text(t, region), body)
			}
		}
	}
	if n := at(created, "annotation", "result_count"); n != len(list(t, mustObject(t, created, "annotation"), "result")) {
		t.Errorf("result_count %v", n)
	}
}

func mustObject(t testing.TB, o *payloads.Object, key string) *payloads.Object {
	t.Helper()
	v, _ := o.Get(key)
	object, ok := v.(*payloads.Object)
	if !ok {
		t.Fatalf("no object %s", key)
	}
	return object
}

// TestStaleConversion checks the entity that comes as lists under singular keys.
func TestStaleConversion(t *testing.T) {
	t.Parallel()
	p := newPlayer(t)
	o := p.only(p.do("create-annotations-from-predictions", "count", 5))
	annotations, tasks := list(t, o, "annotation"), list(t, o, "task")
	if len(annotations) != 5 || len(tasks) != 5 {
		t.Fatalf("%d annotations, %d tasks", len(annotations), len(tasks))
	}
	for i := range annotations {
		a, _ := annotations[i].(*payloads.Object)
		task, _ := tasks[i].(*payloads.Object)
		want := payloads.Obj("result_count", 0, "lead_time", nil, "updated_by", nil, "task", at(task, "id"))
		for _, m := range want.Members() {
			if at(a, m.Key) != m.Value {
				t.Errorf("annotation %d: %s is %v", i, m.Key, at(a, m.Key))
			}
		}
		if at(a, "parent_prediction") == nil || at(task, "total_annotations") != 0 || at(task, "is_labeled") != false || at(task, "total_predictions") != 1 {
			t.Errorf("%d: %s %s", i, text(t, a), text(t, task))
		}
	}
}

// TestInnerIDs checks where the numbers within a project begin.
func TestInnerIDs(t *testing.T) {
	t.Parallel()
	p := newPlayer(t)
	inner := func(e payloads.Effect) any { return at(p.only(e), "tasks", "inner_id") }
	p.do("create-project")
	if got := inner(p.do("create-task")); got != 2 {
		t.Errorf("the first task through the API is %v, want 2", got)
	}
	if got := inner(p.do("import-tasks")); got != 3 {
		t.Errorf("the next import begins at %v, want 3", got)
	}
	p.do("delete-all-tasks")
	if got := inner(p.do("import-tasks")); got != 1 {
		t.Errorf("an import into an empty project begins at %v, want 1", got)
	}
}

// TestDocumentedSubjects checks that the documents' profile prints what an action raised in its own form.
func TestDocumentedSubjects(t *testing.T) {
	t.Parallel()
	p := newPlayer(t)
	e := p.do("create-annotation")
	o := p.print("documented", e.Raised[0])
	if diff := cmp.Diff([]string{"action", "annotation", "project"}, o.Keys()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if project := mustObject(t, o, "project"); project.Len() != 31 || len(fmt.Sprint(at(project, "token"))) != 16 {
		t.Errorf("project of %d keys, token %v", project.Len(), at(project, "token"))
	}
	newer := p.print("2026-07", e.Raised[0])
	if project := mustObject(t, newer, "project"); project.Len() != 50 {
		t.Errorf("project of 2026-07 has %d keys", project.Len())
	}
	q := platform(t, "documented")
	s := payloadtest.Subscription(q)
	s.Quirks = map[string]bool{"flat-id": true}
	gone := p.do("delete-project")
	flat := build(t, q, "PROJECT_DELETED", payloads.Build{Now: p.now(), Subject: gone.Raised[0].Subject, Subscription: s})
	if diff := cmp.Diff([]string{"action", "id"}, flat.Keys()); diff != "" {
		t.Errorf("flat id (-want +got):\n%s", diff)
	}
}

// TestWrongParameters checks the errors for what the world does not have.
func TestWrongParameters(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		action string
		params []any
		want   string
	}{
		{"import-tasks", []any{"project", 99}, "params.project: no project has the id 99; GET /api/v1/platforms/label-studio/world lists them"},
		{"create-annotation", []any{"task", 99}, "params.task: no task has the id 99; GET /api/v1/platforms/label-studio/world lists them"},
		{"create-annotation", []any{"task", 1, "project", 2}, "params.task: task 1 is in project 1, not in project 2"},
		{"update-annotation", []any{"annotation", 99}, "params.annotation: no annotation has the id 99; GET /api/v1/platforms/label-studio/world lists them"},
		{"delete-annotations", []any{"annotation", 99}, "params.annotation: no annotation has the id 99; GET /api/v1/platforms/label-studio/world lists them"},
		{"delete-label-link", []any{"link", 99}, "params.link: no label link has the id 99; GET /api/v1/platforms/label-studio/world lists them"},
		{"update-project", []any{"title", "ab"}, "params.title: must have 3 to 50 characters, or none"},
		{"create-project", []any{"label_config", "<View"}, "params.label_config: must be a labeling interface: label config is not well-formed: XML syntax error on line 1: unexpected EOF"},
	} {
		p := newPlayer(t)
		_, err := p.try(tt.action, tt.params...)
		if _, ok := errors.AsType[*payloads.ParamError](err); !ok || err.Error() != tt.want {
			t.Errorf("%s %v: %v", tt.action, tt.params, err)
		}
	}
}
