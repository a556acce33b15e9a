package labelstudio_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest"
	"github.com/annohook/annohook/subscriptions"
)

// composed builds and composes one event of the default profile for s.
func composed(t testing.TB, s subscriptions.Subscription, event, variant string) []string {
	t.Helper()
	p := platform(t, "1.22")
	o := build(t, p, event, payloadtest.Build(s, variant))
	e, _ := p.Event(event)
	return bodies(t, p, payloads.Item{Subscription: s, Type: e, Event: o})
}

func bodies(t testing.TB, p payloads.Platform, item payloads.Item) []string {
	t.Helper()
	list, err := p.Compose(item)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]string, len(list))
	for i, m := range list {
		out[i] = string(m.Body)
	}
	return out
}

func withOptions(t testing.TB, options string) subscriptions.Subscription {
	t.Helper()
	s := payloadtest.Subscription(platform(t, "1.22"))
	s.Options = json.RawMessage(options)
	return s
}

func TestComposeSlicesLists(t *testing.T) {
	t.Parallel()
	tests := []struct {
		event, variant, options string
		want                    string // sizes of the lists, request by request
	}{
		{"TASKS_DELETED", "several", `{"batch_size":4}`, "tasks 4, tasks 2"},
		{"TASKS_DELETED", "several", `{"batch_size":3}`, "tasks 3, tasks 3"},
		{"TASKS_DELETED", "several", `{"batch_size":6}`, "tasks 6"},
		{"TASKS_DELETED", "delete-all", `{"batch_size":200}`, "tasks 200, tasks 168"},
		{"ANNOTATIONS_CREATED", "", `{"batch_size":2}`, "annotation 2 task 2, annotation 1 task 1"},
		{"ANNOTATIONS_DELETED", "several", `{"batch_size":1}`, "annotations 1, annotations 1, annotations 1"},
		{"LABEL_LINK_CREATED", "", `{"batch_size":1}`, "label_link 1, label_link 1"},
		{"ANNOTATION_CREATED", "", `{"batch_size":1}`, ""},
		{"PROJECT_UPDATED", "", `{"batch_size":1}`, ""},
	}
	for _, tt := range tests {
		whole := parse(t, composed(t, withOptions(t, `{}`), tt.event, tt.variant)[0])
		var sizes []string
		joined := map[string]payloads.Array{}
		for _, b := range composed(t, withOptions(t, tt.options), tt.event, tt.variant) {
			part := parse(t, b)
			var lists []string
			for _, m := range part.Members() {
				if list, ok := m.Value.(payloads.Array); ok {
					lists = append(lists, fmt.Sprintf("%s %d", m.Key, len(list)))
					joined[m.Key] = append(joined[m.Key], list...)
				}
			}
			sizes = append(sizes, strings.Join(lists, " "))
			if diff := cmp.Diff(whole.Keys(), part.Keys()); diff != "" {
				t.Errorf("%s: a slice is no complete body (-want +got):\n%s", tt.event, diff)
			}
			if whole, ok := whole.Get("project"); ok && text(t, payloads.Obj("p", whole)) != text(t, payloads.Obj("p", at(part, "project"))) {
				t.Errorf("%s: a slice has another project", tt.event)
			}
		}
		if got := strings.Join(sizes, ", "); got != tt.want {
			t.Errorf("%s.%s with %s: %q, want %q", tt.event, tt.variant, tt.options, got, tt.want)
		}
		for key, list := range joined {
			whole.Set(key, list)
		}
		if want := composed(t, withOptions(t, `{}`), tt.event, tt.variant)[0]; text(t, parse(t, want)) != text(t, whole) {
			t.Errorf("%s.%s: the slices do not add up to the event", tt.event, tt.variant)
		}
	}
}

func parse(t testing.TB, body string) *payloads.Object {
	t.Helper()
	v, err := payloads.ParseValue([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	o, ok := v.(*payloads.Object)
	if !ok {
		t.Fatalf("%.40s is no object", body)
	}
	return o
}

func TestComposeWithoutPayload(t *testing.T) {
	t.Parallel()
	tests := []struct {
		event, options string
		want           []string
	}{
		{"ANNOTATION_CREATED", `{"send_payload":false}`, []string{`{"action": "ANNOTATION_CREATED"}`}},
		{"PROJECT_DELETED", `{"send_payload":false}`, []string{`{"action": "PROJECT_DELETED"}`}},
		// The server makes a request for each slice, with or without payload.
		{"TASKS_DELETED", `{"send_payload":false,"batch_size":4}`, []string{`{"action": "TASKS_DELETED"}`, `{"action": "TASKS_DELETED"}`}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, composed(t, withOptions(t, tt.options), tt.event, "")); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", tt.event, tt.options, diff)
		}
	}
}

// TestComposeOverridden gives Compose what users make of events: other types in place of lists, lists that do not run in parallel.
func TestComposeOverridden(t *testing.T) {
	t.Parallel()
	p := platform(t, "1.22")
	tests := []struct {
		name, event, body string
		want              []string
	}{
		{"an empty list is sent", "TASKS_CREATED", `{"action":"TASKS_CREATED","tasks":[]}`, []string{`{"action": "TASKS_CREATED", "tasks": []}`}},
		{"no list", "TASKS_CREATED", `{"action":"X","tasks":7}`, []string{`{"action": "X", "tasks": 7}`}},
		{
			"fewer tasks than annotations", "ANNOTATIONS_CREATED", `{"annotation":[1,2,3],"task":[4]}`,
			[]string{`{"annotation": [1, 2], "task": [4]}`, `{"annotation": [3], "task": []}`},
		},
		{"other lists stay whole", "TASKS_CREATED", `{"tasks":[1,2,3],"tags":[1,2,3]}`, []string{`{"tasks": [1, 2], "tags": [1, 2, 3]}`, `{"tasks": [3], "tags": [1, 2, 3]}`}},
		{"empty", "PROJECT_CREATED", `{}`, []string{`{}`}},
	}
	for _, tt := range tests {
		e, _ := p.Event(tt.event)
		got := bodies(t, p, payloads.Item{Subscription: withOptions(t, `{"batch_size":2}`), Type: e, Event: parse(t, tt.body)})
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// TestComposePrintsPython pins the byte form on values where JSON printers differ.
func TestComposePrintsPython(t *testing.T) {
	t.Parallel()
	p := platform(t, "1.22")
	e, _ := p.Event("PROJECT_CREATED")
	event := payloads.Obj("action", "é€🙂\u007f/<&>", "f", 1.0, "i", 37, "big", int64(-8084193862253710125), "small", 1e-5, "n", nil, "b", true)
	want := `{"action": "\u00e9\u20ac\ud83d\ude42\u007f/<&>", "f": 1.0, "i": 37, "big": -8084193862253710125, "small": 1e-05, "n": null, "b": true}`
	got := bodies(t, p, payloads.Item{Type: e, Event: event})
	if diff := cmp.Diff([]string{want}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestBulkImport checks the import of 12,000 tasks: three requests of at most 5000, ids without gap, times in order and before the event.
func TestBulkImport(t *testing.T) {
	t.Parallel()
	p := platform(t, "1.22")
	o := build(t, p, "TASKS_CREATED", payloads.Build{Variant: bulk, Seed: 1, IDSeed: 1})
	few := build(t, p, "TASKS_CREATED", payloads.Build{Seed: 1, IDSeed: 1})
	tasks, _ := at(o, "tasks").(payloads.Array)
	if len(tasks) != 12_000 {
		t.Fatalf("%d tasks", len(tasks))
	}
	if got, want := number(t, o, "project", "task_number"), number(t, few, "project", "task_number")+12_000-3; got != want {
		t.Errorf("task_number %d, want %d", got, want)
	}
	first, last := number(t, few, "tasks", "id"), ""
	texts := map[payloads.Value]bool{}
	for i, v := range tasks {
		task, _ := v.(*payloads.Object)
		if number(t, task, "id") != first+i {
			t.Fatalf("task %d has id %d, the first %d", i, number(t, task, "id"), first)
		}
		created, _ := at(task, "created_at").(string)
		updated, _ := at(task, "updated_at").(string)
		// Equal lengths sort as times do; a fraction of zero is left out and not compared.
		if len(created) == len(last) && created < last || len(created) == len(updated) && updated < created {
			t.Fatalf("task %d: created %s, updated %s, the one before %s", i, created, updated, last)
		}
		last = created
		texts[at(task, "data", "ner")] = true
	}
	if at(o, "tasks", "data", "ner") != at(few, "tasks", "data", "ner") || len(texts) < 40 {
		t.Errorf("%d texts, the first %q", len(texts), at(o, "tasks", "data", "ner"))
	}
	if now := payloadtest.Now().Format("2006-01-02T15:04:05.000000Z"); last >= now {
		t.Errorf("the last task is created at %s, the event is at %s", last, now)
	}
	e, _ := p.Event("TASKS_CREATED")
	var sizes []int
	for _, b := range bodies(t, p, payloads.Item{Subscription: payloadtest.Subscription(p), Type: e, Event: o}) {
		list, _ := at(parse(t, b), "tasks").(payloads.Array)
		sizes = append(sizes, len(list))
	}
	if !slices.Equal(sizes, []int{5000, 5000, 2000}) {
		t.Errorf("requests of %v tasks", sizes)
	}
}

// TestAllocations keeps Build and Compose cheap. Measured were up to 350 allocations, and 740 for the deletion of all tasks of a project.
func TestAllocations(t *testing.T) {
	for _, p := range []string{"1.22", "documented"} {
		payloadtest.Allocations(t, small(platform(t, p)), 1000)
	}
}

// FuzzCompose composes whatever a user may have made of an event: never a panic, and the slices hold the whole list in order.
func FuzzCompose(f *testing.F) {
	f.Add("TASKS_CREATED", `{"action":"TASKS_CREATED","tasks":[{"id":1},{"id":2},{"id":3}],"project":{"id":1}}`, 2)
	f.Add("ANNOTATIONS_CREATED", `{"annotation":[1,2],"task":[[],{},3]}`, 1)
	f.Add("LABEL_LINK_CREATED", `{"label_link":null}`, 7)
	f.Add("PROJECT_DELETED", `{"project":[1e400]}`, 0)
	p := platform(f, "documented")
	f.Fuzz(func(t *testing.T, event, body string, batch int) {
		e, ok := p.Event(event)
		v, err := payloads.ParseValue([]byte(body))
		o, isObject := v.(*payloads.Object)
		if !ok || err != nil || !isObject {
			return
		}
		plain := payloads.Item{Type: e, Event: o}
		cut := plain
		cut.Subscription.Options = json.RawMessage(fmt.Sprintf(`{"batch_size":%d}`, batch))
		whole, err1 := p.Compose(plain)
		parts, err2 := p.Compose(cut)
		if err1 != nil || err2 != nil {
			if (err1 == nil) != (err2 == nil) {
				t.Fatalf("%v, in slices %v", err1, err2)
			}
			return
		}
		key := map[bool]string{true: "tasks", false: "annotation"}[strings.HasPrefix(event, "TASK")]
		count := 0
		for _, m := range parts {
			list, _ := at(parse(t, string(m.Body)), key).(payloads.Array)
			count += len(list)
		}
		if list, ok := at(parse(t, string(whole[0].Body)), key).(payloads.Array); ok && len(whole) == 1 && len(parts) > 1 && count != len(list) {
			t.Errorf("%d of %d in %d slices", count, len(list), len(parts))
		}
	})
}
