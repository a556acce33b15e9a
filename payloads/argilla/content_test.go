package argilla_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/annohook/annohook/payloads"
)

// TestRecordsAreAboutOneThing checks that what is inside of a field belongs together, which texts drawn one by one would not.
func TestRecordsAreAboutOneThing(t *testing.T) {
	products, talks, captions := map[string]string{}, map[string]string{}, map[string]bool{}
	for seed := range uint64(200) {
		custom := build(t, "record.created", "custom", seed, nil)
		name, description := text(t, custom, "data.fields.product.name"), text(t, custom, "data.fields.product.description")
		if is, ok := products[name]; ok && is != description {
			t.Errorf("seed %d: product %s is %q and %q", seed, name, is, description)
		}
		products[name] = description
		chat := list(t, build(t, "record.created", "chat", seed, nil), "data.fields.chat")
		first, answers := checkTalk(t, chat)
		if is, ok := talks[first]; ok && is != answers {
			t.Errorf("seed %d: %q is followed by %q and %q", seed, first, is, answers)
		}
		talks[first] = answers
		captions[text(t, build(t, "record.created", "image", seed, nil), "data.fields.caption")] = true
	}
	if len(products) < 10 || len(talks) < 10 || len(captions) < 10 {
		t.Errorf("only %d products, %d conversations, %d captions", len(products), len(talks), len(captions))
	}
}

// checkTalk returns how a conversation begins, and the rest of it. The user begins and the assistant has the last word.
func checkTalk(t *testing.T, turns payloads.Array) (first, rest string) {
	t.Helper()
	roles, said := []string{"user", "assistant"}, []string(nil)
	for i, turn := range turns {
		if got := text(t, turn, "role"); got != roles[i%2] {
			t.Errorf("turn %d is of the %s", i, got)
		}
		said = append(said, text(t, turn, "content"))
	}
	if len(turns) == 0 || len(turns)%2 != 0 {
		t.Fatalf("%d turns", len(turns))
	}
	return said[0], strings.Join(said[1:], "\n")
}

// TestDatasetsAreNamedAfterTheirKind checks that a dataset of pictures is not called after clinical notes.
func TestDatasetsAreNamedAfterTheirKind(t *testing.T) {
	for kind, word := range map[string]string{"chat": "dialogue", "image": "captions", "custom": "products"} {
		for seed := range uint64(40) {
			event := build(t, "record.created", kind, seed, nil)
			if name := text(t, event, "data.dataset.name"); !strings.Contains(name, word) {
				t.Errorf("seed %d: a dataset of kind %s is called %s", seed, kind, name)
			}
		}
	}
}

// TestGuidelinesDoNotRepeatThemselves checks the two rules of the guidelines.
func TestGuidelinesDoNotRepeatThemselves(t *testing.T) {
	found := 0
	for seed := range uint64(200) {
		guidelines, ok := at(t, build(t, "dataset.deleted", "", seed, nil), "data.guidelines").(string)
		if !ok {
			continue
		}
		found++
		if parts := strings.Split(guidelines, "\n\n"); len(parts) != 3 || parts[1] == parts[2] {
			t.Errorf("seed %d: %q", seed, guidelines)
		}
	}
	if found < 80 {
		t.Errorf("only %d of 200 datasets have guidelines", found)
	}
}

// TestAnswersNameTheTopic checks that the topic of a text is chosen where it is among the labels: a text about an invoice is about billing.
func TestAnswersNameTheTopic(t *testing.T) {
	checked := 0
	for seed := range uint64(400) {
		event := build(t, "response.created", "submitted", seed, nil)
		if !strings.Contains(text(t, event, "data.record.fields.text"), "invoice") {
			continue
		}
		answers, _ := at(t, event, "data.values").(*payloads.Object)
		if _, answered := answers.Get("topics"); answered {
			checked++
			if chosen := list(t, event, "data.values.topics.value"); !slices.Contains(chosen, payloads.Value("billing")) {
				t.Errorf("seed %d: an invoice is about %v", seed, chosen)
			}
		}
	}
	if checked == 0 {
		t.Error("no seed shows it")
	}
}
