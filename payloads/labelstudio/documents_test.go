package labelstudio_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest"
)

// examples are all eight examples of the vendor's webhook reference, each with the variant that shows it. They are the examples as
// printed; none of them needed a correction to be JSON.
func examples() []payloadtest.Example {
	return []payloadtest.Example{
		{File: "TASKS_CREATED.json", Event: "TASKS_CREATED"},
		{File: "TASKS_DELETED.json", Event: "TASKS_DELETED"},
		{File: "ANNOTATION_CREATED.json", Event: "ANNOTATION_CREATED"},
		{File: "ANNOTATION_UPDATED.json", Event: "ANNOTATION_UPDATED"},
		{File: "ANNOTATIONS_DELETED.json", Event: "ANNOTATIONS_DELETED"},
		{File: "PROJECT_CREATED.json", Event: "PROJECT_CREATED"},
		{File: "PROJECT_UPDATED.json", Event: "PROJECT_UPDATED"},
		{File: "PROJECT_DELETED.json", Event: "PROJECT_DELETED"},
	}
}

// TestDocumentedIsExact compares the profile of the documents with their examples: the same keys, no others, names of labels included.
func TestDocumentedIsExact(t *testing.T) {
	t.Parallel()
	p := platform(t, "documented")
	for _, x := range examples() {
		t.Run(x.Event, func(t *testing.T) {
			t.Parallel()
			x.Exact = true
			payloadtest.Documents(t, p, x)
		})
	}
}

// TestServersAreSupersets compares what servers send with the same examples: every key of them, in their order, among others.
func TestServersAreSupersets(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{"1.22", "2026-07"} {
		p := platform(t, profile)
		for _, x := range examples() {
			t.Run(profile+" "+x.Event, func(t *testing.T) {
				t.Parallel()
				payloadtest.Documents(t, p, x)
			})
		}
	}
}

// build makes one event of a profile.
func build(t testing.TB, p payloads.Platform, event string, b payloads.Build) *payloads.Object {
	t.Helper()
	e, ok := p.Event(event)
	if !ok {
		t.Fatalf("profile %s has no %s", p.Profile, event)
	}
	if b.Now.IsZero() {
		b.Now = payloadtest.Now()
	}
	o, err := e.Build(b)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// at returns what stands at a path of keys, nil without.
func at(o *payloads.Object, keys ...string) payloads.Value {
	var v payloads.Value = o
	for _, key := range keys {
		if list, ok := v.(payloads.Array); ok && len(list) > 0 {
			v = list[0]
		}
		o, ok := v.(*payloads.Object)
		if !ok {
			return nil
		}
		v, _ = o.Get(key)
	}
	return v
}

// keysAt returns the keys of the object at a path.
func keysAt(t *testing.T, o *payloads.Object, path ...string) []string {
	t.Helper()
	v := at(o, path...)
	if list, ok := v.(payloads.Array); ok && len(list) > 0 {
		v = list[0]
	}
	inner, ok := v.(*payloads.Object)
	if !ok {
		t.Fatalf("no object at %v", path)
	}
	return inner.Keys()
}

func TestQuirkCounters(t *testing.T) {
	t.Parallel()
	p := platform(t, "documented")
	s := payloadtest.Subscription(p)
	s.Quirks = map[string]bool{"counters": true}
	for _, event := range []string{"TASKS_CREATED", "ANNOTATION_CREATED", "PROJECT_UPDATED"} {
		got := keysAt(t, build(t, p, event, payloadtest.Build(s, "")), "project")[:10]
		want := []string{
			"id", "task_number", "finished_task_number", "total_predictions_number", "total_annotations_number",
			"num_tasks_with_annotations", "useful_annotation_number", "ground_truth_number", "skipped_annotations_number", "title",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: project keys (-want +got):\n%s", event, diff)
		}
	}
}

func TestQuirkFlatID(t *testing.T) {
	t.Parallel()
	p := platform(t, "documented")
	s := payloadtest.Subscription(p)
	s.Quirks = map[string]bool{"flat-id": true}
	tests := []struct {
		event string
		want  []string
	}{
		{"TASK_DELETED", []string{"action", "id", "project"}},
		{"ANNOTATION_DELETED", []string{"action", "id", "project"}},
		{"PROJECT_DELETED", []string{"action", "id"}},
		{"TASKS_DELETED", []string{"action", "tasks", "project"}},
		{"ANNOTATIONS_DELETED", []string{"action", "annotations", "project"}},
		{"TASK_CREATED", []string{"action", "tasks", "project"}},
	}
	for _, tt := range tests {
		flat := build(t, p, tt.event, payloadtest.Build(s, ""))
		if diff := cmp.Diff(tt.want, flat.Keys()); diff != "" {
			t.Errorf("%s keys (-want +got):\n%s", tt.event, diff)
		}
		if tt.want[1] != "id" {
			continue
		}
		plain := build(t, p, tt.event, payloadtest.Build(payloadtest.Subscription(p), ""))
		if got, want := at(flat, "id"), at(plain, plain.Keys()[1], "id"); got != want {
			t.Errorf("%s: id %v, the list has %v", tt.event, got, want)
		}
	}
}

// TestSingularNames checks that the names only the documents know have the plural's body of one thing.
func TestSingularNames(t *testing.T) {
	t.Parallel()
	p := platform(t, "documented")
	b := payloadtest.Build(payloadtest.Subscription(p), "")
	for singular, plural := range map[string]string{
		"TASK_CREATED": "TASKS_CREATED", "TASK_DELETED": "TASKS_DELETED", "ANNOTATION_DELETED": "ANNOTATIONS_DELETED",
	} {
		one := build(t, p, singular, b)
		b := b
		b.Variant = "single"
		many := build(t, p, plural, b)
		if at(one, "action") != singular {
			t.Errorf("action %v, want %s", at(one, "action"), singular)
		}
		one.Set("action", plural)
		if diff := cmp.Diff(text(t, many), text(t, one)); diff != "" {
			t.Errorf("%s (-plural +singular):\n%s", singular, diff)
		}
		list, ok := at(one, one.Keys()[1]).(payloads.Array)
		if !ok || len(list) != 1 {
			t.Errorf("%s: %v is no list of one", singular, one.Keys()[1])
		}
	}
}

func text(t testing.TB, o *payloads.Object) string {
	t.Helper()
	data, err := o.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
