package aquarium_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest"
	"github.com/annohook/annohook/subscriptions"
)

// office is a world that a test acts on: every action happens a second after the one before, with the next seed.
type office struct {
	testing.TB
	platform payloads.Platform
	world    []byte
	seed     uint64
	now      time.Time
}

func newOffice(t testing.TB) *office {
	t.Helper()
	return &office{TB: t, platform: current(), now: payloadtest.Now()}
}

// try carries an action out with parameters given as alternating names and values.
func (o *office) try(action string, params ...any) (payloads.Effect, error) {
	o.Helper()
	a, ok := o.platform.Action(action)
	if !ok {
		o.Fatalf("no action %s", action)
	}
	checked, problems := a.Check(payloads.Obj(params...))
	if len(problems) > 0 {
		o.Fatalf("%s: %v", action, problems)
	}
	effect, err := a.Do(payloads.ActionInput{World: o.world, Params: checked, Seed: o.seed, Now: o.now})
	if err == nil {
		o.world = effect.World
	}
	o.seed++
	o.now = o.now.Add(time.Second)
	return effect, err
}

// act carries an action out and builds the one event that it raises.
func (o *office) act(action string, params ...any) (result, event *payloads.Object) {
	o.Helper()
	effect, err := o.try(action, params...)
	if err != nil {
		o.Fatalf("%s: %v", action, err)
	}
	if len(effect.Raised) != 1 {
		o.Fatalf("%s raises %d events", action, len(effect.Raised))
	}
	return effect.Result, o.show(effect.Raised[0], payloadtest.Subscription(o.platform))
}

// show builds a raised event for a subscription, at the time of the last action.
func (o *office) show(raised payloads.Raised, s subscriptions.Subscription) *payloads.Object {
	o.Helper()
	e, ok := o.platform.Event(raised.Type)
	if !ok {
		o.Fatalf("no event type %s", raised.Type)
	}
	event, err := e.Build(payloads.Build{Seed: 9, IDSeed: 9, Now: o.now.Add(-time.Second), Subject: raised.Subject, Subscription: s})
	if err != nil {
		o.Fatal(err)
	}
	return event
}

// listed returns what Inspect shows under a key.
func (o *office) listed(key string) payloads.Array {
	o.Helper()
	shown, err := o.platform.Inspect(o.world)
	if err != nil {
		o.Fatal(err)
	}
	return list(o, shown, key)
}

func printed(t testing.TB, v payloads.Value) string {
	t.Helper()
	text, err := payloads.JSON(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestUploads(t *testing.T) {
	o := newOffice(t)
	for _, test := range []struct {
		name   string
		params []any
		event  string
		entity string
		status string
	}{
		{"dataset", []any{"project", "p", "name", "d"}, "dataset-complete", "dataset", "complete"},
		{"failed dataset", []any{"project", "p", "name", "e", "outcome", "failed"}, "dataset-failed", "dataset", "failed"},
		{"inference set", []any{"project", "p", "kind", "inference-set", "name", "i"}, "dataset-complete", "inference_set", "complete"},
		{"failed inference set", []any{"project", "p", "kind", "inference-set", "name", "j", "dataset", "d", "outcome", "failed"}, "dataset-failed", "inference_set", "failed"},
	} {
		result, event := o.act("upload-dataset", test.params...)
		if diff := cmp.Diff(event.Keys(), []string{"event", "project", test.entity}); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
			continue
		}
		if at(t, event, "event") != test.event || at(t, event, "project") != "p" || at(t, result, "status") != test.status {
			t.Errorf("%s: %s with %s", test.name, printed(t, event), printed(t, result))
		}
		if at(t, event, test.entity+".id") != at(t, result, "id") {
			t.Errorf("%s: the event is about %v, the result about %v", test.name, at(t, event, test.entity+".id"), at(t, result, "id"))
		}
		if test.entity == "inference_set" && at(t, event, "inference_set.dataset") != "d" {
			t.Errorf("%s: of dataset %v; a failed one cannot be meant", test.name, at(t, event, "inference_set.dataset"))
		}
		if failed := test.status == "failed"; failed != slices.Contains(keys(t, event, test.entity), "errors") {
			t.Errorf("%s: %v", test.name, keys(t, event, test.entity))
		}
	}
	if got := len(o.listed("datasets")) + len(o.listed("inference_sets")); got != 8 {
		t.Errorf("%d datasets and inference sets, want the 4 of a fresh world and 4 more", got)
	}
}

func TestUploadingAgainReplaces(t *testing.T) {
	o := newOffice(t)
	o.act("upload-dataset", "project", "p", "name", "d", "outcome", "failed")
	before := len(o.listed("datasets"))
	o.act("upload-dataset", "project", "p", "name", "d")
	after := o.listed("datasets")
	if len(after) != before || at(t, after[len(after)-1], "status") != "complete" {
		t.Errorf("%d datasets became %s", before, printed(t, after))
	}
}

func TestIssuesKeepWhatTheyAre(t *testing.T) {
	o := newOffice(t)
	o.act("upload-dataset", "project", "p", "name", "d")
	o.act("upload-dataset", "project", "p", "kind", "inference-set", "name", "i")
	result, created := o.act("create-issues", "project", "p", "count", 3, "name", "Loose boxes", "element_type", "crop", "elements", 4)
	made := list(t, created, "issues")
	if len(made) != 3 || len(list(t, result, "issues")) != 3 {
		t.Fatalf("%d issues: %s", len(made), printed(t, created))
	}
	for n, want := range []string{"Loose boxes", "Loose boxes 2", "Loose boxes 3"} {
		if at(t, made[n], "name") != want || at(t, made[n], "state") != "triage" || at(t, made[n], "inference_set") != "i" || at(t, made[n], "element_type") != "crop" {
			t.Errorf("issue %d is %s", n, printed(t, made[n]))
		}
	}
	id := at(t, result, "id")
	_, updated := o.act("update-issue", "issue", id, "state", "inProgress", "assignee", "a@example.com", "name", "Loose")
	for key, want := range map[string]payloads.Value{"id": id, "name": "Loose", "state": "inProgress", "assignee": "a@example.com", "created_at": at(t, made[0], "created_at"), "dataset": "d"} {
		if got := at(t, updated, "issue."+key); got != want {
			t.Errorf("%s is %v after the update, want %v", key, got, want)
		}
	}
	if at(t, updated, "issue.updated_at") == at(t, made[0], "updated_at") {
		t.Error("updated_at stands still")
	}
	_, freed := o.act("update-issue", "issue", id, "assignee", "")
	if at(t, freed, "issue.assignee") != nil || at(t, freed, "issue.state") != "inProgress" {
		t.Errorf("without assignee: %s", printed(t, freed))
	}
	_, exported := o.act("export-issue", "issue", id)
	if got := list(t, exported, "issue.elements"); len(got) != 4 || at(t, got[0], "issue_name") != "Loose" || at(t, got[0], "dataset") != "d" {
		t.Errorf("%d elements", len(got))
	}
	for n, e := range list(t, exported, "issue.elements") {
		checkElement(t, fmt.Sprintf("element %d", n), "crop", e)
	}
}

// TestExportsRepeatThemselves wants the n-th element of an issue to be the same one however often and however long it is exported.
func TestExportsRepeatThemselves(t *testing.T) {
	o := newOffice(t)
	made, _ := o.act("create-issues", "inference_set", "")
	id := at(t, made, "id")
	_, first := o.act("export-issue", "issue", id)
	result, many := o.act("export-issue", "issue", id, "elements", 200)
	_, few := o.act("export-issue", "issue", id, "elements", 1)
	_, all := o.act("export-issue", "issue", id)
	elements := list(t, all, "issue.elements")
	if len(elements) != 200 || len(list(t, first, "issue.elements")) != 3 || len(list(t, few, "issue.elements")) != 1 {
		t.Fatalf("%d, %d and %d elements", len(elements), len(list(t, first, "issue.elements")), len(list(t, few, "issue.elements")))
	}
	for _, other := range []*payloads.Object{first, many, few} {
		for n, e := range list(t, other, "issue.elements") {
			if printed(t, e) != printed(t, elements[n]) {
				t.Fatalf("element %d is another one", n)
			}
		}
	}
	if ids := list(t, result, "elements"); len(ids) != 20 || ids[0] != at(t, elements[0], "element_id") || at(t, result, "count") != 200 {
		t.Errorf("result %s", printed(t, result))
	}
	seen := map[payloads.Value]bool{}
	for n, e := range elements {
		checkElement(t, fmt.Sprintf("element %d", n), "no-inference-set", e)
		seen[at(t, e, "element_id")] = true
	}
	if len(seen) != 200 {
		t.Errorf("%d different elements of 200", len(seen))
	}
	o.act("update-issue", "issue", id, "elements", 2)
	if _, cut := o.act("export-issue", "issue", id); len(list(t, cut, "issue.elements")) != 2 {
		t.Error("elements that were removed are still exported")
	}
}

func TestAnIssueComesToTheNextState(t *testing.T) {
	o := newOffice(t)
	made, _ := o.act("create-issues")
	var got []payloads.Value
	for range 4 {
		_, event := o.act("update-issue", "issue", at(t, made, "id"))
		got = append(got, at(t, event, "issue.state"))
	}
	if diff := cmp.Diff(got, []payloads.Value{"inProgress", "inReview", "resolved", "inProgress"}); diff != "" {
		t.Error(diff)
	}
}

// TestDefaultsTakeTheNewest wants someone who names nothing to go on with what was made last, and settled issues to be left alone.
func TestDefaultsTakeTheNewest(t *testing.T) {
	o := newOffice(t)
	older, _ := o.act("create-issues", "project", "p")
	newer, _ := o.act("create-issues", "project", "p")
	o.act("update-issue", "issue", at(t, newer, "id"), "state", "cancelled")
	if result, _ := o.act("update-issue"); at(t, result, "id") != at(t, older, "id") {
		t.Errorf("took %s", printed(t, result))
	}
	if result, _ := o.act("create-issues"); at(t, result, "project") != "p" || at(t, result, "dataset") != at(t, older, "dataset") {
		t.Errorf("the newest project is p, not %s", printed(t, result))
	}
	fresh := at(t, newOffice(t).listed("issues")[0], "project")
	if result, _ := o.act("export-issue", "project", fresh); at(t, result, "project") != fresh {
		t.Errorf("in project %v it took %s", fresh, printed(t, result))
	}
}

func TestAProjectWithoutAnythingGetsIt(t *testing.T) {
	o := newOffice(t)
	o.act("upload-dataset", "project", "empty", "outcome", "failed")
	result, event := o.act("export-issue", "project", "empty")
	if at(t, result, "project") != "empty" || len(list(t, event, "issue.elements")) == 0 {
		t.Errorf("exported %s", printed(t, result))
	}
	if datasets := o.listed("datasets"); at(t, datasets[len(datasets)-1], "status") != "complete" {
		t.Error("the issue is about a dataset that could not be processed")
	}
}

// TestScopesSeeTheirProject wants the place of an action to be what the scope of a subscription is compared with, and a scope not to move it.
func TestScopesSeeTheirProject(t *testing.T) {
	o := newOffice(t)
	effect, err := o.try("create-issues", "project", "mine")
	if err != nil {
		t.Fatal(err)
	}
	for project, want := range map[string]bool{"mine": true, "other": false} {
		s := payloadtest.Subscription(o.platform)
		s.Scope = []byte(`{"project":"` + project + `"}`)
		event := o.show(effect.Raised[0], s)
		e, _ := o.platform.Event(effect.Raised[0].Type)
		if ok, _ := o.platform.Matches(s, e, event); ok != want || at(t, event, "project") != "mine" {
			t.Errorf("scope %s: matches %v in project %v", project, ok, at(t, event, "project"))
		}
	}
}

// TestActionsAndTriggersLookAlike wants the events of actions to have the keys, their order and the types of triggered ones.
func TestActionsAndTriggersLookAlike(t *testing.T) {
	for _, p := range []payloads.Platform{current(), documented()} {
		o := newOffice(t)
		o.platform = p
		for _, test := range []struct {
			action, variant string
			params          []any
		}{
			{"upload-dataset", "labeled", nil},
			{"upload-dataset", "inference-set", []any{"kind", "inference-set"}},
			{"upload-dataset", "labeled", []any{"name", "x", "outcome", "failed"}},
			{"upload-dataset", "inference-set", []any{"kind", "inference-set", "outcome", "failed"}},
			{"create-issues", "", nil},
			{"update-issue", "", nil},
			{"export-issue", "frame", nil},
			{"create-issues", "", []any{"element_type", "crop", "inference_set", ""}},
			{"create-issues", "", []any{"element_type", "crop"}},
			{"export-issue", "crop", nil},
			{"create-issues", "", []any{"inference_set", ""}},
			{"export-issue", "no-inference-set", nil},
		} {
			_, acted := o.act(test.action, test.params...)
			key, _ := at(t, acted, "event").(string)
			triggered := build(t, p, key, test.variant, 1, nil)
			x := payloadtest.Example{
				Exact:    true,
				Nullable: []string{"issues[].assignee", "issue.assignee", "issues[].inference_set"},
				Open:     []string{"issue.elements[].frame_data.geo_data", "issue.elements[].frame_data.sensor_data[].sensor_metadata", "issue.elements[].frame_data.sensor_data[].data_urls"},
			}
			wrong := append(x.Compare([]byte(printed(t, acted)), triggered), x.Compare([]byte(printed(t, triggered)), acted)...)
			for _, w := range wrong {
				t.Errorf("%s: %s %s: %s", p.Profile, key, test.variant, w)
			}
		}
	}
}

// TestTimesOfAnIssueGrow: changes that follow each other faster than the time between a change and its event keep their order, and nothing
// moves the time at which the issue was made.
func TestTimesOfAnIssueGrow(t *testing.T) {
	const pace = 20 * time.Millisecond
	o := newOffice(t)
	result, event := o.act("create-issues")
	created := at(t, list(t, event, "issues")[0], "created_at")
	last := fmt.Sprint(created)
	for n := range 40 {
		o.now = o.now.Add(pace - time.Second)
		happened := o.now
		_, event = o.act("update-issue", "issue", at(t, result, "id"))
		if got := at(t, event, "issue.created_at"); got != created {
			t.Fatalf("change %d: created_at is %v, was %v", n, got, created)
		}
		updated := fmt.Sprint(at(t, event, "issue.updated_at"))
		if updated <= last {
			t.Errorf("change %d: updated_at %s is not after %s", n, updated, last)
		}
		if when, err := time.Parse(time.RFC3339Nano, updated); err != nil || when.After(happened) {
			t.Errorf("change %d: updated_at %s lies after the event of %s, or is no time (%v)", n, updated, happened, err)
		}
		last = updated
	}
}
