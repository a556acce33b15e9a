package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/web/client"
)

// act performs an action and waits until all its deliveries are settled.
func (r *rig) act(action, more string) client.Acted {
	r.t.Helper()
	var acted client.Acted
	r.call("POST", "/api/v1/actions?wait=settled&timeout=20s", `{"platform":"postbox","action":"`+action+`"`+more+`}`).want(http.StatusOK).into(&acted)
	return acted
}

// bodies are what the deliveries of an action sent, in the action's order, each planned for its own time after the one before. When they arrive
// is another thing: a busy machine may begin two attempts that are due 40 ms apart the other way round (test/e2e looks at that).
func (r *rig) bodies(acted client.Acted) []string {
	r.t.Helper()
	var bodies []string
	var due time.Time
	for _, accepted := range acted.Deliveries {
		first := r.delivery(accepted.ID).Attempts[0]
		if !first.ScheduledAt.After(due) {
			r.t.Errorf("delivery %s is due %s, not after %s", accepted.ID, first.ScheduledAt, due)
		}
		due = first.ScheduledAt
		body := *first.Request.Body.Text
		if !slices.Contains(r.listener.received(), body) {
			r.t.Errorf("the listener did not get %s", body)
		}
		bodies = append(bodies, body)
	}
	return bodies
}

// notes are the ids in the postbox's world.
func (r *rig) notes() []string {
	r.t.Helper()
	var world struct {
		Notes []struct{ ID, Text, Box string }
	}
	r.call("GET", "/api/v1/platforms/postbox/world", "").want(http.StatusOK).into(&world)
	ids := make([]string, len(world.Notes))
	for i, n := range world.Notes {
		ids[i] = n.ID
	}
	return ids
}

func TestAnActionRaisesItsEventsInOrder(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	sub := r.subscribe(`,"concurrency":1`)
	added := r.act(invented.AddNotes, `,"params":{"text":"hello","box":"B"},"seed":3,"now":"2026-01-02T03:04:05Z"`)
	acted := r.act(invented.MoveNote, `,"params":{"box":"C"},"seed":4`)
	equal(t, "action", acted.Action, invented.MoveNote)
	equal(t, "seed", acted.Seed, uint64(4))
	equal(t, "result", string(acted.Result), `{"id":"2","box":"C"}`)
	equal(t, "first event", *acted.ID, acted.Events[0])
	equal(t, "raised", len(acted.Raised), 2)
	for i, want := range []string{invented.NoteRemoved, invented.NoteAdded} {
		e := acted.Raised[i]
		equal(t, "type", e.Type, want)
		equal(t, "id", e.ID, acted.Events[i])
		equal(t, "deliveries of the event", e.Deliveries, []string{acted.Deliveries[i].ID})
		equal(t, "subscription", acted.Deliveries[i].SubscriptionID, sub.ID)
		equal(t, "status", acted.Deliveries[i].Status, "succeeded")
		equal(t, "reasons", e.Reasons, []client.Reason{})
		var event client.Event
		r.call("GET", "/api/v1/events/"+e.ID, "").want(200).into(&event)
		equal(t, "type in the history", event.Type, want)
		if event.Action == nil || *event.Action != invented.MoveNote {
			t.Errorf("the event does not tell its action: %+v", event)
		}
	}
	equal(t, "requests", len(r.listener.received()), 3)
	bodies := append(r.bodies(added), r.bodies(acted)...)
	for i, box := range []string{`"box":"B"`, `"box":"B"`, `"box":"C"`} { // the removed note is told of as it was
		if !strings.Contains(bodies[i], box) || !strings.Contains(bodies[i], `"text":"hello"`) {
			t.Errorf("request %d: %s", i, bodies[i])
		}
	}
	var triggered client.Event
	r.call("GET", "/api/v1/events/"+r.trigger("").ID, "").want(200).into(&triggered)
	if triggered.Action != nil {
		t.Errorf("a triggered event has the action %s", *triggered.Action)
	}
}

func TestTheWorldIsShownAndMadeFresh(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	equal(t, "fresh", r.notes(), []string{"1"})
	r.act(invented.AddNotes, `,"params":{"count":2}`)
	equal(t, "after an action", r.notes(), []string{"1", "2", "3"})
	a := r.call("DELETE", "/api/v1/platforms/postbox/world", "").want(http.StatusNoContent)
	equal(t, "body", len(a.body), 0)
	equal(t, "fresh again", r.notes(), []string{"1"})
	for _, method := range []string{"GET", "DELETE"} {
		a := r.call(method, "/api/v1/platforms/nobody/world", "")
		a.problem(http.StatusNotFound)
		if !strings.Contains(string(a.body), "postbox") {
			t.Errorf("the platforms are not named: %s", a.body)
		}
	}
}

func TestAnEventOfAnActionThatNobodyWantsIsRecordedWithTheReasons(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	sub := r.subscribe(`,"events":["sheets"]`)
	var acted client.Acted
	r.call("POST", "/api/v1/actions", `{"platform":"postbox","action":"add-notes"}`).want(http.StatusAccepted).into(&acted)
	equal(t, "events", len(acted.Events), 1)
	equal(t, "deliveries", acted.Deliveries, []client.AcceptedDelivery{})
	if len(acted.Raised[0].Reasons) != 1 || acted.Raised[0].Reasons[0].SubscriptionID != sub.ID || acted.Raised[0].Reasons[0].Why == "" {
		t.Errorf("reasons: %+v", acted.Raised)
	}
	var event client.Event
	r.call("GET", "/api/v1/events/"+acted.Events[0], "").want(200).into(&event)
	equal(t, "deliveries in the history", event.Deliveries, []client.EventDelivery{})
}

func TestActionsThatAreRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, c := range []struct{ body, location, says string }{
		{`{"action":"add-notes"}`, "body.platform", "required"},
		{`{"platform":"postbox"}`, "body.action", "required"},
		{`{"platform":"nobody","action":"add-notes"}`, "body.platform", "postbox"},
		{`{"platform":"postbox","action":"add-note"}`, "body.action", invented.AddNotes},
		{`{"platform":"postbox","action":"add-notes","params":[]}`, "body.params", "object"},
		{`{"platform":"postbox","action":"add-notes","params":{"count":1,"count":2}}`, "body.params", "twice"},
		{`{"platform":"postbox","action":"add-notes","params":{"count":0}}`, "body.params.count", "from 1 to 1000"},
		{`{"platform":"postbox","action":"add-notes","params":{"box":"Z"}}`, "body.params.box", "A, B, C"},
		{`{"platform":"postbox","action":"add-notes","params":{"bocks":"A"}}`, "body.params.bocks", "count, text, box"},
		{`{"platform":"postbox","action":"move-note","params":{"note":"77"}}`, "body.params.note", `"77"`},
		{`{"platform":"postbox","action":"add-notes","seed":-1}`, "body.seed", "whole number"},
		{`{"platform":"postbox","action":"add-notes","now":"today"}`, "body.now", "RFC 3339"},
		{`{"platform":"postbox","action":"add-notes","profile":"v9"}`, "body.profile", "v1"},
		{`{"platform":"postbox","action":"add-notes","subscription_ids":[]}`, "body.subscription_ids", "1 to 1000"},
		{`{"platform":"postbox","action":"add-notes","type":"note.added"}`, "body.type", "unknown field"},
	} {
		errs := r.call("POST", "/api/v1/actions", c.body).problem(http.StatusUnprocessableEntity)
		if !strings.Contains(errs[c.location], c.says) {
			t.Errorf("%s: %v, want %q at %s", c.body, errs, c.says, c.location)
		}
	}
	r.call("POST", "/api/v1/actions", `{`).problem(http.StatusBadRequest)
	r.call("POST", "/api/v1/actions?timeout=5s", `{"platform":"postbox","action":"add-notes"}`).problem(http.StatusUnprocessableEntity)
	equal(t, "a refused action changes nothing", r.notes(), []string{"1"})
}

func TestAKeyMakesAnActionHappenOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe("")
	body := `{"platform":"postbox","action":"add-notes"}`
	first := r.call("POST", "/api/v1/actions", body, "Idempotency-Key", "k1").want(http.StatusAccepted)
	again := r.call("POST", "/api/v1/actions", body, "Idempotency-Key", "k1").want(http.StatusAccepted)
	equal(t, "answer", string(again.body), string(first.body))
	equal(t, "replayed", again.header.Get("Idempotency-Replayed"), "true")
	equal(t, "notes", r.notes(), []string{"1", "2"})
	// A key belongs to one request: the same body at another route is another request.
	r.call("POST", "/api/v1/events", body, "Idempotency-Key", "k1").problem(http.StatusUnprocessableEntity)
}

func TestTheCatalogueTellsActionsStoriesAndTheNativeAPI(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var p client.Platform
	r.call("GET", "/api/v1/platforms/postbox", "").want(200).into(&p)
	names := make([]string, len(p.Actions))
	for i, a := range p.Actions {
		names[i] = a.Name
		if a.Title == "" || a.Summary == "" || a.Fidelity == "" || a.Source == "" {
			t.Errorf("action %+v is incomplete", a)
		}
	}
	equal(t, "actions", names, []string{invented.AddNotes, invented.MoveNote, invented.PrintSheets})
	equal(t, "raises", p.Actions[1].Raises, []string{invented.NoteRemoved, invented.NoteAdded})
	equal(t, "integer", p.Actions[0].Params[0], client.Param{
		Name: "count", Kind: "integer", Default: json.RawMessage("1"), Summary: "how many", Values: []string{}, Min: 1, Max: 1000,
	})
	equal(t, "without default", string(p.Actions[0].Params[1].Default), "null")
	equal(t, "values", p.Actions[0].Params[2].Values, []string{"A", "B", "C"})

	equal(t, "stories", len(p.Stories), 1)
	steps := p.Stories[0].Steps
	equal(t, "steps", len(steps), 2)
	equal(t, "saved as", *steps[0].As, "added")
	equal(t, "pause", steps[1].After.String(), "1s")
	equal(t, "with", string(steps[1].With), `{"note":"{added.id}","box":"C"}`)

	paths := []client.NativePath{{Profile: "v1", Path: "/postbox"}, {Profile: "v2", Path: "/postbox@v2"}}
	code := []client.Code{{Language: "Python", Text: "client = Postbox(\"{base}\")\n"}}
	want := client.Native{Path: "/postbox", ProfilePaths: paths, Credential: "X-Postbox-Key: KEY", Roots: []string{"/postbox-token"}, Client: code}
	equal(t, "native", *p.Native, want)
	r.call("GET", "/api/v1/platforms/postbox?profile=v2", "").want(200).into(&p)
	equal(t, "native of v2", p.Native.Path, "/postbox@v2")
}

// TestAStoryCanBePlayedOverTheAPI: what the catalogue tells is enough.
func TestAStoryCanBePlayedOverTheAPI(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe(`,"concurrency":1`)
	var p client.Platform
	r.call("GET", "/api/v1/platforms/postbox", "").want(200).into(&p)
	saved := map[string]string{}
	var bodies []string
	for _, step := range p.Stories[0].Steps {
		with := string(step.With)
		for name, id := range saved {
			with = strings.ReplaceAll(with, "{"+name+".id}", id)
		}
		acted := r.act(step.Action, `,"params":`+with)
		bodies = append(bodies, r.bodies(acted)...)
		if step.As != nil {
			var result struct{ ID string }
			if err := json.Unmarshal(acted.Result, &result); err != nil {
				t.Fatal(err)
			}
			saved[*step.As] = result.ID
		}
	}
	equal(t, "requests", len(r.listener.received()), 4)
	for i, want := range []string{"NOTE_ADDED", "NOTE_ADDED", "NOTE_REMOVED", "NOTE_ADDED"} {
		if !strings.Contains(bodies[i], fmt.Sprintf(`"type":%q`, want)) {
			t.Errorf("request %d: %s", i, bodies[i])
		}
	}
}

func TestWhatActionsTakeFitsTheDocument(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	sub := r.subscribe("")
	for _, body := range []string{
		`{"platform":"postbox","action":"add-notes"}`,
		`{"platform":"postbox","action":"add-notes","params":{"count":2,"text":null},"profile":"v1","seed":1,"now":"2026-01-02T03:04:05.5+02:00","subscription_ids":["` + sub.ID + `"]}`,
	} {
		if err := check[client.Act](t, r, body); err != nil {
			t.Errorf("%s: %v", body, err)
		}
		r.call("POST", "/api/v1/actions", body).want(http.StatusAccepted)
	}
}
