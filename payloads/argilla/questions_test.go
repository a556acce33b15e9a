package argilla_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
)

// Every kind of question occurs over the seeds, with settings in the server's order, an answer of the right form, and spans that lie
// within the text.
func TestQuestionsAndAnswers(t *testing.T) {
	settings := map[string]string{
		"text":                  "type use_markdown",
		"rating":                "type options",
		"label_selection":       "type options visible_options",
		"multi_label_selection": "type options visible_options options_order",
		"ranking":               "type options",
		"span":                  "type field options visible_options allow_overlapping",
	}
	asked, answered := map[string]bool{}, map[string]bool{}
	for seed := range uint64(seeds) {
		event := build(t, "response.created", "", seed, nil)
		values, _ := at(t, event, "data.values").(*payloads.Object)
		body := text(t, event, "data.record.fields.text")
		for _, q := range list(t, event, "data.record.dataset.questions") {
			kind := text(t, q, "settings.type")
			asked[kind] = true
			o, _ := at(t, q, "settings").(*payloads.Object)
			if got := strings.Join(o.Keys(), " "); got != settings[kind] {
				t.Errorf("seed %d: settings of %s: %s", seed, kind, got)
			}
			answer, ok := values.Get(text(t, q, "name"))
			required, _ := at(t, q, "required").(bool)
			if required && !ok {
				t.Errorf("seed %d: the required %s is not answered", seed, kind)
			}
			if ok {
				answered[kind] = true
				checkAnswer(t, kind, at(t, answer, "value"), body, len(optionsOf(t, q)))
			}
		}
	}
	for kind := range settings {
		if !asked[kind] || !answered[kind] {
			t.Errorf("%s: asked %v, answered %v over %d seeds", kind, asked[kind], answered[kind], seeds)
		}
	}
}

func optionsOf(t *testing.T, q payloads.Value) payloads.Array {
	t.Helper()
	o, _ := at(t, q, "settings").(*payloads.Object)
	if v, ok := o.Get("options"); ok {
		options, _ := v.(payloads.Array)
		return options
	}
	return nil
}

func checkAnswer(t *testing.T, kind string, v payloads.Value, body string, options int) {
	t.Helper()
	switch kind {
	case "rating":
		if n, ok := v.(int); !ok || n < 0 || n >= options {
			t.Errorf("rating %v", v)
		}
	case "text", "label_selection":
		if s, ok := v.(string); !ok || s == "" {
			t.Errorf("%s %v", kind, v)
		}
	case "multi_label_selection":
		if a, ok := v.(payloads.Array); !ok || len(a) == 0 || len(a) > options {
			t.Errorf("labels %v", v)
		}
	case "ranking":
		if a, ok := v.(payloads.Array); !ok || len(a) != options {
			t.Errorf("ranking %v", v)
		}
	case "span":
		a, _ := v.(payloads.Array)
		points := len([]rune(body))
		for _, s := range a {
			start, _ := at(t, s, "start").(int)
			end, _ := at(t, s, "end").(int)
			if start < 0 || start >= end || end > points {
				t.Errorf("span from %d to %d of %d", start, end, points)
			}
		}
	}
}

func TestMetadataFollowsItsProperties(t *testing.T) {
	for seed := range uint64(seeds) {
		event := build(t, "record.created", "", seed, nil)
		var want []string
		for _, p := range list(t, event, "data.dataset.metadata_properties") {
			want = append(want, text(t, p, "name"))
			o, _ := at(t, p, "settings").(*payloads.Object)
			order := "min max type"
			if text(t, p, "settings.type") == "terms" {
				order = "type values"
			}
			if got := strings.Join(o.Keys(), " "); got != order {
				t.Errorf("seed %d: settings %s", seed, got)
			}
		}
		metadata, _ := at(t, event, "data.metadata").(*payloads.Object)
		if diff := cmp.Diff(metadata.Keys(), want); diff != "" {
			t.Errorf("seed %d: %s", seed, diff)
		}
	}
}
