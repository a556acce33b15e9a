package argilla_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest"
)

const seeds = 60

// A submission raises record.updated, record.completed and response.created.
func TestSubmissionIsCoherent(t *testing.T) {
	for seed := range uint64(seeds) {
		updated, completed := build(t, "record.updated", "", seed, nil), build(t, "record.completed", "", seed, nil)
		response := build(t, "response.created", "", seed, nil)
		if a, b := compose(t, updated), compose(t, completed); string(a[len(`{"type": "record.updated"`):]) != string(b[len(`{"type": "record.completed"`):]) {
			t.Fatalf("seed %d: record.updated and record.completed differ behind the type", seed)
		}
		if got := text(t, completed, "data.status"); got != "completed" {
			t.Errorf("seed %d: record.completed has the status %s", seed, got)
		}
		if got := text(t, response, "data.record.status"); got != "pending" {
			t.Errorf("seed %d: the stale record is %s", seed, got)
		}
		if stale, fresh := text(t, response, "data.record.updated_at"), text(t, completed, "data.updated_at"); stale >= fresh {
			t.Errorf("seed %d: the stale record was updated at %s, the fresh one at %s", seed, stale, fresh)
		}
		if inserted, counted := text(t, response, "data.inserted_at"), text(t, completed, "data.updated_at"); inserted >= counted {
			t.Errorf("seed %d: counted at %s, before the response of %s", seed, counted, inserted)
		}
		for _, path := range []string{"id", "external_id", "inserted_at", "dataset.id", "dataset.last_activity_at", "dataset.updated_at", "dataset.workspace.id"} {
			if a, b := text(t, completed, "data."+path), text(t, response, "data.record."+path); a != b {
				t.Errorf("seed %d: %s is %s in record.completed and %s in response.created", seed, path, a, b)
			}
		}
	}
}

func TestOneWorldPerSeed(t *testing.T) {
	for seed := range uint64(5) {
		id := text(t, build(t, "dataset.created", "", seed, nil), "data.id")
		for _, key := range []string{"record.created", "record.deleted", "record.completed"} {
			for _, variant := range []string{"text", "chat", "image", "custom"} {
				if got := text(t, build(t, key, variant, seed, nil), "data.dataset.id"); got != id {
					t.Errorf("seed %d: %s.%s is in dataset %s, not %s", seed, key, variant, got, id)
				}
			}
		}
	}
	if text(t, build(t, "dataset.created", "", 1, nil), "data.id") == text(t, build(t, "dataset.created", "", 2, nil), "data.id") {
		t.Error("two seeds have one dataset")
	}
}

func TestDatasetGrows(t *testing.T) {
	lengths := func(key, variant string) (status string, n []int) {
		event := build(t, key, variant, 1, nil)
		for _, name := range []string{"questions", "fields", "metadata_properties"} {
			n = append(n, len(list(t, event, "data."+name)))
		}
		return text(t, event, "data.status"), n
	}
	for _, test := range []struct {
		key, variant, status string
		full                 bool
		fields               int
	}{
		{"dataset.created", "", "draft", false, 0},
		{"dataset.updated", "draft", "draft", false, 1},
		{"dataset.updated", "sdk-create", "draft", false, 0},
		{"dataset.updated", "ready", "ready", true, 1},
		{"dataset.published", "", "ready", true, 1},
		{"dataset.deleted", "", "ready", true, 1},
	} {
		status, n := lengths(test.key, test.variant)
		if status != test.status || (n[0] >= 2 && n[2] >= 6) != test.full || n[1] < test.fields || (!test.full && n[0]+n[2] != 0) {
			t.Errorf("%s.%s: status %s, lists %v", test.key, test.variant, status, n)
		}
	}
}

func TestResponseStatuses(t *testing.T) {
	for _, test := range []struct{ key, variant, record string }{
		{"response.created", "submitted", "pending"},
		{"response.created", "draft", "pending"},
		{"response.created", "discarded", "pending"},
		{"response.updated", "submitted", "pending"},
		{"response.updated", "discarded", "completed"}, // it had been submitted
		{"response.deleted", "submitted", "completed"},
		{"response.deleted", "draft", "pending"},
	} {
		event := build(t, test.key, test.variant, 1, nil)
		if got := text(t, event, "data.status"); got != test.variant {
			t.Errorf("%s.%s: status %s", test.key, test.variant, got)
		}
		if got := text(t, event, "data.record.status"); got != test.record {
			t.Errorf("%s.%s: the record is %s, want %s", test.key, test.variant, got, test.record)
		}
	}
}

func TestTimesInsideDataAreNaive(t *testing.T) {
	for _, e := range platform().Events {
		body := compose(t, build(t, e.Key, "", 3, nil))
		for i, part := range bytes.Split(body, []byte(`_at": "`)) {
			if i == 0 {
				continue
			}
			value, _, _ := bytes.Cut(part, []byte(`"`))
			if _, err := time.Parse("2006-01-02T15:04:05.000000", string(value)); err != nil {
				t.Errorf("%s: %s", e.Key, value)
			}
		}
	}
}

func TestChildrenAreNotOlderThanTheirParents(t *testing.T) {
	for _, e := range platform().Events {
		if e.Key == "ping" {
			continue
		}
		for seed := range uint64(seeds) {
			checkAges(t, fmt.Sprintf("%s seed %d", e.Key, seed), build(t, e.Key, "", seed, nil))
		}
	}
}

// checkAges compares what an object contains with the object, where the one was inserted into the other.
func checkAges(t *testing.T, name string, event *payloads.Object) {
	t.Helper()
	dataset := at(t, event, "data")
	for _, path := range []string{"record", "dataset"} {
		o, _ := dataset.(*payloads.Object)
		if inner, ok := o.Get(path); ok {
			// A record is younger than its dataset, a response than its record.
			if a, b := text(t, inner, "inserted_at"), text(t, dataset, "inserted_at"); a >= b {
				t.Errorf("%s: %s of %s is younger than what is in it, of %s", name, path, a, b)
			}
			dataset = inner
		}
	}
	created, changed := text(t, dataset, "inserted_at"), text(t, dataset, "updated_at")
	if workspace := text(t, dataset, "workspace.inserted_at"); workspace >= created {
		t.Errorf("%s: the workspace is of %s, its dataset of %s", name, workspace, created)
	}
	for _, part := range []string{"fields", "questions", "metadata_properties", "vectors_settings"} {
		for _, child := range list(t, dataset, part) {
			if at := text(t, child, "inserted_at"); at <= created || at >= changed {
				t.Errorf("%s: a child of %s is of %s, the dataset was made at %s and changed at %s", name, part, at, created, changed)
			}
		}
	}
}

func TestQuirks(t *testing.T) {
	quirk := func(key, variant, name string) *payloads.Object {
		return build(t, key, variant, 1, map[string]bool{name: true})
	}
	for variant, null := range map[string]bool{"submitted": false, "draft": true, "discarded": true} {
		if got := at(t, quirk("response.created", variant, "null-values"), "data.values"); (got == nil) != null {
			t.Errorf("null-values: %s has the values %v", variant, got)
		}
	}
	if got := text(t, quirk("record.created", "", "whole-seconds"), "data.inserted_at"); strings.Contains(got, ".") {
		t.Errorf("whole-seconds: %s", got)
	}
	if got := text(t, quirk("record.created", "", "whole-seconds"), "timestamp"); got != "2026-01-02T03:04:05.678901Z" {
		t.Errorf("whole-seconds: the envelope has %s", got)
	}
	if got := at(t, quirk("record.created", "", "no-external-id"), "data.external_id"); got != nil {
		t.Errorf("no-external-id: %v", got)
	}
	if got := text(t, quirk("dataset.created", "", "spaced-workspace"), "data.workspace.name"); !strings.Contains(got, " ") {
		t.Errorf("spaced-workspace: %s", got)
	}
}

// The record inside a response event is stale by default; switched off, it is the counted one.
func TestStaleRecordOfTriggers(t *testing.T) {
	for _, test := range []struct{ key, variant, stale, fresh string }{
		{"response.created", "submitted", "pending", "completed"},
		{"response.created", "draft", "pending", "pending"},
		{"response.updated", "submitted", "pending", "completed"},
		{"response.updated", "discarded", "completed", "pending"},
		{"response.deleted", "submitted", "completed", "pending"},
	} {
		for stale, want := range map[bool]string{true: test.stale, false: test.fresh} {
			if got := text(t, build(t, test.key, test.variant, 1, map[string]bool{"stale-record": stale}), "data.record.status"); got != want {
				t.Errorf("%s.%s stale %v: %s, want %s", test.key, test.variant, stale, got, want)
			}
		}
	}
	if got := text(t, build(t, "record.created", "", 1, map[string]bool{"naive-times": false}), "data.inserted_at"); !strings.HasSuffix(got, "Z") {
		t.Errorf("naive-times off: %s", got)
	}
}

func TestFieldKinds(t *testing.T) {
	urls, embedded, foreign := 0, 0, 0
	for seed := range uint64(seeds) {
		for _, turn := range list(t, build(t, "record.created", "chat", seed, nil), "data.fields.chat") {
			o, _ := turn.(*payloads.Object)
			if diff := cmp.Diff(o.Keys(), []string{"role", "content"}); diff != "" {
				t.Error(diff)
			}
		}
		switch image := text(t, build(t, "record.created", "image", seed, nil), "data.fields.image"); {
		case strings.HasPrefix(image, "https://"):
			urls++
		case strings.HasPrefix(image, "data:image/"):
			embedded++
		}
		if _, ok := at(t, build(t, "record.created", "custom", seed, nil), "data.fields.product").(*payloads.Object); !ok {
			t.Error("the custom field is no object")
		}
		for _, unit := range utf16.Encode([]rune(text(t, build(t, "record.created", "", seed, nil), "data.fields.text"))) {
			if unit > 127 {
				foreign++
				break
			}
		}
	}
	if urls == 0 || embedded == 0 || urls+embedded != seeds || foreign == 0 {
		t.Errorf("%d addresses, %d embedded images, %d foreign texts over %d seeds", urls, embedded, foreign, seeds)
	}
}

// Midnight, leap day and other zones are no traps.
func TestMoments(t *testing.T) {
	e, _ := platform().Event("response.updated")
	for _, now := range []time.Time{
		time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC),
		time.Date(2026, 12, 31, 23, 59, 59, 999_999_000, time.UTC),
		time.Date(2026, 7, 1, 3, 0, 0, 0, time.FixedZone("east", 7*3600)),
	} {
		event, err := e.Build(payloads.Build{Seed: 9, IDSeed: 9, Now: now, Subscription: payloadtest.Subscription(platform())})
		if err != nil {
			t.Fatal(err)
		}
		checkAges(t, now.String(), event)
		if got, want := text(t, event, "timestamp"), now.UTC().Format("2006-01-02T15:04:05.000000Z"); got != want {
			t.Errorf("timestamp %s, want %s", got, want)
		}
	}
}
