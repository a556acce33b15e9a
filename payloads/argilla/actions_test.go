package argilla_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest"
	"github.com/annohook/annohook/subscriptions"
)

// site is a world on which one action after another is done, a second apart.
type site struct {
	world []byte
	now   time.Time
	seed  uint64
	step  time.Duration
}

func newSite() *site { return &site{now: payloadtest.Now(), step: time.Second} }

// try does an action with parameters given in pairs.
func (s *site) try(name string, params ...any) (payloads.Effect, error) {
	a, ok := platform().Action(name)
	if !ok {
		return payloads.Effect{}, fmt.Errorf("no action %s", name)
	}
	checked, problems := a.Check(payloads.Obj(params...))
	if len(problems) > 0 {
		return payloads.Effect{}, fmt.Errorf("%v", problems)
	}
	s.seed++
	s.now = s.now.Add(s.step)
	e, err := a.Do(payloads.ActionInput{World: s.world, Params: checked, Seed: s.seed, Now: s.now})
	if err == nil {
		s.world = e.World
	}
	return e, err
}

func (s *site) do(t testing.TB, name string, params ...any) payloads.Effect {
	t.Helper()
	e, err := s.try(name, params...)
	if err != nil {
		t.Fatalf("%s %v: %v", name, params, err)
	}
	return e
}

// events builds what was raised.
func events(t testing.TB, e payloads.Effect, quirks map[string]bool) []*payloads.Object {
	t.Helper()
	s := payloadtest.Subscription(platform())
	s.Quirks = quirks
	var out []*payloads.Object
	for _, r := range e.Raised {
		kind, _ := platform().Event(r.Type)
		event, err := kind.Build(payloads.Build{Now: r.At, Subject: r.Subject, Subscription: s})
		if err != nil {
			t.Fatalf("%s: %v", r.Type, err)
		}
		out = append(out, event)
	}
	return out
}

func TestResponseNestsTheStaleRecord(t *testing.T) {
	s := newSite()
	s.do(t, "create-dataset", "via", "sdk", "min_submitted", int64(1))
	s.do(t, "add-records")
	e := s.do(t, "submit-response")
	for _, stale := range []bool{true, false} {
		all := events(t, e, map[string]bool{"stale-record": stale})
		updated, completed, response := all[0], all[1], all[2]
		wantStatus := map[bool]string{true: "pending", false: "completed"}[stale]
		if got := text(t, response, "data.record.status"); got != wantStatus {
			t.Errorf("stale %v: the nested record is %s", stale, got)
		}
		if fresh := text(t, response, "data.record.updated_at") == text(t, updated, "data.updated_at"); fresh == stale {
			t.Errorf("stale %v: the nested record was updated at %s", stale, text(t, response, "data.record.updated_at"))
		}
		if text(t, updated, "data.status") != "completed" || text(t, completed, "data.status") != "completed" {
			t.Errorf("the sibling events show %s and %s", text(t, updated, "data.status"), text(t, completed, "data.status"))
		}
		if a, b := text(t, response, "data.record.dataset.last_activity_at"), text(t, updated, "data.dataset.last_activity_at"); a != b || a <= text(t, response, "data.inserted_at") {
			t.Errorf("last activity at %s and %s", a, b)
		}
		var last string
		for _, event := range all {
			if at := text(t, event, "timestamp"); at <= last {
				t.Errorf("%s at %s, after %s", text(t, event, "type"), at, last)
			} else {
				last = at
			}
		}
		if limit := s.now.Format("2006-01-02T15:04:05.000000Z"); last > limit {
			t.Errorf("the last event is of %s, the action of %s", last, limit)
		}
	}
}

func TestDeletedResponseIsTheOldestEvent(t *testing.T) {
	s := newSite()
	s.do(t, "submit-response")
	e := s.do(t, "delete-response")
	all := events(t, e, nil)
	first, last := all[0], all[len(all)-1]
	if text(t, last, "type") != "response.deleted" || text(t, last, "timestamp") >= text(t, first, "timestamp") {
		t.Errorf("%s at %s, then %s at %s", text(t, first, "type"), text(t, first, "timestamp"), text(t, last, "type"), text(t, last, "timestamp"))
	}
	if text(t, first, "data.status") != "pending" || text(t, last, "data.record.status") != "completed" {
		t.Errorf("the record is %s, and %s inside the response", text(t, first, "data.status"), text(t, last, "data.record.status"))
	}
}

func TestSDKCreateGrowsTheDataset(t *testing.T) {
	s := newSite()
	e := s.do(t, "create-dataset", "via", "sdk", "name", "größe", "workspace", "lab 2", "guidelines", "Read.", "min_submitted", int64(3), "kind", "image")
	all := events(t, e, nil)
	var got [][]any
	for _, event := range all {
		n, _ := at(t, event, "data.distribution.min_submitted").(int)
		got = append(got, []any{text(t, event, "data.status"), at(t, event, "data.guidelines"), n, len(list(t, event, "data.fields")), len(list(t, event, "data.questions")) > 1})
		checkAges2(t, at(t, event, "data"))
	}
	if diff := cmp.Diff(got, [][]any{{"draft", nil, 1, 0, false}, {"draft", "Read.", 3, 0, false}, {"ready", "Read.", 3, 2, true}}); diff != "" {
		t.Error(diff)
	}
	if text(t, all[2], "data.name") != "größe" || text(t, all[2], "data.workspace.name") != "lab 2" || text(t, all[2], "data.id") != id(e) {
		t.Errorf("got %s in %s", text(t, all[2], "data.name"), text(t, all[2], "data.workspace.name"))
	}
	if again := s.do(t, "create-dataset", "workspace", "lab 2"); text(t, events(t, again, nil)[0], "data.workspace.id") != text(t, all[0], "data.workspace.id") {
		t.Error("a workspace was made twice")
	}
}

// checkAges2 wants the children of a dataset between its insertion and its publication.
func checkAges2(t *testing.T, dataset payloads.Value) {
	t.Helper()
	created, changed := text(t, dataset, "inserted_at"), text(t, dataset, "updated_at")
	for _, part := range []string{"fields", "questions", "metadata_properties", "vectors_settings"} {
		for _, child := range list(t, dataset, part) {
			if at := text(t, child, "inserted_at"); at < created || at > changed {
				t.Errorf("a child of %s is of %s, the dataset was made at %s and changed at %s", part, at, created, changed)
			}
		}
	}
}

// A listener that follows a story sees one record, one user, one dataset, and times that never run backwards, however fast it is played.
func TestQuickActionsStayInOrder(t *testing.T) {
	for _, pause := range []time.Duration{time.Second, 20 * time.Millisecond, time.Millisecond, 0} {
		s := newSite()
		s.step = pause
		created := events(t, s.do(t, "create-dataset", "via", "sdk", "min_submitted", int64(1)), nil)
		record := events(t, s.do(t, "add-records", "count", int64(1)), nil)[0]
		e := s.do(t, "submit-response")
		response := events(t, e, nil)[2]
		if text(t, record, "data.id") != text(t, response, "data.record.id") || text(t, created[0], "data.id") != text(t, record, "data.dataset.id") {
			t.Errorf("pause %v: other things", pause)
		}
		if diff := cmp.Diff(fmt.Sprint(at(t, record, "data.fields")), fmt.Sprint(at(t, response, "data.record.fields")), cmp.Transformer("", func(s string) bool { return s != "" })); diff != "" {
			t.Error(diff)
		}
		if pause > 0 && (text(t, created[2], "data.updated_at") > text(t, record, "data.inserted_at") || text(t, record, "data.inserted_at") > text(t, response, "data.inserted_at")) {
			t.Errorf("pause %v: dataset of %s, record of %s, response of %s", pause, text(t, created[2], "data.updated_at"),
				text(t, record, "data.inserted_at"), text(t, response, "data.inserted_at"))
		}
		checkAges2(t, at(t, created[2], "data"))
	}
}

func TestAnswersInANamedDataset(t *testing.T) {
	s := newSite()
	s.do(t, "create-dataset", "via", "sdk") // newer, and would be taken
	s.do(t, "add-records")
	for range 30 { // more than there are records
		e := s.do(t, "submit-response", "dataset", "support-tickets")
		if got := text(t, e.Result, "dataset"); got != freshDataset {
			t.Fatalf("answered in %s", got)
		}
	}
	e := s.do(t, "update-record", "dataset", freshDataset)
	if got := text(t, e.Result, "dataset"); got != freshDataset {
		t.Errorf("changed in %s", got)
	}
}

func TestSameSeedTwiceMakesTwoThings(t *testing.T) {
	s := newSite()
	one := s.do(t, "create-dataset")
	s.seed--
	if two := s.do(t, "create-dataset"); id(one) == id(two) {
		t.Errorf("both are %v", id(one))
	}
}

func TestAnswersOfTheUsersOwn(t *testing.T) {
	s := newSite()
	values := payloads.Obj("int_score", payloads.Obj("value", int64(4)), "comments", payloads.Obj("value", "fine"))
	e, err := s.try("submit-response", "values", values, "status", "draft")
	if err != nil {
		t.Fatal(err)
	}
	response := events(t, e, nil)[1]
	got, _ := payloads.JSON(at(t, response, "data.values"))
	if string(got) != `{"int_score":{"value":4},"comments":{"value":"fine"}}` {
		t.Errorf("got %s", got)
	}
	if null := at(t, events(t, e, map[string]bool{"null-values": true})[1], "data.values"); null != nil {
		t.Errorf("null-values: %v", null)
	}
	e = s.do(t, "update-record", "metadata", payloads.Obj("mine", 1.0))
	if got := keys(t, events(t, e, nil)[0], "data.metadata"); !slices.Equal(got, []string{"mine"}) {
		t.Errorf("metadata %v", got)
	}
}

func TestWhatCannotBe(t *testing.T) {
	s := newSite()
	draft := id(s.do(t, "create-dataset"))
	answer := s.do(t, "submit-response")
	record, _ := answer.Result.Get("record")
	user, _ := answer.Result.Get("user")
	long := payloads.Obj("a", strings.Repeat("x", 9000))
	for _, test := range []struct {
		name   string
		params []any
		field  string
		says   string
	}{
		{"publish-dataset", []any{"dataset", "nope"}, "dataset", "/world lists them"},
		{"publish-dataset", []any{"dataset", "support-tickets"}, "dataset", "published already"},
		{"add-records", []any{"dataset", draft}, "dataset", "publish-dataset first"},
		{"log-records", []any{"only_suggestions", true}, "only_suggestions", "existing"},
		{"submit-response", []any{"record", "nope"}, "record", `"nope"`},
		{"submit-response", []any{"dataset", "nope"}, "dataset", `"nope"`},
		{"submit-response", []any{"dataset", draft}, "dataset", "publish-dataset first"},
		{"submit-response", []any{"user", "nope"}, "user", `"nope"`},
		{"submit-response", []any{"user", user, "record", record}, "user", "update-response"},
		{"submit-response", []any{"values", payloads.Obj("nope", payloads.Obj("value", 1))}, "values", "required question"},
		{"submit-response", []any{"status", "draft", "values", payloads.Obj("nope", payloads.Obj("value", 1))}, "values", "int_score"},
		{"submit-response", []any{"status", "draft", "values", payloads.Obj("comments", 5)}, "values", `{"value":…}`},
		{"submit-response", []any{"values", long}, "values", "8192 bytes"},
		{"update-response", []any{"response", "nope"}, "response", `"nope"`},
		{"update-response", []any{"values", payloads.Obj()}, "values", "required question"},
		{"delete-response", []any{"response", "nope"}, "response", `"nope"`},
		{"update-record", []any{"record", "nope"}, "record", `"nope"`},
		{"update-record", []any{"metadata", long}, "metadata", "8192 bytes"},
		{"delete-records", []any{"records", payloads.Array{"nope"}}, "records", `"nope"`},
		{"delete-records", []any{"records", payloads.Array(slices.Repeat([]payloads.Value{"a"}, 101))}, "records", "at most 100"},
	} {
		_, err := s.try(test.name, test.params...)
		var wrong *payloads.ParamError
		if !errors.As(err, &wrong) || wrong.Name != test.field || !strings.Contains(wrong.Message, test.says) {
			t.Errorf("%s %v: %v, want %s: …%s…", test.name, test.params, err, test.field, test.says)
		}
	}
}

func TestSubjectsOfNobody(t *testing.T) {
	e, _ := platform().Event("response.created")
	for _, subject := range []string{`{`, `{}`, `{"record":{}}`, `{"record":{},"response":{}}`, `[]`} {
		if _, err := e.Build(payloads.Build{Subject: []byte(subject), Now: payloadtest.Now()}); err == nil {
			t.Errorf("the subject %s is accepted", subject)
		}
	}
}

func TestQuirksOfSubjects(t *testing.T) {
	s := newSite()
	e := s.do(t, "submit-response", "status", "discarded")
	for quirk, check := range map[string]func(payloads.Value) bool{
		"whole-seconds":  func(v payloads.Value) bool { return !strings.Contains(text(t, v, "data.inserted_at"), ".") },
		"no-external-id": func(v payloads.Value) bool { return at(t, v, "data.record.external_id") == nil },
		"spaced-workspace": func(v payloads.Value) bool {
			return strings.Contains(text(t, v, "data.record.dataset.workspace.name"), " ")
		},
		"null-values": func(v payloads.Value) bool { return at(t, v, "data.values") == nil },
	} {
		if plain, odd := events(t, e, nil)[1], events(t, e, map[string]bool{quirk: true})[1]; check(plain) || !check(odd) {
			t.Errorf("%s: without %v, with %v", quirk, check(plain), check(odd))
		}
	}
	if got := text(t, events(t, e, map[string]bool{"naive-times": false})[1], "data.inserted_at"); !strings.HasSuffix(got, "Z") {
		t.Errorf("naive-times off: %s", got)
	}
}

func TestSwitchesOfTheWire(t *testing.T) {
	p, s := platform(), subscriptions.Subscription{Secret: firstSecret}
	event := build(t, "record.created", "", 1, nil)
	data, _ := at(t, event, "data").(*payloads.Object)
	data.Set("_saved", true)
	compose := func() string {
		messages, err := p.Compose(payloads.Item{Subscription: s, Event: event})
		if err != nil {
			t.Fatal(err)
		}
		return string(messages[0].Body)
	}
	sign := func(attempt byte) string {
		signed, err := p.Sign(payloads.Message{Method: "POST"}, payloads.Stamp{Subscription: s, DeliveryID: "d", Random: [16]byte{attempt}, Time: payloadtest.Now()})
		if err != nil {
			t.Fatal(err)
		}
		return signed.Header.Get("webhook-id")
	}
	if strings.Contains(compose(), "_saved") || sign(1) == sign(2) {
		t.Error("the defaults are not the platform's")
	}
	s.Quirks = map[string]bool{"dropped-keys": false, "new-message-id": false}
	if !strings.Contains(compose(), `"_saved": true`) || sign(1) != sign(2) || len(sign(1)) != 26 {
		t.Errorf("switched off: id %s and %s", sign(1), sign(2))
	}
}
