package payloads_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/annohook/annohook/payloads"
)

const teatime = `{"title":"Tea time","summary":"Two pots.","fidelity":"assumed","source":"invented","steps":[
	{"action":"brew","with":{"pot":"blue"},"as":"first","note":"puts the kettle on"},
	{"after":"1.5s","action":"brew","with":{"pot":"{first.pot.name}","cups":3}}]}`

func TestReadStories(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{
		"stories/tea-time.json": {Data: []byte(teatime)}, "stories/a-first.json": {Data: []byte(teatime)}, "stories/notes.txt": {Data: []byte("no story")},
	}
	list, err := payloads.ReadStories(files, []payloads.Action{brew()})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 || list[0].Name != "a-first" || list[1].Name != "tea-time" {
		t.Fatalf("got %v", list)
	}
	steps := list[1].Steps
	if len(steps) != 2 || steps[1].After != 1500*time.Millisecond || steps[0].As != "first" || steps[0].Note == "" {
		t.Errorf("got %+v", steps)
	}
	p := payloads.Platform{Stories: list}
	if s, ok := p.Story("tea-time"); !ok || s.Title != "Tea time" {
		t.Error("the story is not found")
	}
	if _, ok := p.Story("lunch"); ok {
		t.Error("an unknown story is found")
	}
}

func TestStoryStepParams(t *testing.T) {
	t.Parallel()
	story, err := payloads.ParseStory([]byte(teatime), []payloads.Action{brew()})
	if err != nil {
		t.Fatal(err)
	}
	results := map[string]*payloads.Object{"first": payloads.Obj("pot", payloads.Obj("name", "blue"))}
	got, err := story.Steps[1].Params(results)
	if err != nil || plain(t, got) != `{"pot":"blue","cups":3}` {
		t.Errorf("got %s, %v", plain(t, got), err)
	}
	for name, results := range map[string]map[string]*payloads.Object{
		"no result": nil, "no key": {"first": payloads.Obj()}, "no object": {"first": payloads.Obj("pot", "blue")},
	} {
		if _, err := story.Steps[1].Params(results); err == nil || !strings.Contains(err.Error(), "with.pot") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if got, err := (payloads.StoryStep{}).Params(nil); err != nil || got.Len() != 0 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestParseStoryRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, from, to, want string }{
		{"no JSON", "}]}", "}]", "stories/bad.json: EOF"},
		{"no object", teatime, "[]", "the story: must be an object"},
		{"unknown key", `"title"`, `"titel"`, "titel: unknown; allowed: title,"},
		{"no title", `"Tea time"`, `""`, "are required"},
		{"title of another kind", `"Tea time"`, `7`, "title: must be a string"},
		{"no steps", teatime[strings.Index(teatime, "["):], "[]}", "are required"},
		{"steps of another kind", teatime[strings.Index(teatime, "["):], "{}}", "steps: must be a list"},
		{"step of another kind", `{"after"`, `7, {"after"`, "steps[1]: a step: must be an object"},
		{"unknown action", `"action":"brew","with":{"pot":"blue"}`, `"action":"bake"`, `steps[0]: action: unknown action "bake"`},
		{"unknown key of a step", `"note"`, `"notes"`, "steps[0]: notes: unknown; allowed: after,"},
		{"pause that is none", `"1.5s"`, `"soon"`, "steps[1]: after: must be a duration"},
		{"pause too long", `"1.5s"`, `"2h"`, "steps[1]: after: must be a duration"},
		{"bad parameter", `"cups":3`, `"cups":30`, "steps[1]: with: params.cups: must be a whole number"},
		{"missing parameter", `"pot":"blue"`, `"cups":3`, "steps[0]: with: params.pot: is required"},
		{"parameters of another kind", `{"pot":"blue"}`, `7`, "steps[0]: with: must be an object"},
		{"reference to nothing", `{first.`, `{second.`, `steps[1]: with.pot: no earlier step is saved as "second"`},
		{"reference for no parameter", `"cups":3`, `"sugar":"{first.x}"`, "steps[1]: with.sugar: brew has no such parameter"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(teatime, test.from, test.to, 1)
			_, err := payloads.ReadStories(fstest.MapFS{"stories/bad.json": {Data: []byte(text)}}, []payloads.Action{brew()})
			if err == nil || !strings.HasPrefix(err.Error(), "story stories/bad.json: ") || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want the name of the file and %s", err, test.want)
			}
		})
	}
}

// FuzzParseStory checks that whatever is accepted can be played as far as its parameters go.
func FuzzParseStory(f *testing.F) {
	f.Add([]byte(teatime))
	f.Add([]byte(`{"steps":[{"with":{"pot":"{a.b}"}}]}`))
	f.Add([]byte(`{"steps":[[null]]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		story, err := payloads.ParseStory(data, []payloads.Action{brew()})
		if err != nil {
			return
		}
		if story.Title == "" || len(story.Steps) == 0 {
			t.Fatalf("an incomplete story was accepted: %s", data)
		}
		for _, step := range story.Steps {
			if step.Action != "brew" || step.After < 0 || step.After > payloads.MaxStoryPause {
				t.Fatalf("step %+v was accepted", step)
			}
		}
	})
}
