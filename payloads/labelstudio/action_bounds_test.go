package labelstudio_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest"
)

// TestWorldStaysSmall does thousands of things at random, in the most scattered way, and looks at the size of the world and at sums.
func TestWorldStaysSmall(t *testing.T) {
	t.Parallel()
	p := newPlayer(t)
	r := rand.New(rand.NewPCG(1, 2))
	p.do("create-project", "label_config", "<View>"+strings.Repeat("<Header value=\"&lt;x&gt;\"/>", 250)+"</View>")
	p.do("import-tasks", "count", 100_000)
	results := []string{"submitted", "skipped", "empty"}
	for i := range 1100 {
		task := int64(16 + r.IntN(100_000))
		if _, err := p.try("create-annotation", "task", task, "result", results[i%3], "assisted", i%7 == 0); err != nil {
			if _, ok := errors.AsType[*payloads.ParamError](err); !ok {
				t.Fatal(err)
			}
		}
		switch i % 50 {
		case 0:
			p.do("import-tasks")
		case 1:
			p.do("delete-tasks", "count", 1+r.IntN(3))
		case 2:
			p.do("create-annotations-from-predictions", "count", 20)
		case 3:
			p.do("create-labels", "count", 20)
		case 4:
			p.do("create-project")
			p.do("delete-project")
			p.do("update-project", "project", 3)
		}
		if len(p.world) > 256<<10 {
			t.Fatalf("the world has %d bytes after %d actions", len(p.world), i)
		}
	}
	o := p.only(p.do("update-project", "project", 3))
	n := func(key string) int { v, _ := at(o, "project", key).(int); return v }
	if n("total_annotations_number") != n("useful_annotation_number") || n("num_tasks_with_annotations") > n("total_annotations_number") ||
		n("finished_task_number") > n("task_number") || n("task_number") < 90_000 || n("total_annotations_number") < 300 {
		t.Errorf("counters %s", counters(t, o))
	}
}

// TestForgottenStillCounts annotates every other task of an import, more of them than the world remembers one by one, and checks that
// counters stay exact while the oldest annotations and tasks can no longer be named.
func TestForgottenStillCounts(t *testing.T) {
	t.Parallel()
	p := newPlayer(t)
	p.do("create-project")
	p.do("import-tasks", "count", 2400)
	const first = 16 // behind the fifteen tasks of the fresh world
	for i := range int64(1010) {
		p.do("create-annotation", "task", first+2*i, "result", resultOf(i%5 == 0))
	}
	o := p.only(p.do("update-project", "title", "counted"))
	if got := counters(t, o); got != "2400 808 0 808 808 808 0 202" {
		t.Errorf("counters %s", got)
	}
	for what, id := range map[string]int64{"annotation": 4, "task": first} {
		action := map[string]string{"annotation": "delete-annotations", "task": "create-annotation"}[what]
		if _, err := p.try(action, what, id); err == nil {
			t.Errorf("%s %d is still known", what, id)
		}
	}
	o = p.only(p.do("create-annotation", "task", first+2399))
	if at(o, "task", "inner_id") != 2400 {
		t.Errorf("the last task has the inner id %v", at(o, "task", "inner_id"))
	}
	again := p.only(p.do("update-annotation"))
	if at(o, "task", "data", "ner") != at(again, "task", "data", "ner") {
		t.Error("the text of a task moves")
	}
	gone := p.only(p.do("delete-all-tasks"))
	if n := len(list(t, gone, "tasks")); n < 1000 || n >= 2400 {
		t.Errorf("%d tasks deleted, want those still known", n)
	}
	if got := counters(t, p.only(p.do("update-project", "title", "emptied"))); got != "0 0 0 0 0 0 0 0" {
		t.Errorf("counters of an empty project %s", got)
	}
}

// TestStories checks what the stories send.
func TestStories(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"label-a-project": "PROJECT_CREATED PROJECT_UPDATED TASKS_CREATED ANNOTATION_CREATED ANNOTATION_CREATED ANNOTATION_CREATED " +
			"ANNOTATION_UPDATED ANNOTATIONS_DELETED",
		"big-import": "PROJECT_CREATED TASKS_CREATED TASKS_CREATED TASKS_CREATED ANNOTATION_CREATED TASKS_DELETED TASKS_DELETED " +
			"TASKS_DELETED TASKS_DELETED",
		"custom-labels": "PROJECT_CREATED TASKS_CREATED LABEL_LINK_CREATED LABEL_LINK_UPDATED LABEL_LINK_DELETED ANNOTATIONS_CREATED " +
			"ANNOTATIONS_DELETED PROJECT_DELETED",
	}
	p := platform(t, "1.22")
	if len(p.Stories) != len(want) {
		t.Fatalf("%d stories", len(p.Stories))
	}
	for _, story := range p.Stories {
		played, err := payloadtest.Play(p, story, payloadtest.Subscription(p))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, m := range played {
			names = append(names, m.Type)
		}
		if got := strings.Join(names, " "); got != want[story.Name] {
			t.Errorf("%s: %s", story.Name, got)
		}
	}
}

// FuzzSubject gives builders and actions whatever a store might hold: an error or an event, never a panic.
func FuzzSubject(f *testing.F) {
	p := &player{t: f, p: platform(f, "1.22"), seed: 7}
	for _, a := range p.p.Actions {
		for _, r := range p.do(a.Name).Raised {
			f.Add(r.Type, r.Subject)
		}
	}
	f.Add("TASKS_DELETED", []byte(`{"ids":[{"first":1,"count":-5}]}`))
	f.Add("world", p.world)
	f.Fuzz(func(t *testing.T, action string, data []byte) {
		if len(data) > 1<<16 || strings.Contains(string(data), `000000`) {
			return // long lists are slow, not wrong
		}
		for _, q := range []payloads.Platform{platform(t, "1.22"), platform(t, "documented")} {
			if e, ok := q.Event(action); ok {
				if o, err := e.Build(payloads.Build{Now: payloadtest.Now(), Subject: data}); err == nil && o.Len() == 0 {
					t.Errorf("%s %s: nothing", action, data)
				}
			}
		}
		for _, a := range p.p.Actions {
			params, _ := a.Check(nil)
			_, err := a.Do(payloads.ActionInput{World: data, Params: params, Seed: 1, Now: payloadtest.Now()})
			if err != nil && err.Error() == "" {
				t.Errorf("%s: an error without words", a.Name)
			}
		}
	})
}
