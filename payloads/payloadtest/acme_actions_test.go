package payloadtest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest"
)

// workshop is the world of the invented platform: how many things were made.
type workshop struct {
	Made int `json:"made"`
}

func readWorkshop(world []byte) (workshop, error) {
	var w workshop
	if world == nil {
		return w, nil
	}
	err := json.Unmarshal(world, &w)
	if err == nil && !strings.HasPrefix(string(world), "{") {
		err = errors.New("no object")
	}
	return w, err
}

func makeThings(in payloads.ActionInput) (payloads.Effect, error) {
	w, err := readWorkshop(in.World)
	if err != nil {
		return payloads.Effect{}, err
	}
	var e payloads.Effect
	for range in.Int("count") {
		w.Made++
		e.Raised = append(e.Raised, payloads.Raised{Type: "thing.made", At: in.Now, Subject: fmt.Appendf(nil, "%d", w.Made)})
	}
	e.Result = payloads.Obj("id", w.Made)
	e.World, err = json.Marshal(w)
	return e, err
}

func inspect(world []byte) (*payloads.Object, error) {
	w, err := readWorkshop(world)
	return payloads.Obj("made", w.Made), err
}

func actions() []payloads.Action {
	return []payloads.Action{{
		Name: "make-things", Title: "Make things", Summary: "Makes some.", Raises: []string{"thing.made"}, Fidelity: payloads.Assumed, Source: "invented",
		Params: []payloads.Param{{Name: "count", Kind: payloads.KindInteger, Default: "2", Min: 1, Max: 9, Summary: "How many."}},
		Do:     makeThings,
	}}
}

func stories() []payloads.Story {
	story := payloads.Story{
		Name: "morning", Title: "A morning", Summary: "Some things are made.", Fidelity: payloads.Assumed, Source: "invented",
		Steps: []payloads.StoryStep{{Action: "make-things", As: "first"}, {After: time.Second, Action: "make-things", With: payloads.Obj("count", int64(1))}},
	}
	other := story
	other.Name = "evening"
	return []payloads.Story{story, other}
}

// withDo replaces what the one action does.
func withDo(change func(payloads.ActionInput, *payloads.Effect, *error)) func(*payloads.Platform) {
	return func(p *payloads.Platform) {
		p.Actions[0].Do = func(in payloads.ActionInput) (payloads.Effect, error) {
			e, err := makeThings(in)
			change(in, &e, &err)
			return e, err
		}
	}
}

func actionFaults() map[string]func(*payloads.Platform) {
	calls := 0
	return map[string]func(*payloads.Platform){
		"world: action make-things accepts": func(p *payloads.Platform) {
			p.Actions[0].Do = func(in payloads.ActionInput) (payloads.Effect, error) {
				if w, err := readWorkshop(in.World); err != nil || w.Made == 0 {
					in.World = nil
				}
				return makeThings(in)
			}
		},
		"actions: fails on a fresh world": withDo(func(in payloads.ActionInput, _ *payloads.Effect, err *error) {
			if in.World == nil {
				*err = errRefused
			}
		}),
		"actions: the same input has two effects": withDo(func(_ payloads.ActionInput, e *payloads.Effect, _ *error) {
			calls++
			e.Result = payloads.Obj("id", calls)
		}),
		"actions: has no result": withDo(func(_ payloads.ActionInput, e *payloads.Effect, _ *error) { e.Result = nil }),
		"actions: fails when it is repeated": withDo(func(in payloads.ActionInput, _ *payloads.Effect, err *error) {
			if strings.Contains(string(in.World), "20") {
				*err = errRefused
			}
		}),
		"actions: which it does not list": func(p *payloads.Platform) { p.Actions[0].Raises = nil },
		"actions: far from the action": withDo(func(_ payloads.ActionInput, e *payloads.Effect, _ *error) {
			for i := range e.Raised {
				e.Raised[i].At = e.Raised[i].At.Add(time.Hour)
			}
		}),
		"actions: more than": withDo(func(_ payloads.ActionInput, e *payloads.Effect, _ *error) {
			e.World = fmt.Appendf(nil, `{"made":1,"ballast":%q}`, strings.Repeat("x", 300<<10))
		}),
		"actions: does not name its type": withBuild(func(b payloads.Build, o *payloads.Object) {
			if b.Subject != nil {
				o.Delete("type")
			}
		}),
		"actions: is printed in two ways": withBuild(func(b payloads.Build, o *payloads.Object) {
			calls++
			if b.Subject != nil {
				o.Set("n", calls)
			}
		}),
		"actions: parameter": func(p *payloads.Platform) { p.Actions[0].Params[0].Summary = "" },
		"actions: title":     func(p *payloads.Platform) { p.Actions[0].Title = "" },
		"actions: is listed twice": func(p *payloads.Platform) {
			other := p.Actions[0]
			other.Title = "Another"
			p.Actions = append(p.Actions, other)
		},
		"actions: cannot be inspected afterwards": func(p *payloads.Platform) {
			p.Inspect = func(world []byte) (*payloads.Object, error) {
				if world != nil {
					return nil, errRefused
				}
				return payloads.Obj("made", 0), nil
			}
		},
		"world: a fresh world": func(p *payloads.Platform) {
			p.Inspect = func(world []byte) (*payloads.Object, error) {
				w, err := readWorkshop(world)
				if world == nil {
					return payloads.Obj(), nil
				}
				return payloads.Obj("made", w.Made), err
			}
		},
		"world: is accepted": func(p *payloads.Platform) {
			p.Inspect = func([]byte) (*payloads.Object, error) { return payloads.Obj("made", 0), nil }
		},
		"stories: want at least":  func(p *payloads.Platform) { p.Stories = p.Stories[:1] },
		"stories: is named twice": func(p *payloads.Platform) { p.Stories[1].Name = p.Stories[0].Name },
		"stories: step 1": func(p *payloads.Platform) {
			p.Stories[0].Steps[1].With = payloads.Obj("count", "{first.no_such_key}")
		},
	}
}

func TestPlay(t *testing.T) {
	t.Parallel()
	p := acme()
	played, err := payloadtest.Play(p, p.Stories[0], payloadtest.Subscription(p))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, r := range played {
		fmt.Fprintf(&b, "%d %s %s\n", r.Step, r.Type, r.Body)
	}
	want := `0 thing.made {"type":"THING_MADE","id":"1"}
0 thing.made {"type":"THING_MADE","id":"2"}
1 thing.made {"type":"THING_MADE","id":"3"}
`
	if b.String() != want {
		t.Errorf("got %s", b.String())
	}
}
