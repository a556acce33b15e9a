package argilla_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
)

// shown prints a part of an event, to compare it with another.
func shown(t testing.TB, event payloads.Value, path string) string {
	t.Helper()
	printed, err := payloads.JSON(at(t, event, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(printed)
}

// same wants the parts of two events to be equal, or not.
func same(t testing.TB, a, b payloads.Value, equal bool, paths ...string) {
	t.Helper()
	for _, path := range paths {
		if one, two := shown(t, a, path), shown(t, b, path); (one == two) != equal {
			t.Errorf("%s: %s, then %s, want equal: %v", path, one, two, equal)
		}
	}
}

func TestLoggingAgainChangesTextsOnly(t *testing.T) {
	s := newSite()
	before := events(t, s.do(t, "log-records", "count", int64(1), "dataset", freshDataset), nil)[0]
	e := s.do(t, "log-records", "existing", true, "count", int64(500), "dataset", freshDataset)
	all := events(t, e, nil)
	if count, _ := e.Result.Get("count"); len(all) != 21 || count != 21 {
		t.Fatalf("%d events, count %v", len(all), count)
	}
	after := all[20]
	same(t, before, after, true, "data.id", "data.external_id", "data.inserted_at", "data.status", "data.dataset")
	same(t, before, after, false, "data.updated_at")
	changed := 0
	for _, event := range all {
		if text(t, event, "data.updated_at") <= text(t, event, "data.inserted_at") {
			t.Errorf("updated at %s, inserted at %s", text(t, event, "data.updated_at"), text(t, event, "data.inserted_at"))
		}
	}
	again := events(t, s.do(t, "log-records", "existing", true, "count", int64(21), "dataset", freshDataset), nil)
	for i := range again {
		if shown(t, again[i], "data.fields") != shown(t, all[i], "data.fields") {
			changed++
		}
	}
	if changed < 10 {
		t.Errorf("%d of 21 records have other texts", changed)
	}
}

func TestEmbeddedResponsesCompleteRecords(t *testing.T) {
	s := newSite()
	s.do(t, "create-dataset", "via", "sdk", "min_submitted", int64(5))
	e := s.do(t, "log-records", "count", int64(2), "with_responses", true)
	for _, event := range events(t, e, nil) {
		if text(t, event, "data.status") != "completed" || text(t, event, "data.updated_at") <= text(t, event, "data.inserted_at") {
			t.Errorf("%s, updated at %s", text(t, event, "data.status"), text(t, event, "data.updated_at"))
		}
	}
	if n := len(list(t, inspect(t, s.world), "responses")); n != 10 {
		t.Errorf("%d responses", n)
	}
}

func TestCorrections(t *testing.T) {
	s := newSite()
	draft := s.do(t, "submit-response", "status", "draft")
	created := events(t, draft, nil)[1]
	submitted := events(t, s.do(t, "update-response", "response", id(draft)), nil)[2]
	corrected := events(t, s.do(t, "update-response", "response", id(draft)), nil)[2]
	same(t, created, submitted, true, "data.id", "data.user", "data.inserted_at", "data.record.id")
	same(t, created, submitted, false, "data.updated_at", "data.status")
	same(t, submitted, corrected, true, "data.id", "data.user", "data.inserted_at")
	same(t, submitted, corrected, false, "data.updated_at", "data.values")
	first, _ := at(t, created, "data.values").(*payloads.Object)
	for _, m := range first.Members() {
		if kind := m.Key; kind != "preference" { // a ranking is completed
			same(t, created, submitted, true, "data.values."+kind)
		}
	}
	own := &payloads.Object{} // what the world made up answers every required question
	mine, _ := at(t, corrected, "data.values").(*payloads.Object)
	for _, m := range mine.Members() {
		own.Set(m.Key, m.Value)
	}
	own.Set("int_score", payloads.Obj("value", int64(1)))
	said := events(t, s.do(t, "update-response", "response", id(draft), "values", own), nil)[2]
	if got := shown(t, said, "data.values.int_score"); got != `{"value":1}` {
		t.Errorf("values %s", got)
	}
}

func TestPatchingARecordChangesItsMetadata(t *testing.T) {
	s := newSite()
	before := events(t, s.do(t, "submit-response", "status", "draft"), nil)[0]
	after := events(t, s.do(t, "update-record", "record", text(t, before, "data.id")), nil)[0]
	same(t, before, after, true, "data.id", "data.external_id", "data.fields", "data.status", "data.inserted_at")
	same(t, before, after, false, "data.metadata", "data.updated_at")
}

func TestNamedRecordsAreDeletedByAge(t *testing.T) {
	s := newSite()
	all := list(t, inspect(t, nil), "records")
	young, old := text(t, all[7], "id"), text(t, all[3], "id")
	e := s.do(t, "delete-records", "records", payloads.Array{young, old, young})
	var got []string
	for _, event := range events(t, e, nil) {
		got = append(got, text(t, event, "data.id"))
	}
	if diff := cmp.Diff(got, []string{old, young}); diff != "" {
		t.Error(diff)
	}
	if _, err := s.try("update-record", "record", old); err == nil {
		t.Error("a deleted record can be changed")
	}
}

func TestUsersByIDAndName(t *testing.T) {
	s := newSite()
	users := list(t, inspect(t, nil), "users")
	owner, annotator := users[0], users[3]
	e := s.do(t, "submit-response", "user", text(t, owner, "id"))
	response := events(t, e, nil)[len(e.Raised)-1]
	if text(t, response, "data.user.id") != text(t, owner, "id") || text(t, response, "data.user.role") != "owner" {
		t.Errorf("answered by %s", shown(t, response, "data.user"))
	}
	e = s.do(t, "submit-response", "user", text(t, annotator, "username"))
	if got := text(t, e.Result, "user"); got != text(t, annotator, "username") {
		t.Errorf("answered by %s", got)
	}
}

// A dataset that is deleted and named again is gone, and a name finds the newest.
func TestDatasetsByName(t *testing.T) {
	s := newSite()
	first, second := id(s.do(t, "create-dataset", "name", "twice")), id(s.do(t, "create-dataset", "name", "twice", "workspace", "other"))
	if got := id(s.do(t, "delete-dataset", "dataset", "twice")); got != second {
		t.Errorf("deleted %v, not the newest", got)
	}
	if got := id(s.do(t, "publish-dataset", "dataset", "twice")); got != first {
		t.Errorf("published %v", got)
	}
	if _, err := s.try("update-dataset", "dataset", fmt.Sprint(second)); err == nil {
		t.Error("a deleted dataset can be changed")
	}
}

// The newest of two drafts waits while the oldest is published; when none is left, there is another.
func TestDraftsArePublishedInTurn(t *testing.T) {
	s := newSite()
	made := id(s.do(t, "create-dataset"))
	var got []payloads.Value
	for range 3 {
		got = append(got, id(s.do(t, "publish-dataset")))
	}
	if got[0] == made || got[1] != made || slices.Contains(got[:2], got[2]) {
		t.Errorf("published %v, made %v", got, made)
	}
}

// What a server remembers of bodies is bounded, the least used first.
func TestSightingsAreForgotten(t *testing.T) {
	h := newHost()
	a := newAPI(h)
	kept, lost := build(t, "dataset.created", "", 1, nil), build(t, "dataset.created", "", 2, nil)
	status := func(event payloads.Value) int {
		return a.ask(t, http.MethodGet, "/api/v1/datasets/"+text(t, event, "data.id"), "").Code
	}
	h.tell("dataset.created", compose(t, lost))
	h.tell("dataset.created", compose(t, kept))
	for seed := uint64(100); seed < 500; seed++ {
		h.tell("record.created", compose(t, build(t, "record.created", "", seed, nil)))
		if seed%50 == 0 && status(kept) != http.StatusOK {
			t.Fatalf("forgotten after %d bodies although it is used", seed)
		}
	}
	h.bodies = h.bodies[:50]
	if status(kept) != http.StatusOK || status(lost) != http.StatusNotFound {
		t.Errorf("kept %d, lost %d", status(kept), status(lost))
	}
}

// Facts tell of every oddity that can be switched, and of the API.
func TestFactsOfTheAPI(t *testing.T) {
	topics := map[string]bool{}
	for _, f := range platform().Facts {
		topics[f.Topic] = true
	}
	for topic := range strings.SplitSeq("api key,api order of checks,api url,api get by id,api ping,api reads,dataset patch,sdk create,stale record,misnamed events,limit,api limit at once,repeated events,silent changes,dataset names,answers,sdk registration,sdk ids", ",") {
		if !topics[topic] {
			t.Errorf("no fact on %s", topic)
		}
	}
}
