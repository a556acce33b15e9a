package labelstudio_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest"
)

// seeds is how many worlds the tests of coherence look at.
const seeds = 200

// number reads a whole number at a path.
func number(t *testing.T, o *payloads.Object, path ...string) int {
	t.Helper()
	v := reflect.ValueOf(at(o, path...))
	if !v.IsValid() || !v.CanInt() {
		t.Fatalf("no whole number at %v", path)
	}
	return int(v.Int())
}

// TestCountersAddUp checks the arithmetic of the eight counters in many worlds, and what each event changes in them.
func TestCountersAddUp(t *testing.T) {
	t.Parallel()
	p := platform(t, "1.22")
	for seed := range uint64(seeds) {
		project := func(event, variant string) func(string) int {
			o := build(t, p, event, payloads.Build{Variant: variant, Seed: seed, IDSeed: seed})
			n := func(key string) int { return number(t, o, "project", key) }
			name := fmt.Sprintf("seed %d %s.%s", seed, event, variant)
			if n("useful_annotation_number")+n("ground_truth_number") != n("total_annotations_number") {
				t.Errorf("%s: useful and ground truth are not all annotations", name)
			}
			if n("num_tasks_with_annotations") > n("task_number") || n("finished_task_number") > n("task_number") {
				t.Errorf("%s: more tasks done than there are", name)
			}
			if n("num_tasks_with_annotations") > n("useful_annotation_number") {
				t.Errorf("%s: more tasks with annotations than annotations", name)
			}
			if n("finished_task_number")*n("maximum_annotations") > n("total_annotations_number")+n("skipped_annotations_number") {
				t.Errorf("%s: more finished tasks than annotations allow", name)
			}
			return n
		}
		imported, created := project("TASKS_CREATED", ""), project("ANNOTATION_CREATED", "")
		skipped, deleted := project("ANNOTATION_CREATED", "skipped"), project("TASKS_DELETED", "")
		undone, updated := project("ANNOTATIONS_DELETED", ""), project("ANNOTATION_UPDATED", "text")
		many := project("ANNOTATIONS_CREATED", "")
		checks := []struct {
			what      string
			got, want int
		}{
			{"an annotation is counted", created("total_annotations_number"), imported("total_annotations_number") + 1},
			{"a skip is no annotation", skipped("total_annotations_number"), imported("total_annotations_number")},
			{"a skip is counted", skipped("skipped_annotations_number"), imported("skipped_annotations_number") + 1},
			{"six tasks are gone", deleted("task_number"), imported("task_number") - 6},
			{"the annotation is gone", undone("total_annotations_number"), imported("total_annotations_number")},
			{"an update changes no counter", updated("total_annotations_number"), created("total_annotations_number")},
			{"three annotations from predictions", many("total_annotations_number"), imported("total_annotations_number") + 3},
			{"their tasks are not finished yet", many("finished_task_number"), imported("finished_task_number")},
		}
		for _, c := range checks {
			if c.got != c.want {
				t.Errorf("seed %d: %s: %d, want %d", seed, c.what, c.got, c.want)
			}
		}
	}
}

// TestWorldIsOne checks that all events of one seed speak of the same project, tasks and annotation, also some seconds apart.
func TestWorldIsOne(t *testing.T) {
	t.Parallel()
	p := platform(t, "1.22")
	for seed := range uint64(20) {
		b := payloads.Build{Seed: seed, IDSeed: seed, Now: payloadtest.Now()}
		imported := build(t, p, "TASKS_CREATED", b)
		b.Now = b.Now.Add(40 * time.Second)
		created := build(t, p, "ANNOTATION_CREATED", b)
		b.Now = b.Now.Add(40 * time.Second)
		b.Variant = "text"
		updated := build(t, p, "ANNOTATION_UPDATED", b)
		b.Variant = ""
		deleted := build(t, p, "ANNOTATIONS_DELETED", b)
		gone := build(t, p, "PROJECT_DELETED", b)
		same := func(what string, values ...payloads.Value) {
			for _, v := range values {
				if v == nil || v != values[0] {
					t.Errorf("seed %d: %s: %v", seed, what, values)
				}
			}
		}
		same("project", at(imported, "project", "id"), at(created, "project", "id"), at(created, "annotation", "project"),
			at(created, "task", "project"), at(deleted, "project", "id"), at(gone, "project", "id"))
		same("title", at(imported, "project", "title"), at(created, "project", "title"), at(updated, "project", "title"))
		same("created_at", at(imported, "project", "created_at"), at(updated, "project", "created_at"))
		same("task", at(imported, "tasks", "id"), at(created, "task", "id"), at(created, "annotation", "task"), at(updated, "task", "id"))
		same("text", at(imported, "tasks", "data", "ner"), at(created, "task", "data", "ner"))
		same("inner id", at(imported, "tasks", "inner_id"), at(created, "task", "inner_id"))
		same("annotation", at(created, "annotation", "id"), at(updated, "annotation", "id"), at(deleted, "annotations", "id"))
		same("unique id", at(created, "annotation", "unique_id"), at(updated, "annotation", "unique_id"))
	}
}

// TestSpansAgreeWithText checks that each region of a text is the slice of the text that it says it is.
func TestSpansAgreeWithText(t *testing.T) {
	t.Parallel()
	p := platform(t, "1.22")
	foreign := 0
	for seed := range uint64(seeds) {
		o := build(t, p, "ANNOTATION_CREATED", payloads.Build{Seed: seed, IDSeed: seed})
		body, _ := at(o, "task", "data", "ner").(string)
		runes := []rune(body)
		if len(runes) < len(body) {
			foreign++
		}
		regions, _ := at(o, "annotation", "result").(payloads.Array)
		if len(regions) == 0 {
			t.Fatalf("seed %d: no region", seed)
		}
		for _, r := range regions {
			region, _ := r.(*payloads.Object)
			start, end := number(t, region, "value", "start"), number(t, region, "value", "end")
			if start < 0 || end > len(runes) || string(runes[start:end]) != at(region, "value", "text") {
				t.Errorf("seed %d: %d to %d of %q is not %q", seed, start, end, body, at(region, "value", "text"))
			}
		}
	}
	if foreign < seeds/10 {
		t.Errorf("only %d of %d texts go beyond ASCII", foreign, seeds)
	}
}

// TestBoxesStayInside checks that rectangles lie within the image, and whole percents print without fraction.
func TestBoxesStayInside(t *testing.T) {
	t.Parallel()
	p := platform(t, "1.22")
	for seed := range uint64(seeds) {
		o := build(t, p, "ANNOTATION_UPDATED", payloads.Build{Seed: seed, IDSeed: seed})
		regions, _ := at(o, "annotation", "result").(payloads.Array)
		for _, r := range regions {
			region, _ := r.(*payloads.Object)
			percent := func(key string) float64 {
				switch v := at(region, "value", key).(type) {
				case int:
					return float64(v)
				case float64:
					if v == float64(int(v)) {
						t.Errorf("seed %d: %s is the whole number %v with a fraction", seed, key, v)
					}
					return v
				}
				t.Fatalf("seed %d: no %s", seed, key)
				return 0
			}
			const slack = 1e-9
			if percent("x")+percent("width") > 100+slack || percent("y")+percent("height") > 100+slack || percent("width") <= 0 {
				t.Errorf("seed %d: a box leaves the image: %s", seed, text(t, region))
			}
		}
	}
}

// TestQuirkPostgreSQL checks the order of keys in JSON columns and that nothing else than order and search vector differs.
func TestQuirkPostgreSQL(t *testing.T) {
	t.Parallel()
	p := platform(t, "1.22")
	s := payloadtest.Subscription(p)
	plain := build(t, p, "ANNOTATION_CREATED", payloadtest.Build(s, "image"))
	s.Quirks = map[string]bool{"postgresql": true}
	o := build(t, p, "ANNOTATION_CREATED", payloadtest.Build(s, "image"))
	want := []string{"id", "type", "value", "origin", "to_name", "from_name", "image_rotation", "original_width", "original_height"}
	if diff := cmp.Diff(want, keysAt(t, o, "annotation", "result")); diff != "" {
		t.Errorf("region (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"type", "labels", "overall"}, keysAt(t, o, "project", "control_weights", "label")); diff != "" {
		t.Errorf("weights (-want +got):\n%s", diff)
	}
	if vector, _ := at(o, "project", "search_vector").(string); !strings.HasPrefix(vector, "'") {
		t.Errorf("search vector %q", vector)
	}
	if diff := cmp.Diff(plain.Keys(), o.Keys()); diff != "" {
		t.Errorf("keys outside JSON columns (-want +got):\n%s", diff)
	}
	for _, pair := range [][]string{{"annotation", "unique_id"}, {"project", "label_config"}, {"annotation", "result", "id"}, {"task", "data", "image"}} {
		if at(plain, pair...) != at(o, pair...) {
			t.Errorf("%v: %v becomes %v", pair, at(plain, pair...), at(o, pair...))
		}
	}
}

// TestScopePlacesEvent checks that an event for a webhook of a project happens there.
func TestScopePlacesEvent(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{"1.22", "documented"} {
		p := platform(t, profile)
		s := payloadtest.Subscription(p)
		s.Scope = []byte(`{"project": 4711}`)
		for _, e := range small(p).Events {
			for _, variant := range append(e.VariantNames(), "") {
				o := build(t, p, e.Key, payloadtest.Build(s, variant))
				if variant == "delete-all" {
					continue
				}
				if got := number(t, o, "project", "id"); got != 4711 {
					t.Errorf("%s %s: project %d", profile, e.Key, got)
				}
			}
		}
		o := build(t, p, "ANNOTATION_CREATED", payloadtest.Build(s, ""))
		if _, ok := o.Get("task"); ok && number(t, o, "task", "project") != 4711 {
			t.Errorf("%s: the task is elsewhere", profile)
		}
	}
}

// TestCreatedAgo checks the words of the time since a prediction against the times of the same event.
func TestCreatedAgo(t *testing.T) {
	t.Parallel()
	p := platform(t, "1.22")
	for seed := range uint64(50) {
		o := build(t, p, "ANNOTATION_CREATED", payloads.Build{Seed: seed, IDSeed: seed, Variant: "assisted"})
		made, err := time.Parse(time.RFC3339Nano, fmt.Sprint(at(o, "annotation", "prediction", "created_at")))
		if err != nil {
			t.Fatal(err)
		}
		days := int(payloadtest.Now().Sub(made).Hours() / 24)
		want := fmt.Sprintf("%d\u00a0day", days)
		if days >= 7 {
			want = "1\u00a0week"
		}
		if got := fmt.Sprint(at(o, "annotation", "prediction", "created_ago")); !strings.HasPrefix(got, want) {
			t.Errorf("seed %d: %q for %d days", seed, got, days)
		}
	}
}

// TestLabels checks that link and label name each other, and that only an approved label names who approved it.
func TestLabels(t *testing.T) {
	t.Parallel()
	p := platform(t, "1.22")
	approved := 0
	for seed := range uint64(50) {
		b := payloads.Build{Seed: seed, IDSeed: seed}
		created, updated, deleted := build(t, p, "LABEL_LINK_CREATED", b), build(t, p, "LABEL_LINK_UPDATED", b), build(t, p, "LABEL_LINK_DELETED", b)
		link := number(t, updated, "label_link", "id")
		if number(t, created, "label_link", "id") != link || number(t, deleted, "label_link", "id") != link {
			t.Errorf("seed %d: the events speak of several links", seed)
		}
		links, _ := at(updated, "label", "links").(payloads.Array)
		if len(links) != 1 || links[0] != at(updated, "label_link", "id") || at(updated, "label", "id") != at(updated, "label_link", "label") {
			t.Errorf("seed %d: link %s and label %s", seed, text(t, payloads.Obj("l", at(updated, "label_link"))), text(t, payloads.Obj("l", at(updated, "label"))))
		}
		is, _ := at(updated, "label", "approved").(bool)
		if is {
			approved++
		}
		if is != (at(updated, "label", "approved_by") != nil) {
			t.Errorf("seed %d: approved %v by %v", seed, is, at(updated, "label", "approved_by"))
		}
	}
	if approved == 0 || approved == 50 {
		t.Errorf("%d of 50 labels are approved", approved)
	}
}
