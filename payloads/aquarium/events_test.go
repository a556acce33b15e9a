package aquarium_test

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest"
	"github.com/annohook/annohook/subscriptions"
)

const seeds = 60

// build makes an event of p for a seed, a subscription changed as told, and the usual moment.
func build(t testing.TB, p payloads.Platform, key, variant string, seed uint64, change func(*subscriptions.Subscription)) *payloads.Object {
	t.Helper()
	e, ok := p.Event(key)
	if !ok {
		t.Fatalf("no event type %s", key)
	}
	s := payloadtest.Subscription(p)
	if change != nil {
		change(&s)
	}
	event, err := e.Build(payloads.Build{Variant: variant, Seed: seed, IDSeed: seed, Now: payloadtest.Now(), Subscription: s})
	if err != nil {
		t.Fatal(err)
	}
	return event
}

func quirk(name string) func(*subscriptions.Subscription) {
	return func(s *subscriptions.Subscription) { s.Quirks = map[string]bool{name: true} }
}

// at follows a path of keys separated by dots.
func at(t testing.TB, v payloads.Value, path string) payloads.Value {
	t.Helper()
	for key := range strings.SplitSeq(path, ".") {
		o, ok := v.(*payloads.Object)
		if !ok {
			t.Fatalf("%s: no object above %s", path, key)
		}
		if v, ok = o.Get(key); !ok {
			t.Fatalf("%s: no key %s", path, key)
		}
	}
	return v
}

func list(t testing.TB, v payloads.Value, path string) payloads.Array {
	t.Helper()
	a, ok := at(t, v, path).(payloads.Array)
	if !ok {
		t.Fatalf("%s is no list", path)
	}
	return a
}

func keys(t testing.TB, v payloads.Value, path string) []string {
	t.Helper()
	o, ok := at(t, v, path).(*payloads.Object)
	if !ok {
		t.Fatalf("%s is no object", path)
	}
	return o.Keys()
}

// The file is the schema of the page "Integrating with labeling using webhooks" with a value of the right type for each; keys that the
// page leaves open ("<metric type>", "user__<metadata field>") stand for any.
func TestDocumentedExport(t *testing.T) {
	frame := "issue.elements[].frame_data."
	example := payloadtest.Example{
		File: "issue-exported.json", Event: "issue-exported",
		Open: []string{frame + "custom_metrics", frame + "geo_data"},
	}
	for _, variant := range []string{"frame", "crop"} {
		example.Variant = variant
		payloadtest.Documents(t, documented(), example)
	}
}

func TestProfilesDifferInOneKey(t *testing.T) {
	e, _ := current().Event("issue-exported")
	for _, v := range e.Variants {
		body := func(p payloads.Platform) string {
			messages, err := p.Compose(payloads.Item{Event: build(t, p, "issue-exported", v.Name, 7, nil)})
			if err != nil {
				t.Fatal(err)
			}
			return string(messages[0].Body)
		}
		a, b := body(current()), body(documented())
		if strings.Contains(a, "label_coorindate_frame") || !strings.Contains(b, "label_coorindate_frame") || strings.Contains(b, "label_coordinate_frame") {
			t.Errorf("%s: the key is spelled wrongly", v.Name)
		}
		if strings.ReplaceAll(a, "label_coordinate_frame", "label_coorindate_frame") != b {
			t.Errorf("%s: the profiles differ in more than the key", v.Name)
		}
	}
}

func TestEntities(t *testing.T) {
	issue := "id name dataset inference_set element_type state reporter assignee created_at updated_at"
	dataset := "id total_num_frames total_num_crops external_metadata"
	inference := "id dataset total_num_frames total_num_crops external_metadata"
	for _, test := range []struct{ key, variant, quirk, entity, keys string }{
		{"dataset-complete", "labeled", "", "dataset", dataset},
		{"dataset-complete", "inference-set", "", "inference_set", inference},
		{"dataset-complete", "inference-set", "glued-inference-id", "dataset", dataset},
		{"dataset-failed", "labeled", "", "dataset", dataset + " errors"},
		{"dataset-failed", "inference-set", "", "inference_set", inference + " errors"},
		{"issues-created", "", "single-issue", "issue", issue},
		{"issue-update", "", "", "issue", issue},
		{"issue-exported", "frame", "", "issue", "id elements"},
	} {
		event := build(t, current(), test.key, test.variant, 1, quirk(test.quirk))
		if diff := cmp.Diff(event.Keys(), []string{"event", "project", test.entity}); diff != "" {
			t.Errorf("%s.%s: %s", test.key, test.variant, diff)
			continue
		}
		if got := strings.Join(keys(t, event, test.entity), " "); got != test.keys {
			t.Errorf("%s.%s: got %s, want %s", test.key, test.variant, got, test.keys)
		}
	}
	if got := at(t, build(t, current(), "dataset-failed", "inference-set", 1, quirk("glued-inference-id")), "dataset.id"); !strings.HasPrefix(got.(string), "inferences_") {
		t.Errorf("glued id %v", got)
	}
	created := build(t, current(), "issues-created", "", 1, nil)
	for _, i := range list(t, created, "issues") {
		if got := strings.Join(i.(*payloads.Object).Keys(), " "); got != issue {
			t.Errorf("issues-created: %s", got)
		}
		if got := at(t, i, "state"); got != "triage" {
			t.Errorf("a new issue is in state %v", got)
		}
	}
}

func TestTestSendIsTheEnvelope(t *testing.T) {
	messages, err := current().Compose(payloads.Item{Event: build(t, current(), "test", "", 1, func(s *subscriptions.Subscription) {
		s.Scope = json.RawMessage(`{"project":"Größe \"1\""}`)
	})})
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"event": "test", "project": "Gr\u00f6\u00dfe \"1\""}`
	if got := string(messages[0].Body); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A scope changes the place of an event and nothing else, and then holds it.
func TestScopePlacesTheEvent(t *testing.T) {
	scoped := func(s *subscriptions.Subscription) { s.Scope = json.RawMessage(`{"project":"mine"}`) }
	for _, e := range current().Events {
		plain, placed := build(t, current(), e.Key, "", 3, nil), build(t, current(), e.Key, "", 3, scoped)
		if at(t, placed, "project") != "mine" {
			t.Errorf("%s: in project %v", e.Key, at(t, placed, "project"))
		}
		s := payloadtest.Subscription(current())
		scoped(&s)
		if ok, why := current().Matches(s, e, placed); !ok {
			t.Errorf("%s: %s", e.Key, why)
		}
		placed.Set("project", at(t, plain, "project"))
		a, errA := json.Marshal(plain)
		b, errB := json.Marshal(placed)
		if errA != nil || errB != nil || string(a) != string(b) {
			t.Errorf("%s: the scope changes more than the project (%v %v)", e.Key, errA, errB)
		}
	}
}

func TestOneWorldPerSeed(t *testing.T) {
	for seed := range uint64(seeds) {
		created := list(t, build(t, current(), "issues-created", "", seed, nil), "issues")[0]
		updated := at(t, build(t, current(), "issue-update", "", seed, nil), "issue")
		exported := at(t, build(t, current(), "issue-exported", "", seed, nil), "issue")
		element := list(t, exported, "elements")[0]
		for _, same := range [][]payloads.Value{
			{at(t, created, "id"), at(t, updated, "id"), at(t, exported, "id")},
			{at(t, created, "name"), at(t, updated, "name"), at(t, element, "issue_name")},
			{at(t, created, "inference_set"), at(t, updated, "inference_set"), at(t, element, "inference_set")},
			{at(t, created, "element_type"), at(t, updated, "element_type"), at(t, element, "element_type")},
			{
				at(t, created, "dataset"), at(t, element, "dataset"), at(t, build(t, current(), "dataset-failed", "", seed, nil), "dataset.id"),
				at(t, build(t, current(), "dataset-complete", "inference-set", seed, nil), "inference_set.dataset"),
			},
		} {
			if len(slices.Compact(same)) != 1 {
				t.Errorf("seed %d: %v", seed, same)
			}
		}
	}
}

func TestElements(t *testing.T) {
	captured := regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?$`)
	for _, variant := range []string{"frame", "crop", "no-inference-set"} {
		for seed := range uint64(seeds) {
			for _, element := range list(t, build(t, current(), "issue-exported", variant, seed, nil), "issue.elements") {
				name := fmt.Sprintf("%s, seed %d", variant, seed)
				checkElement(t, name, variant, element)
				if got, _ := at(t, element, "frame_data.date_captured").(string); !captured.MatchString(got) {
					t.Errorf("%s: date_captured %q", name, got)
				}
			}
		}
	}
}

func checkElement(t *testing.T, name, variant string, element payloads.Value) {
	t.Helper()
	sensors, ids := []payloads.Value{}, []payloads.Value{}
	for _, s := range list(t, element, "frame_data.sensor_data") {
		sensors = append(sensors, at(t, s, "sensor_id"))
	}
	for _, l := range list(t, element, "frame_data.label_data") {
		ids = append(ids, at(t, l, "uuid"))
		if !slices.Contains(sensors, at(t, l, "label_coordinate_frame")) {
			t.Errorf("%s: a label in a coordinate frame that no sensor has", name)
		}
		if hasConfidence := slices.Contains(keys(t, l, "attributes"), "confidence"); hasConfidence != (variant != "no-inference-set") {
			t.Errorf("%s: confidence %v", name, hasConfidence)
		}
		for _, linked := range list(t, l, "linked_labels") {
			if !slices.Contains(ids, linked) {
				t.Errorf("%s: linked to a label of another frame", name)
			}
		}
	}
	id, frame := at(t, element, "element_id"), at(t, element, "frame_id")
	if frame != at(t, element, "frame_data.task_id") {
		t.Errorf("%s: frame %v is task %v", name, frame, at(t, element, "frame_data.task_id"))
	}
	if variant == "crop" && !slices.Contains(ids, id) || variant != "crop" && id != frame {
		t.Errorf("%s: element %v of frame %v with labels %v", name, id, frame, ids)
	}
	if inference := at(t, element, "inference_set"); (inference == nil) != (variant == "no-inference-set") {
		t.Errorf("%s: inference set %v", name, inference)
	}
}

func TestOmitInferenceSet(t *testing.T) {
	element := list(t, build(t, current(), "issue-exported", "no-inference-set", 1, quirk("omit-inference-set")), "issue.elements")[0]
	want := []string{"dataset", "issue_name", "element_id", "element_type", "frame_id", "frame_data"}
	if diff := cmp.Diff(element.(*payloads.Object).Keys(), want); diff != "" {
		t.Error(diff)
	}
}

// TestFramesAreLikely wants images to have the shape of images, and the frames of one issue to be taken near each other, if anywhere.
func TestFramesAreLikely(t *testing.T) {
	located := 0
	for seed := range uint64(seeds) {
		var first []float64
		for _, e := range list(t, build(t, current(), "issue-exported", "", seed, nil), "issue.elements") {
			geo, _ := at(t, e, "frame_data.geo_data").(*payloads.Object)
			var here []float64
			for _, m := range geo.Members() {
				degrees, _ := m.Value.(float64)
				here = append(here, degrees)
			}
			if len(here) == 2 {
				located++
				if first == nil {
					first = here
				}
				if math.Abs(here[0]-first[0]) > 1 || math.Abs(here[1]-first[1]) > 1 {
					t.Errorf("seed %d: frames at %v and %v", seed, first, here)
				}
			}
			for _, sensor := range list(t, e, "frame_data.sensor_data") {
				width, height := 16, 9
				if len(keys(t, sensor, "sensor_metadata")) > 0 {
					width, _ = at(t, sensor, "sensor_metadata.width").(int)
					height, _ = at(t, sensor, "sensor_metadata.height").(int)
				}
				if 10*width < 11*height || 10*width > 18*height {
					t.Errorf("seed %d: an image of %d by %d", seed, width, height)
				}
			}
			if scene := at(t, e, "frame_data.user__scene"); geo.Len() > 0 && scene == "PA, full inspiration" {
				t.Errorf("seed %d: an X-ray with coordinates on earth", seed)
			}
		}
	}
	if located == 0 {
		t.Error("no frame has coordinates")
	}
}
