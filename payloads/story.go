package payloads

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Story is a ready-made sequence of actions, kept as a data file beside the platform. Its events have coherent ids, because all its actions
// work on the platform's one world.
type Story struct {
	Name     string // of the file, without extension
	Title    string
	Summary  string
	Fidelity Fidelity // of number and order of its events
	Source   string
	Steps    []StoryStep
}

// StoryStep is one action of a story.
type StoryStep struct {
	After  time.Duration // the pause before it, at speed 1
	Action string
	// With are the parameters. A string "{name.path}" stands for a value in the result of the earlier step saved as name.
	With *Object
	As   string // name of the result for later steps; empty: not needed
	Note string // what a person does here, one short sentence
}

// MaxStoryPause bounds the pause before a step.
const MaxStoryPause = time.Hour

// StoryFolder is where the files of a platform hold its stories.
const StoryFolder = "stories"

// ReadStories reads every *.json file in the StoryFolder of fsys, in the order of their names, and checks them against the actions. A file holds
//
//	{"title":"…","summary":"…","fidelity":"source","source":"…","steps":[
//	  {"action":"create-dataset","with":{"name":"reviews"},"as":"dataset","note":"…"},
//	  {"after":"2s","action":"publish-dataset","with":{"dataset":"{dataset.id}"}}]}
//
// The error names file, step and field.
func ReadStories(fsys fs.FS, actions []Action) ([]Story, error) {
	names, err := fs.Glob(fsys, StoryFolder+"/*.json")
	if err != nil {
		return nil, fmt.Errorf("list stories: %w", err)
	}
	slices.Sort(names)
	list := make([]Story, 0, len(names))
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read story %s: %w", name, err)
		}
		story, err := ParseStory(data, actions)
		if err != nil {
			return nil, fmt.Errorf("story %s: %w", name, err)
		}
		story.Name = strings.TrimSuffix(path.Base(name), ".json")
		list = append(list, story)
	}
	return list, nil
}

// ParseStory reads one story as ReadStories does; its Name stays empty.
func ParseStory(data []byte, actions []Action) (Story, error) {
	v, err := ParseValue(data)
	if err != nil {
		return Story{}, err
	}
	r := storyReader{actions: actions, results: map[string]bool{}}
	story := Story{}
	for _, m := range r.object(v, "the story") {
		switch m.Key {
		case "title":
			story.Title = r.text(m)
		case "summary":
			story.Summary = r.text(m)
		case "fidelity":
			story.Fidelity = Fidelity(r.text(m))
		case "source":
			story.Source = r.text(m)
		case "steps":
			story.Steps = r.steps(m.Value)
		default:
			r.fail("%s: unknown; allowed: title, summary, fidelity, source, steps", m.Key)
		}
	}
	if story.Title == "" || story.Summary == "" || story.Source == "" || story.Fidelity == "" || len(story.Steps) == 0 {
		r.fail("title, summary, fidelity, source and steps are required")
	}
	return story, r.err
}

// storyReader reads a story and remembers the first fault.
type storyReader struct {
	actions []Action
	results map[string]bool // names saved so far
	err     error
}

func (r *storyReader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
}

func (r *storyReader) object(v Value, what string) []Member {
	o, ok := v.(*Object)
	if !ok {
		r.fail("%s: must be an object", what)
		return nil
	}
	return o.Members()
}

func (r *storyReader) text(m Member) string {
	s, ok := m.Value.(string)
	if !ok {
		r.fail("%s: must be a string", m.Key)
	}
	return s
}

func (r *storyReader) steps(v Value) []StoryStep {
	list, ok := v.(Array)
	if !ok {
		r.fail("steps: must be a list")
	}
	steps := make([]StoryStep, len(list))
	for i, item := range list {
		before := r.err
		steps[i] = r.step(item)
		if before == nil && r.err != nil {
			r.err = fmt.Errorf("steps[%d]: %w", i, r.err)
		}
	}
	return steps
}

func (r *storyReader) step(v Value) StoryStep {
	var s StoryStep
	for _, m := range r.object(v, "a step") {
		switch m.Key {
		case "after":
			d, err := time.ParseDuration(r.text(m))
			if err != nil || d < 0 || d > MaxStoryPause {
				r.fail("after: must be a duration from 0s to %v", MaxStoryPause)
			}
			s.After = d
		case "action":
			s.Action = r.text(m)
		case "with":
			s.With, _ = m.Value.(*Object)
			r.object(m.Value, "with")
		case "as":
			s.As = r.text(m)
		case "note":
			s.Note = r.text(m)
		default:
			r.fail("%s: unknown; allowed: after, action, with, as, note", m.Key)
		}
	}
	r.check(s)
	if s.As != "" {
		r.results[s.As] = true
	}
	return s
}

// check compares a step with its action: parameters that refer to a result can be checked only when it is there.
func (r *storyReader) check(s StoryStep) {
	at := slices.IndexFunc(r.actions, func(a Action) bool { return a.Name == s.Action })
	if at < 0 {
		r.fail("action: unknown action %q", s.Action)
		return
	}
	given := Obj()
	if s.With != nil {
		for _, m := range s.With.Members() {
			name, _, ok := reference(m.Value)
			if !ok {
				given.Set(m.Key, m.Value)
				continue
			}
			if !r.results[name] {
				r.fail("with.%s: no earlier step is saved as %q", m.Key, name)
			}
			if !slices.ContainsFunc(r.actions[at].Params, func(p Param) bool { return p.Name == m.Key }) {
				r.fail("with.%s: %s has no such parameter", m.Key, s.Action)
			}
		}
	}
	_, problems := r.actions[at].Check(given)
	for _, p := range problems {
		if refers(s.With, strings.TrimPrefix(p.Field, "params.")) {
			continue // required, and filled in when the story is played
		}
		r.fail("with: %s", p)
	}
}

func refers(with *Object, key string) bool {
	if with == nil {
		return false
	}
	v, _ := with.Get(key)
	_, _, ok := reference(v)
	return ok
}

var referencePattern = regexp.MustCompile(`^\{([a-z][a-z0-9_-]*)\.([a-z][a-z0-9_.-]*)\}$`)

// reference splits "{name.path}".
func reference(v Value) (name, path string, ok bool) {
	s, _ := v.(string)
	parts := referencePattern.FindStringSubmatch(s)
	if parts == nil {
		return "", "", false
	}
	return parts[1], parts[2], true
}

// Params returns the parameters of a step with every reference replaced from results, which holds the result of each step that was saved.
func (s StoryStep) Params(results map[string]*Object) (*Object, error) {
	out := Obj()
	if s.With == nil {
		return out, nil
	}
	for _, m := range s.With.Members() {
		name, path, ok := reference(m.Value)
		if !ok {
			out.Set(m.Key, m.Value)
			continue
		}
		v, found := lookup(results[name], path)
		if !found {
			return nil, fmt.Errorf("with.%s: the result of %s has no %s", m.Key, name, path)
		}
		out.Set(m.Key, v)
	}
	return out, nil
}

func lookup(o *Object, path string) (Value, bool) {
	var v Value = o
	for key := range strings.SplitSeq(path, ".") {
		object, ok := v.(*Object)
		if !ok || object == nil {
			return nil, false
		}
		if v, ok = object.Get(key); !ok {
			return nil, false
		}
	}
	return v, true
}

// Story finds a story by its name.
func (p Platform) Story(name string) (Story, bool) {
	for _, s := range p.Stories {
		if s.Name == name {
			return s, true
		}
	}
	return Story{}, false
}
