package scheduler_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/subscriptions"
)

func (r *rig) act(action string, params *payloads.Object, adjust ...func(*scheduler.Act)) scheduler.Acted {
	r.t.Helper()
	a := scheduler.Act{Platform: invented.ID, Action: action, Params: params}
	for _, fn := range adjust {
		fn(&a)
	}
	acted, err := r.Act(r.t.Context(), a)
	if err != nil {
		r.t.Fatalf("act %s: %v", action, err)
	}
	return acted
}

// notes lists the world's notes as "id box".
func (r *rig) notes() []string {
	r.t.Helper()
	shown, err := r.World(r.t.Context(), invented.ID)
	if err != nil {
		r.t.Fatal(err)
	}
	v, _ := shown.Get("notes")
	list, _ := v.(payloads.Array)
	var notes []string
	for _, item := range list {
		note, _ := item.(*payloads.Object)
		id, _ := note.Get("id")
		box, _ := note.Get("box")
		notes = append(notes, fmt.Sprint(id, " ", box))
	}
	return notes
}

// told is "type note box" of each event, in the order they were sent.
func (r *rig) told() []string {
	r.t.Helper()
	var list []string
	for _, body := range r.bodies() {
		var events []struct {
			Type string
			Note struct{ ID, Box string }
		}
		if err := json.Unmarshal([]byte(body), &events); err != nil {
			r.t.Fatalf("%s: %v", body, err)
		}
		for _, e := range events {
			list = append(list, e.Type+" "+e.Note.ID+" "+e.Note.Box)
		}
	}
	return list
}

// alone makes each request of a subscription one event.
const alone = `{"window":"0s"}`

func typesOf(list []scheduler.RaisedEvent) []string {
	var types []string
	for _, e := range list {
		types = append(types, e.Type)
	}
	return types
}

func TestActPublishesWhatItRaisedInOrder(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	sub := r.subscribe(alone)
	acted := r.act(invented.MoveNote, payloads.Obj("box", "C"))
	if diff := cmp.Diff([]string{invented.NoteRemoved, invented.NoteAdded}, typesOf(acted.Raised)); diff != "" {
		t.Fatalf("raised (-want +got):\n%s", diff)
	}
	if id, _ := acted.Result.Get("id"); id != "1" || acted.Action != invented.MoveNote || !acted.Now.Equal(start) {
		t.Errorf("acted %+v, id %v", acted, id)
	}
	for i, raised := range acted.Raised {
		event, err := r.history.Event(t.Context(), raised.ID)
		if err != nil {
			t.Fatal(err)
		}
		if event.Action != invented.MoveNote || event.Subject == nil || event.Seed != acted.Seed || !event.Now.Equal(start) || acted.Events[i].ID != raised.ID {
			t.Errorf("event %+v", event)
		}
		if len(raised.DeliveryIDs) != 1 || len(raised.Reasons) != 0 || event.Deliveries[0].SubscriptionID != sub.ID {
			t.Errorf("raised %+v", raised)
		}
		if at := r.delivery(raised.DeliveryIDs[0]).NextAt.Sub(start); at != lead+time.Duration(i)*invented.Spacing {
			t.Errorf("event %d is due after %v", i, at)
		}
	}
	if acted.Events[0].IDSeed == acted.Events[1].IDSeed {
		t.Error("two events share the seed of their ids")
	}
	r.drain()
	if diff := cmp.Diff([]string{"NOTE_REMOVED 1 A", "NOTE_ADDED 1 C"}, r.told()); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"1 C"}, r.notes()); diff != "" {
		t.Errorf("world (-want +got):\n%s", diff)
	}
}

// lead is how long the first of several events waits.
const lead = 100 * time.Millisecond

func TestManyEventsAreSpreadOverABoundedTime(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *scheduler.Options) { o.TimeScale = 0.001 })
	r.subscribe(alone)
	const events = 1000
	acted := r.act(invented.AddNotes, payloads.Obj("count", int64(events)))
	if len(acted.Events) != events || len(acted.Deliveries) != events {
		t.Fatalf("%d events, %d deliveries", len(acted.Events), len(acted.Deliveries))
	}
	r.drain()
	offsets := r.offsets()
	step := payloads.MaxSpread / events
	if offsets[0] != lead || offsets[1] != lead+step || offsets[events-1] != lead+(events-1)*step || !slices.IsSorted(offsets) {
		t.Errorf("sent at %v, %v … %v", offsets[0], offsets[1], offsets[events-1])
	}
	var want []string
	for i := range events {
		want = append(want, fmt.Sprintf("NOTE_ADDED %d A", i+2))
	}
	if diff := cmp.Diff(want, r.told()); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

func TestActCollectsBatchesInOrder(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe(`{"window":"1s","max":2}`)
	acted := r.act(invented.AddNotes, payloads.Obj("count", int64(3), "text", "hello"))
	if len(acted.Deliveries) != 2 || acted.Raised[0].DeliveryIDs[0] != acted.Raised[1].DeliveryIDs[0] ||
		acted.Raised[2].DeliveryIDs[0] != acted.Deliveries[1].ID {
		t.Fatalf("raised %+v in deliveries %+v", acted.Raised, acted.Deliveries)
	}
	r.drain()
	if diff := cmp.Diff([]string{"NOTE_ADDED 2 A", "NOTE_ADDED 3 A", "NOTE_ADDED 4 A"}, r.told()); diff != "" || len(r.wire.sent) != 2 {
		t.Errorf("%d requests, events (-want +got):\n%s", len(r.wire.sent), diff)
	}
}

func TestActKeepsChains(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe(`{"chain":"subscription","parts":3}`)
	acted := r.act(invented.PrintSheets, nil)
	if len(acted.Deliveries) != 3 || acted.Deliveries[2].WaitsFor != acted.Deliveries[1].ID || len(acted.Raised[0].DeliveryIDs) != 3 {
		t.Fatalf("deliveries %+v", acted.Deliveries)
	}
	r.drain()
	if len(r.wire.sent) != 3 {
		t.Errorf("%d requests", len(r.wire.sent))
	}
}

func TestEventsThatNobodyWantsAreRecorded(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	reasons := map[string]string{}
	add := func(why string, adjust func(*subscriptions.Subscription)) {
		reasons[r.subscribe(alone, adjust).ID] = why
	}
	add("its profile v2 has no event type note.removed", func(s *subscriptions.Subscription) { s.Profile, s.Scope = "v2", []byte(`{"box":"B"}`) })
	add("it is disabled", func(s *subscriptions.Subscription) { s.Enabled = false })
	add("it wants other events", func(s *subscriptions.Subscription) { s.Events = []string{invented.Sheets} })
	add("its scope is box B", func(s *subscriptions.Subscription) { s.Scope = []byte(`{"box":"B"}`) })
	acted := r.act(invented.MoveNote, payloads.Obj("box", "C"))
	got := map[string]string{}
	for _, reason := range acted.Raised[0].Reasons {
		got[reason.SubscriptionID] = reason.Why
	}
	if diff := cmp.Diff(reasons, got); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
	if len(acted.Deliveries) != 0 || acted.Raised[0].DeliveryIDs == nil || len(acted.Raised[0].DeliveryIDs) != 0 {
		t.Errorf("deliveries %+v", acted.Deliveries)
	}
	page, err := r.history.Events(t.Context(), invented.ID, "", 10)
	if err != nil || len(page.Items) != 2 || page.Items[0].ID != acted.Raised[1].ID {
		t.Errorf("recorded %+v, error %v", page.Items, err)
	}
	if diff := cmp.Diff([]string{"1 C"}, r.notes()); diff != "" {
		t.Errorf("world (-want +got):\n%s", diff)
	}
}

func TestActNarrowsTheFanOut(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	one := r.subscribe(alone)
	r.subscribe(alone)
	strict := r.subscribe("", func(s *subscriptions.Subscription) { s.Profile = "v2" })
	acted := r.act(invented.AddNotes, nil, func(a *scheduler.Act) { a.SubscriptionIDs = []string{one.ID} })
	if len(acted.Deliveries) != 1 || acted.Deliveries[0].SubscriptionID != one.ID || len(acted.Raised[0].Reasons) != 0 {
		t.Errorf("by id: %+v", acted.Raised)
	}
	acted = r.act(invented.AddNotes, nil, func(a *scheduler.Act) { a.Profile = "v2" })
	if len(acted.Deliveries) != 1 || acted.Deliveries[0].SubscriptionID != strict.ID || len(acted.Raised[0].Reasons) != 2 {
		t.Errorf("by profile: %+v", acted.Raised)
	}
}

func TestSameSeedSameBytes(t *testing.T) {
	t.Parallel()
	seed, now := uint64(7), start.Add(-time.Hour)
	var all [][]string
	for range 2 {
		r := newRig(t)
		r.subscribe(alone)
		acted := r.act(invented.AddNotes, payloads.Obj("count", int64(3)), func(a *scheduler.Act) { a.Seed, a.Now = &seed, &now })
		if acted.Seed != seed || !acted.Now.Equal(now) {
			t.Errorf("acted with seed %d at %v", acted.Seed, acted.Now)
		}
		r.drain()
		all = append(all, r.bodies())
	}
	if diff := cmp.Diff(all[0], all[1]); diff != "" {
		t.Errorf("the bytes differ:\n%s", diff)
	}
	ids := map[string]bool{}
	for _, body := range all[0] {
		ids[strings.Split(body, `"event":"`)[1][:36]] = true
	}
	if len(ids) != 3 {
		t.Errorf("%d different event ids", len(ids))
	}
}

func TestActRefuses(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	sub := r.subscribe(alone)
	for _, tt := range []struct {
		name  string
		act   scheduler.Act
		field string
		text  string
	}{
		{"platform", scheduler.Act{Platform: "nowhere", Action: invented.AddNotes}, "platform", "postbox"},
		{"profile", scheduler.Act{Platform: invented.ID, Profile: "v9", Action: invented.AddNotes}, "profile", "v1, v2"},
		{"action", scheduler.Act{Platform: invented.ID, Action: "dance"}, "action", invented.MoveNote},
		{"no action", scheduler.Act{Platform: invented.ID}, "action", invented.MoveNote},
		{"parameter", scheduler.Act{Platform: invented.ID, Action: invented.AddNotes, Params: payloads.Obj("size", 1)}, "params.size", "count"},
		{"value", scheduler.Act{Platform: invented.ID, Action: invented.AddNotes, Params: payloads.Obj("count", int64(0))}, "params.count", "1 to 1000"},
		{"unknown id", scheduler.Act{Platform: invented.ID, Action: invented.MoveNote, Params: payloads.Obj("note", "77")}, "params.note", `"77"`},
		{"subscription", scheduler.Act{Platform: invented.ID, Action: invented.AddNotes, SubscriptionIDs: []string{sub.ID, "no"}}, "subscription_ids[1]", `"no"`},
	} {
		_, err := r.Act(t.Context(), tt.act)
		wrong, ok := errors.AsType[*scheduler.InvalidError](err)
		if !ok || len(wrong.Problems) != 1 || wrong.Problems[0].Field != tt.field || !strings.Contains(wrong.Problems[0].Message, tt.text) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if diff := cmp.Diff([]string{"1 A"}, r.notes()); diff != "" {
		t.Errorf("a refused action changed the world:\n%s", diff)
	}
	if page, err := r.history.Events(t.Context(), "", "", 10); err != nil || len(page.Items) != 0 {
		t.Errorf("a refused action left %+v, error %v", page.Items, err)
	}
}

func TestReplayNewPrintsTheSubjectAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe(alone)
	acted := r.act(invented.MoveNote, payloads.Obj("box", "C"))
	r.drain()
	r.act(invented.MoveNote, payloads.Obj("box", "B")) // the world moves on
	r.queue.Advance(time.Minute)
	before := len(r.wire.sent)
	replayed, err := r.Replay(t.Context(), acted.Raised[0].DeliveryIDs[0], scheduler.ReplayNew)
	if err != nil {
		t.Fatal(err)
	}
	r.drain()
	body := ""
	for _, s := range r.wire.sent[before:] {
		if strings.Contains(string(s.request.Body), `"NOTE_REMOVED"`) && strings.Contains(string(s.request.Body), `"box":"A"`) {
			body = string(s.request.Body)
		}
	}
	first := r.bodies()[0]
	cut := func(s, key string) string { return strings.SplitN(strings.SplitN(s, `"`+key+`":"`, 2)[1], `"`, 2)[0] }
	if body == "" || cut(body, "event") == cut(first, "event") || cut(body, "at") <= cut(first, "at") || cut(body, "text") != cut(first, "text") {
		t.Errorf("first %s\nagain %s", first, body)
	}
	event, err := r.history.Event(t.Context(), r.delivery(replayed.ID).EventIDs[0])
	if err != nil || event.Action != invented.MoveNote || event.ReplayOf != acted.Raised[0].DeliveryIDs[0] || event.ID == acted.Raised[0].ID {
		t.Errorf("event %+v, error %v", event, err)
	}
}

func TestReplayNewOfABatchKeepsTheTypesOfItsEvents(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe(`{"window":"1s"}`)
	acted := r.act(invented.MoveNote, payloads.Obj("box", "B"))
	r.drain()
	if _, err := r.Replay(t.Context(), acted.Deliveries[0].ID, scheduler.ReplayNew); err != nil {
		t.Fatal(err)
	}
	r.drain()
	want := []string{"NOTE_REMOVED 1 A", "NOTE_ADDED 1 B", "NOTE_REMOVED 1 A", "NOTE_ADDED 1 B"}
	if diff := cmp.Diff(want, r.told()); diff != "" || len(r.wire.sent) != 2 {
		t.Errorf("%d requests, events (-want +got):\n%s", len(r.wire.sent), diff)
	}
}

func TestStoryPlaysOnTheWorld(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe(alone)
	p, err := r.Registry().Platform(invented.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	story, found := p.Story(invented.StoryName)
	if !found {
		t.Fatal("no such story")
	}
	results := map[string]*payloads.Object{}
	for _, step := range story.Steps {
		r.runFor(step.After)
		params, err := step.Params(results)
		if err != nil {
			t.Fatal(err)
		}
		results[step.As] = r.act(step.Action, params).Result
	}
	r.drain()
	if diff := cmp.Diff([]string{"NOTE_ADDED 2 B", "NOTE_ADDED 3 B", "NOTE_REMOVED 3 B", "NOTE_ADDED 3 C"}, r.told()); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}
