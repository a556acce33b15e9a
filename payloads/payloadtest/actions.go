package payloadtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// Bounds of the checks on actions.
const (
	repetitions = 60               // of one action with its default parameters
	usualWorld  = 256 << 10        // bytes of a world that many actions went over
	raisedNear  = 10 * time.Second // how far an event's own time may lie from its action
	worldPause  = 2 * time.Second  // between two actions
)

// checkActions wants every action to work on a fresh world with its defaults, to give the same effect for the same input, to raise what it
// lists, and to go on working while the world stays bounded.
func checkActions(p payloads.Platform, bad report) {
	for _, a := range p.Actions {
		stated(a, bad)
		in, ok := inputOf(a, bad)
		if !ok {
			continue
		}
		one, err := a.Do(in)
		if err != nil {
			bad("action %s fails on a fresh world: %v", a.Name, err)
			continue
		}
		if again, err := a.Do(in); err != nil || printEffect(again) != printEffect(one) {
			bad("action %s: the same input has two effects", a.Name)
		}
		if !settles(one) {
			bad("action %s has no result, or a world or subject that is no JSON", a.Name)
		}
		repeat(p, a, in, bad)
	}
	for _, a := range p.Actions {
		if other, found := p.Action(a.Name); !found || other.Title != a.Title {
			bad("action %s is listed twice", a.Name)
		}
	}
}

// stated wants words, sources and well-formed parameters.
func stated(a payloads.Action, bad report) {
	if strings.TrimSpace(a.Title) == "" || !known(a.Fidelity) {
		bad("action %s: title and one of the four certainties are required", a.Name)
	}
	kinds := []payloads.ParamKind{payloads.KindString, payloads.KindInteger, payloads.KindBoolean, payloads.KindObject, payloads.KindStrings}
	seen := map[string]bool{}
	for _, param := range a.Params {
		if param.Name == "" || seen[param.Name] || param.Summary == "" || !slices.Contains(kinds, param.Kind) {
			bad("action %s: parameter %q is named twice, has no summary or the kind %q", a.Name, param.Name, param.Kind)
		}
		seen[param.Name] = true
	}
	if _, problems := a.Check(payloads.Obj("no such parameter", 1)); len(problems) == 0 {
		bad("action %s accepts an unknown parameter", a.Name)
	}
}

// inputOf is the action with its defaults on a fresh world. Actions that require a parameter are left to the platform's own tests.
func inputOf(a payloads.Action, bad report) (payloads.ActionInput, bool) {
	params, problems := a.Check(nil)
	for _, param := range a.Params {
		if param.Required {
			return payloads.ActionInput{}, false
		}
	}
	for _, problem := range problems {
		bad("action %s with its defaults: %v", a.Name, problem)
	}
	return payloads.ActionInput{Params: params, Seed: Seed, Now: Now()}, len(problems) == 0
}

func printEffect(e payloads.Effect) string {
	var b strings.Builder
	b.Write(e.World)
	if e.Result != nil {
		b.WriteString("\n" + printed(e.Result))
	}
	for _, r := range e.Raised {
		fmt.Fprintf(&b, "\n%s %s %v %s", r.Type, r.Variant, r.At, r.Subject)
	}
	return b.String()
}

func settles(e payloads.Effect) bool {
	for _, r := range e.Raised {
		if !json.Valid(r.Subject) {
			return false
		}
	}
	return e.Result != nil && json.Valid(e.World)
}

// repeat does the action again and again and prints what the first, the second and the last repetition raise.
func repeat(p payloads.Platform, a payloads.Action, in payloads.ActionInput, bad report) {
	for i := range repetitions {
		in.Seed, in.Now = Seed+uint64(i), Now().Add(time.Duration(i)*worldPause)
		e, err := a.Do(in)
		if err != nil {
			bad("action %s fails when it is repeated %d times: %v", a.Name, i, err)
			return
		}
		for _, r := range e.Raised {
			if !slices.Contains(a.Raises, r.Type) {
				bad("action %s raises %s, which it does not list", a.Name, r.Type)
			}
			if !r.At.IsZero() && (r.At.Before(in.Now.Add(-raisedNear)) || r.At.After(in.Now.Add(raisedNear))) {
				bad("action %s: %s happens at %v, far from the action at %v", a.Name, r.Type, r.At, in.Now)
			}
		}
		if i < 2 || i == repetitions-1 {
			for _, err := range showRaised(p, e, in) {
				bad("action %s: %v", a.Name, err)
			}
		}
		in.World = e.World
	}
	if len(in.World) > usualWorld {
		bad("action %s: the world has %d bytes after %d repetitions, more than %d", a.Name, len(in.World), repetitions, usualWorld)
	}
	shown, err := p.Inspect(in.World)
	if err != nil || shown.Len() == 0 {
		bad("action %s: the world cannot be inspected afterwards: %v", a.Name, err)
	}
}

// showRaised builds and composes what was raised, as this profile prints it, twice.
func showRaised(p payloads.Platform, e payloads.Effect, in payloads.ActionInput) []error {
	var errs []error
	for i, r := range e.Raised {
		if event, ok := p.Event(r.Type); ok && r.Variant != "" && !slices.Contains(event.VariantNames(), r.Variant) {
			errs = append(errs, fmt.Errorf("%s has no variant %q", r.Type, r.Variant))
		}
		one, err := bodies(p, r, in, i, Subscription(p))
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", r.Type, err))
			continue
		}
		again, err := bodies(p, r, in, i, Subscription(p))
		if err != nil || !slices.EqualFunc(one, again, bytes.Equal) {
			errs = append(errs, fmt.Errorf("%s is printed in two ways: %w", r.Type, err))
		}
		if event, ok := p.Event(r.Type); ok && event.Name != "" && !bytes.Contains(one[0], []byte(event.Name)) {
			errs = append(errs, fmt.Errorf("%s does not name its type", r.Type))
		}
	}
	return errs
}

// bodies are the requests of one raised event for s.
func bodies(p payloads.Platform, r payloads.Raised, in payloads.ActionInput, place int, s subscriptions.Subscription) ([][]byte, error) {
	event, ok := p.Event(r.Type)
	if !ok {
		return nil, errors.New("is not in the catalogue")
	}
	at := r.At
	if at.IsZero() {
		at = in.Now
	}
	b := payloads.Build{Variant: r.Variant, Seed: in.Seed, IDSeed: in.Seed + uint64(place), Now: at.UTC(), Subject: r.Subject, Subscription: s}
	list, err := messages(p, event, b)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, errors.New("composes no message")
	}
	out := make([][]byte, len(list))
	for i, m := range list {
		out[i] = m.Body
	}
	return out, nil
}

// checkWorld wants a world that can be shown before anything happened, and none made of nonsense.
func checkWorld(p payloads.Platform, bad report) {
	if p.Inspect == nil {
		return
	}
	if shown, err := p.Inspect(nil); err != nil || shown == nil || shown.Len() == 0 {
		bad("a fresh world cannot be inspected: %v", err)
	}
	for _, text := range []string{`{`, `[]`, `"x"`, `7`} {
		if _, err := p.Inspect([]byte(text)); err == nil {
			bad("the world %s is accepted", text)
		}
		for _, a := range p.Actions {
			params, _ := a.Check(nil)
			if _, err := a.Do(payloads.ActionInput{World: []byte(text), Params: params, Seed: Seed, Now: Now()}); err == nil {
				bad("action %s accepts the world %s", a.Name, text)
				break
			}
		}
	}
}

// minimumStories is how many stories a platform with actions has.
const minimumStories = 2

// checkStories wants stories that can be played from a fresh world on.
func checkStories(p payloads.Platform, bad report) {
	if len(p.Actions) == 0 {
		return
	}
	if len(p.Stories) < minimumStories {
		bad("%d stories, want at least %d", len(p.Stories), minimumStories)
	}
	seen := map[string]bool{}
	for _, s := range p.Stories {
		if s.Name == "" || seen[s.Name] || !known(s.Fidelity) {
			bad("story %q is named twice or of the certainty %q", s.Name, s.Fidelity)
		}
		seen[s.Name] = true
		if _, err := Play(p, s, Subscription(p)); err != nil {
			bad("story %s: %v", s.Name, err)
		}
	}
}

// Played is one request that a story led to.
type Played struct {
	Step int    // place of the step, from 0
	Type string // key of the event type
	Body []byte
}

// Play plays a story from a fresh world on, beginning at [Now] with seed [Seed], and returns every request that it sends to s, in order,
// each event by itself.
func Play(p payloads.Platform, story payloads.Story, s subscriptions.Subscription) ([]Played, error) {
	var world []byte
	var all []Played
	at, results := Now(), map[string]*payloads.Object{}
	for i, step := range story.Steps {
		a, ok := p.Action(step.Action)
		if !ok {
			return all, fmt.Errorf("step %d: no action %s", i, step.Action)
		}
		given, err := step.Params(results)
		if err != nil {
			return all, fmt.Errorf("step %d: %w", i, err)
		}
		params, problems := a.Check(given)
		if len(problems) > 0 {
			return all, fmt.Errorf("step %d: %v", i, problems)
		}
		at = at.Add(step.After + worldPause)
		in := payloads.ActionInput{World: world, Params: params, Seed: Seed + uint64(i), Now: at}
		e, err := a.Do(in)
		if err != nil {
			return all, fmt.Errorf("step %d: %s: %w", i, step.Action, err)
		}
		world, results[step.As] = e.World, e.Result
		for place, r := range e.Raised {
			list, err := bodies(p, r, in, place, s)
			if err != nil {
				return all, fmt.Errorf("step %d: %s: %w", i, r.Type, err)
			}
			for _, body := range list {
				all = append(all, Played{Step: i, Type: r.Type, Body: body})
			}
		}
	}
	return all, nil
}
