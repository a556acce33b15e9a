package datasaur_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/datasaur"
	"github.com/annohook/annohook/payloads/payloadtest"
)

// team is a world that a test acts on: every action happens a second after the one before, with the next seed.
type team struct {
	testing.TB
	platform payloads.Platform
	world    []byte
	seed     uint64
	now      time.Time
}

func newTeam(t testing.TB) *team {
	t.Helper()
	return &team{TB: t, platform: profile(t, datasaur.Profile2023), now: payloadtest.Now()}
}

// try carries an action out with parameters given as alternating names and values.
func (w *team) try(action string, params ...any) (payloads.Effect, error) {
	w.Helper()
	a, ok := w.platform.Action(action)
	if !ok {
		w.Fatalf("no action %s", action)
	}
	checked, problems := a.Check(payloads.Obj(params...))
	if len(problems) > 0 {
		w.Fatalf("%s: %v", action, problems)
	}
	effect, err := a.Do(payloads.ActionInput{World: w.world, Params: checked, Seed: w.seed, Now: w.now})
	if err == nil {
		w.world = effect.World
	}
	w.seed++
	w.now = w.now.Add(time.Second)
	return effect, err
}

func (w *team) act(action string, params ...any) payloads.Effect {
	w.Helper()
	effect, err := w.try(action, params...)
	if err != nil {
		w.Fatalf("%s: %v", action, err)
	}
	return effect
}

// event builds the n-th event of an effect for a subscription with quirks.
func (w *team) event(e payloads.Effect, n int, quirks map[string]bool) *payloads.Object {
	w.Helper()
	if n >= len(e.Raised) {
		w.Fatalf("%d events, want more than %d", len(e.Raised), n)
	}
	raised := e.Raised[n]
	eventType, ok := w.platform.Event(raised.Type)
	if !ok {
		w.Fatalf("no event type %s", raised.Type)
	}
	s := payloadtest.Subscription(w.platform)
	s.Quirks = quirks
	event, err := eventType.Build(payloads.Build{Seed: 9, IDSeed: 9, Now: raised.At, Subject: raised.Subject, Subscription: s})
	if err != nil {
		w.Fatal(err)
	}
	return event
}

// status is what Inspect says of a project.
func (w *team) status(id payloads.Value) payloads.Value {
	w.Helper()
	shown, err := w.platform.Inspect(w.world)
	if err != nil {
		w.Fatal(err)
	}
	projects, _ := at(shown, "projects").(payloads.Array)
	for _, p := range projects {
		if at(p, "id") == id {
			return at(p, "status")
		}
	}
	return nil
}

func TestAProjectGoesThroughItsStates(t *testing.T) {
	w := newTeam(t)
	project := w.act("create-project", "name", "hamlet.TXT", "labelers", 2).Result
	id := at(project, "id")
	steps := []struct {
		action string
		params []any
		raised string
		status string
	}{
		{"update-labels", []any{"project", id}, "BEFORE_UPDATE_LABELS", "IN_PROGRESS"},
		{"complete-project", []any{"project", id, "by", at(project, "labelers", 0)}, "PROJECT_COMPLETED", "IN_PROGRESS"},
		{"complete-project", []any{"project", id}, "PROJECT_COMPLETED", "REVIEW_READY"},
		{"update-labels", []any{"project", id, "by", at(project, "reviewer")}, "BEFORE_UPDATE_LABELS", "IN_REVIEW"},
		{"review-project", []any{"project", id}, "PROJECT_REVIEWED", "COMPLETE"},
		{"export-project", []any{"project", id}, "export", "COMPLETE"},
		{"complete-project", []any{"project", id}, "PROJECT_COMPLETED PROJECT_COMPLETED", "IN_REVIEW"},
		{"update-labels", []any{"project", id}, "BEFORE_UPDATE_LABELS", "IN_REVIEW"},
	}
	if got := w.status(id); got != "CREATED" {
		t.Errorf("a new project is %v", got)
	}
	for i, step := range steps {
		effect := w.act(step.action, step.params...)
		var raised []string
		for _, r := range effect.Raised {
			raised = append(raised, r.Type)
		}
		if got := strings.Join(raised, " "); got != step.raised {
			t.Errorf("step %d raises %s, want %s", i, got, step.raised)
		}
		if got := w.status(id); got != step.status || at(effect.Result, "status") != step.status {
			t.Errorf("step %d: the project is %v and the result says %v, want %s", i, got, at(effect.Result, "status"), step.status)
		}
	}
}

func TestEventsOfOneProjectAgree(t *testing.T) {
	w := newTeam(t)
	created := w.event(w.act("create-project", "name", "hamlet.TXT", "tags", payloads.Array{"CUSTOM"}), 0, nil)
	completed := w.event(w.act("complete-project"), 0, nil)
	reviewed := w.event(w.act("review-project"), 0, nil)
	exported := w.event(w.act("export-project"), 0, nil)
	for _, event := range []*payloads.Object{completed, reviewed} {
		if a, b := fmt.Sprint(printed(t, at(created, "data", "project"))), fmt.Sprint(printed(t, at(event, "data", "project"))); a != b {
			t.Errorf("the project is %s and then %s", a, b)
		}
		if at(created, "data", "team", "id") != at(event, "data", "team", "id") {
			t.Error("the team changes")
		}
	}
	if at(created, "data", "project", "name") != "hamlet.TXT" || at(created, "data", "project", "tags", 0) != "CUSTOM" {
		t.Errorf("the parameters are lost: %s", printed(t, created))
	}
	if at(exported, "projectId") != at(created, "data", "project", "id") || at(exported, "documentId") != nil {
		t.Errorf("export %s", printed(t, exported))
	}
}

func printed(t testing.TB, v payloads.Value) string {
	t.Helper()
	text, err := payloads.JSON(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestEveryEditIsAnEvent wants the events of a burst to be told apart by their time, each with the copy as it was saved before.
func TestEveryEditIsAnEvent(t *testing.T) {
	w := newTeam(t)
	project := w.act("create-project", "documents", 2)
	effect := w.act("update-labels", "project", at(project.Result, "id"), "edits", 40)
	if len(effect.Raised) != 40 {
		t.Fatalf("%d events", len(effect.Raised))
	}
	saved := map[payloads.Value]payloads.Value{} // by document
	for n := range effect.Raised {
		event := w.event(effect, n, nil)
		id := at(event, "data", "document", "id")
		if before, seen := saved[id]; seen && at(event, "data", "document", "lastSavedAt") != before {
			t.Errorf("edit %d shows the save at %v, want %v", n, at(event, "data", "document", "lastSavedAt"), before)
		}
		saved[id] = at(event, "data", "timestamp")
		if n > 0 && !effect.Raised[n].At.After(effect.Raised[n-1].At) {
			t.Errorf("edit %d is not after the one before", n)
		}
		put, _ := at(event, "data", "labelUpdateList", "toUpsertList").(payloads.Array)
		if len(put) != 1 || at(put[0], "documentId") != id {
			t.Errorf("edit %d puts %s", n, printed(t, put))
		}
	}
	if len(saved) != 2 {
		t.Errorf("%d documents are labelled, want both", len(saved))
	}
}

func TestEveryoneHasACopy(t *testing.T) {
	w := newTeam(t)
	project := w.act("create-project", "labelers", 3).Result
	seen := map[payloads.Value]bool{}
	for _, by := range []payloads.Value{at(project, "people", "labeler_1"), at(project, "people", "labeler_2"), at(project, "people", "labeler_3"), at(project, "reviewer")} {
		event := w.event(w.act("update-labels", "project", at(project, "id"), "by", by), 0, nil)
		review := by == at(project, "reviewer")
		seen[at(event, "data", "document", "id")] = true
		if at(event, "data", "document", "originId") != at(project, "documents", 0) || at(event, "data", "owner", "id") != by {
			t.Errorf("document %s by %v", printed(t, at(event, "data", "document")), at(event, "data", "owner", "id"))
		}
		want := "LABELER"
		if review {
			want = "REVIEWER"
		}
		label := at(event, "data", "labelUpdateList", "toUpsertList", 0)
		if at(event, "data", "isReviewDocument") != review || at(label, "labeledBy") != want || fmt.Sprint(at(label, "labeledByUserId")) != by {
			t.Errorf("review %v, label %s", at(event, "data", "isReviewDocument"), printed(t, label))
		}
	}
	if len(seen) != 4 {
		t.Errorf("%d copies, want 4", len(seen))
	}
}

func TestRemovingTakesWhatWasPut(t *testing.T) {
	w := newTeam(t)
	project := w.act("create-project").Result
	put := w.act("update-labels", "project", at(project, "id"))
	removed := w.act("update-labels", "document", at(put.Result, "document"), "change", "remove")
	a := at(w.event(put, 0, nil), "data", "labelUpdateList", "toUpsertList", 0)
	b := at(w.event(removed, 0, nil), "data", "labelUpdateList", "toDeleteList", 0)
	if printed(t, a) != printed(t, b) {
		t.Errorf("put %s, removed %s", printed(t, a), printed(t, b))
	}
	if p, r := put.Raised[0].Variant, removed.Raised[0].Variant; p != datasaur.VariantUpsert || r != datasaur.VariantDelete {
		t.Errorf("variants %q and %q", p, r)
	}
	again := w.event(w.act("update-labels", "document", at(project, "documents", 0), "change", "remove"), 0, nil)
	label := at(again, "data", "labelUpdateList", "toDeleteList", 0)
	if _, ok := at(label, "confidenceScore").(float64); !ok || at(label, "labeledBy") != "PRELABELED" {
		t.Errorf("with nothing left it removes %s", printed(t, label))
	}
	if list, _ := at(again, "data", "labelUpdateList", "toUpsertList").(payloads.Array); list == nil || len(list) != 0 {
		t.Error("toUpsertList is no empty list")
	}
}

func TestExportOfADocument(t *testing.T) {
	w := newTeam(t)
	project := w.act("create-project", "documents", 2).Result
	edit := w.act("update-labels", "project", at(project, "id")).Result
	byCopy := w.event(w.act("export-project", "document", at(edit, "document")), 0, nil)
	if at(byCopy, "documentId") != at(edit, "document") || at(byCopy, "projectId") != at(project, "id") {
		t.Errorf("export of a copy: %s", printed(t, byCopy))
	}
	byOrigin := w.event(w.act("export-project", "document", at(project, "documents", 1)), 0, nil)
	if id := at(byOrigin, "documentId"); id == nil || id == at(project, "documents", 1) {
		t.Errorf("export of a document: %s", printed(t, byOrigin))
	}
	if url, _ := at(byOrigin, "fileUrl").(string); strings.HasSuffix(url, ".zip") {
		t.Errorf("a single document comes as %s", url)
	}
}

func TestLabelersAreFoundByAddress(t *testing.T) {
	w := newTeam(t)
	project := w.act("create-project").Result
	event := w.event(w.act("complete-project"), 0, nil)
	email, _ := at(event, "data", "labeler", "email").(string)
	again := w.act("complete-project", "project", at(project, "id"), "by", strings.ToUpper(email))
	if at(w.event(again, 0, nil), "data", "labeler", "id") != at(event, "data", "labeler", "id") {
		t.Errorf("%s is somebody else", email)
	}
}

func TestThe2020ProfileKnowsTwoEvents(t *testing.T) {
	w := newTeam(t)
	w.platform = profile(t, datasaur.Profile2020)
	created := w.act("create-project", "name", "corpus", "labelers", 2)
	if len(created.Raised) != 0 || w.status(at(created.Result, "id")) != "CREATED" {
		t.Errorf("raised %d events", len(created.Raised))
	}
	if edited := w.act("update-labels"); len(edited.Raised) != 0 {
		t.Errorf("an edit raised %d events", len(edited.Raised))
	}
	completed := w.act("complete-project")
	event := w.event(completed, 1, nil)
	if len(completed.Raised) != 2 || at(event, "data", "project", "name") != "corpus" || at(event, "data", "project", "type") == nil || at(event, "data", "project", "tags") != nil {
		t.Errorf("%d events, the second is %s", len(completed.Raised), printed(t, event))
	}
	for n := range 2 {
		if at(w.event(completed, n, nil), "data", "labeler", "username") == "" {
			t.Errorf("labeler %d has no username, which the samples of 2020 show", n)
		}
	}
	byOldID := w.act("review-project", "project", at(event, "data", "project", "id"))
	if at(byOldID.Result, "id") != at(created.Result, "id") {
		t.Error("the id of 2020 finds another project")
	}
}

// TestActionsAndTriggersLookAlike wants the events of actions to have the keys, their order and the types of triggered ones.
func TestActionsAndTriggersLookAlike(t *testing.T) {
	for _, p := range datasaur.Platforms() {
		w := newTeam(t)
		w.platform = p
		project := w.act("create-project").Result
		effects := map[string]payloads.Effect{
			datasaur.VariantUpsert:    w.act("update-labels", "project", at(project, "id")),
			datasaur.VariantReview:    w.act("update-labels", "project", at(project, "id"), "by", at(project, "reviewer")),
			"":                        w.act("complete-project"),
			"reviewed":                w.act("review-project"),
			datasaur.VariantProject:   w.act("export-project"),
			datasaur.VariantDocument:  w.act("export-project", "document", at(project, "documents", 0)),
			"created":                 w.act("create-project"),
			datasaur.VariantDelete:    w.act("update-labels", "change", "remove"),
			"completed by one person": w.act("complete-project", "project", at(project, "id"), "by", at(project, "labelers", 0)),
		}
		for variant, effect := range effects {
			for n, raised := range effect.Raised {
				e, _ := p.Event(raised.Type)
				if len(e.Variants) == 0 {
					variant = ""
				}
				triggered, err := e.Build(payloadtest.Build(payloadtest.Subscription(p), variant))
				if err != nil {
					t.Fatal(err)
				}
				compare(t, p.Profile+" "+raised.Type+" "+variant, w.event(effect, n, nil), triggered)
			}
		}
	}
}

// compare wants two events to differ in nothing but values.
func compare(t *testing.T, name string, a, b *payloads.Object) {
	t.Helper()
	x := payloadtest.Example{Exact: true, Nullable: []string{"data.labelUpdateList.toDeleteList[].confidenceScore"}}
	wrong := append(x.Compare([]byte(printed(t, a)), b), x.Compare([]byte(printed(t, b)), a)...)
	for _, w := range wrong {
		t.Errorf("%s: %s", name, w)
	}
}
