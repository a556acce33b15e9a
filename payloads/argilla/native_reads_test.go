package argilla_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
)

func keys(t testing.TB, v payloads.Value, path string) []string {
	t.Helper()
	if path != "" {
		v = at(t, v, path)
	}
	o, ok := v.(*payloads.Object)
	if !ok {
		t.Fatalf("%s is no object", path)
	}
	return o.Keys()
}

var (
	datasetKeys = strings.Fields("id name guidelines allow_extra_metadata status distribution metadata workspace_id last_activity_at inserted_at updated_at")
	recordKeys  = strings.Fields("id status fields metadata external_id responses suggestions vectors dataset_id inserted_at updated_at")
	userKeys    = strings.Fields("id first_name last_name username role api_key inserted_at updated_at")
)

func TestMe(t *testing.T) {
	a := newAPI(newHost())
	me := object(t, a.ask(t, http.MethodGet, "/api/v1/me", ""), http.StatusOK)
	if diff := cmp.Diff(me.Keys(), userKeys); diff != "" {
		t.Error(diff)
	}
	if text(t, me, "role") != "owner" || text(t, me, "api_key") != "argilla.apikey" {
		t.Errorf("got %v", me.Members())
	}
	want(t, a.ask(t, http.MethodGet, "/api/v1/version", ""), http.StatusOK, `{"version":"2.8.0"}`)
}

// lists are the four lists of a dataset: where the API has them, and under which key events show them.
var lists = []struct{ path, key, child string }{
	{"/api/v1/datasets/%s/fields", "fields", "id name title required settings dataset_id inserted_at updated_at"},
	{"/api/v1/datasets/%s/questions", "questions", "id name title description required settings dataset_id inserted_at updated_at"},
	{"/api/v1/datasets/%s/vectors-settings", "vectors_settings", "id name title dimensions dataset_id inserted_at updated_at"},
	{"/api/v1/me/datasets/%s/metadata-properties", "metadata_properties", "id name title settings visible_for_annotators dataset_id inserted_at updated_at"},
}

// What a listener reads after an event of a trigger agrees with the event.
func TestReadsAfterAnEvent(t *testing.T) {
	for _, key := range []string{"dataset.published", "record.completed", "response.created"} {
		h := newHost()
		a := newAPI(h)
		event := build(t, key, "", 3, nil)
		h.tell(key, compose(t, event))
		data := at(t, event, "data")
		record := data
		if strings.HasPrefix(key, "response.") {
			record = at(t, data, "record")
		}
		dataset := record
		if !strings.HasPrefix(key, "dataset.") {
			dataset = at(t, record, "dataset")
			got := object(t, a.ask(t, http.MethodGet, "/api/v1/records/"+text(t, record, "id"), ""), http.StatusOK)
			if diff := cmp.Diff(got.Keys(), recordKeys); diff != "" {
				t.Errorf("%s: %s", key, diff)
			}
			if text(t, got, "status") != text(t, record, "status") || text(t, got, "dataset_id") != text(t, dataset, "id") {
				t.Errorf("%s: got %v", key, got.Members())
			}
		}
		id := text(t, dataset, "id")
		got := object(t, a.ask(t, http.MethodGet, "/api/v1/datasets/"+id, ""), http.StatusOK)
		if diff := cmp.Diff(got.Keys(), datasetKeys); diff != "" {
			t.Errorf("%s: %s", key, diff)
		}
		if text(t, got, "workspace_id") != text(t, dataset, "workspace.id") || text(t, got, "name") != text(t, dataset, "name") {
			t.Errorf("%s: got %v", key, got.Members())
		}
		for _, l := range lists {
			items := list(t, object(t, a.ask(t, http.MethodGet, fmt.Sprintf(l.path, id), ""), http.StatusOK), "items")
			if shown := list(t, dataset, l.key); len(items) != len(shown) {
				t.Errorf("%s: %d %s, the event has %d", key, len(items), l.key, len(shown))
			}
			for _, item := range items {
				if diff := cmp.Diff(keys(t, item, ""), strings.Fields(l.child)); diff != "" || text(t, item, "dataset_id") != id {
					t.Errorf("%s: %s of %s: %s", key, l.key, text(t, item, "dataset_id"), diff)
				}
			}
		}
	}
}

func TestReadsFollowTheNewestBody(t *testing.T) {
	h := newHost()
	a := newAPI(h)
	tell := func(key, variant string) payloads.Value {
		event := build(t, key, variant, 7, nil)
		h.tell(key, compose(t, event))
		return at(t, event, "data")
	}
	id := text(t, tell("dataset.created", ""), "id")
	questions := func() int {
		w := a.ask(t, http.MethodGet, "/api/v1/datasets/"+id+"/questions", "")
		if w.Code != http.StatusOK {
			return -1
		}
		return len(list(t, object(t, w, http.StatusOK), "items"))
	}
	if n := questions(); n != 0 {
		t.Errorf("%d questions of a new dataset", n)
	}
	tell("dataset.published", "")
	if n := questions(); n < 2 {
		t.Errorf("%d questions of a published dataset", n)
	}
	tell("dataset.deleted", "")
	if n := questions(); n != -1 {
		t.Errorf("%d questions of a deleted dataset", n)
	}
	record := text(t, tell("record.completed", ""), "id")
	status := func() string {
		return text(t, object(t, a.ask(t, http.MethodGet, "/api/v1/records/"+record, ""), http.StatusOK), "status")
	}
	if s := status(); s != "completed" {
		t.Errorf("the record is %s", s)
	}
	tell("response.created", "") // with the stale record inside
	if s := status(); s != "completed" {
		t.Errorf("the record is %s after the event with the stale one", s)
	}
	tell("record.deleted", "")
	if w := a.ask(t, http.MethodGet, "/api/v1/records/"+record, ""); w.Code != http.StatusNotFound {
		t.Errorf("a deleted record: %d", w.Code)
	}
}

// A burst of reads looks at each body once; a body sent again does not hide those before it.
func TestEachBodyIsReadOnce(t *testing.T) {
	h := newHost()
	a := newAPI(h)
	first := build(t, "dataset.created", "", 1, nil)
	for seed := range uint64(50) {
		h.tell("record.created", compose(t, build(t, "record.created", "", seed, nil)))
	}
	read := func(v payloads.Value) int {
		h.looks = 0
		return a.ask(t, http.MethodGet, "/api/v1/datasets/"+text(t, v, "data.id"), "").Code
	}
	if code := read(first); code != http.StatusOK || h.looks != 50 {
		t.Errorf("first read: %d after %d bodies", code, h.looks)
	}
	if code := read(first); code != http.StatusOK || h.looks != 3 {
		t.Errorf("second read: %d after %d bodies", code, h.looks)
	}
	hidden := build(t, "dataset.published", "", 99, nil)
	h.tell("dataset.published", compose(t, hidden))
	h.tell("record.created", h.bodies[1].body)
	if code := read(hidden); code != http.StatusOK {
		t.Errorf("the body before a repeated one: %d after %d bodies", code, h.looks)
	}
}

func TestReadsOfTheWorld(t *testing.T) {
	h := newHost()
	a := newAPI(h)
	items := list(t, object(t, a.ask(t, http.MethodGet, "/api/v1/me/datasets", ""), http.StatusOK), "items")
	if len(items) != 2 {
		t.Fatalf("%d datasets in a fresh world", len(items))
	}
	workspaces := list(t, object(t, a.ask(t, http.MethodGet, "/api/v1/me/workspaces", ""), http.StatusOK), "items")
	id := text(t, workspaces[0], "id")
	if got := object(t, a.ask(t, http.MethodGet, "/api/v1/workspaces/"+id, ""), http.StatusOK); text(t, got, "name") != "argilla" {
		t.Errorf("workspace %v", got.Members())
	}
	result, err := h.Act(t.Context(), "submit-response", payloads.Obj("status", "submitted"))
	if err != nil {
		t.Fatal(err)
	}
	record := object(t, a.ask(t, http.MethodGet, "/api/v1/records/"+text(t, result, "record"), ""), http.StatusOK)
	if text(t, record, "status") != text(t, result, "record_status") || text(t, record, "dataset_id") != text(t, result, "dataset") {
		t.Errorf("record %v", record.Members())
	}
	if _, err := h.Act(t.Context(), "delete-dataset", payloads.Obj("dataset", text(t, result, "dataset"))); err != nil {
		t.Fatal(err)
	}
	dataset := text(t, result, "dataset")
	want(t, a.ask(t, http.MethodGet, "/api/v1/datasets/"+dataset, ""), http.StatusNotFound, `{"detail":"Dataset with id `+"`"+dataset+"`"+` not found"}`)
}

func TestUnknownAndMalformedIDs(t *testing.T) {
	a := newAPI(newHost())
	for path, kind := range map[string]string{
		"/api/v1/datasets/": "Dataset", "/api/v1/records/": "Record", "/api/v1/workspaces/": "Workspace",
	} {
		want(t, a.ask(t, http.MethodGet, path+firstID, ""), http.StatusNotFound, fmt.Sprintf("{\"detail\":\"%s with id `%s` not found\"}", kind, firstID))
		if w := a.ask(t, http.MethodGet, path+"7", ""); w.Code != 422 || !strings.Contains(w.Body.String(), `"loc":["path","`+strings.ToLower(kind)+`_id"]`) {
			t.Errorf("%s7: %d %s", path, w.Code, w.Body)
		}
	}
}

// Bodies that a user has written hold anything, and a world may be unreadable.
func TestReadsSurviveNonsense(t *testing.T) {
	h := newHost()
	a := newAPI(h)
	for _, body := range []string{`{`, `[]`, `null`, `{"data":5}`, `{"data":{"id":5}}`, `{"data":{"id":"x","dataset":[]}}`, `{"data":{"record":{"id":null}}}`} {
		for _, key := range []string{"dataset.created", "record.updated", "response.deleted", "ping"} {
			h.tell(key, []byte(body))
		}
	}
	h.tell("dataset.created", []byte(`{"data":{"id":"`+strings.ToUpper(firstID)+`","fields":[5,{"id":1}],"workspace":7}}`))
	object(t, a.ask(t, http.MethodGet, "/api/v1/datasets/"+firstID, ""), http.StatusOK)
	want(t, a.ask(t, http.MethodGet, "/api/v1/datasets/"+firstID+"/fields", ""), http.StatusOK,
		`{"items":[{"id":1,"dataset_id":"`+firstID+`"}]}`)
	h.world = []byte(`{"v":99}`)
	if w := a.ask(t, http.MethodGet, "/api/v1/me", ""); w.Code != http.StatusInternalServerError {
		t.Errorf("an unreadable world: %d", w.Code)
	}
}

func TestConcurrentReads(t *testing.T) {
	h := newHost()
	a := newAPI(h)
	var wait sync.WaitGroup
	for seed := range uint64(8) {
		event := build(t, "record.updated", "", seed, nil)
		wait.Go(func() {
			h.tell("record.updated", compose(t, event))
			if w := a.ask(t, http.MethodGet, "/api/v1/records/"+text(t, event, "data.id"), ""); w.Code != http.StatusOK {
				t.Errorf("seed %d: %d", seed, w.Code)
			}
			a.ask(t, http.MethodGet, "/api/v1/me/datasets", "")
		})
	}
	wait.Wait()
}

// The API prints what the body held as Python does: characters as they are, floats with a fraction, nothing else escaped.
func TestBytesOfAnswers(t *testing.T) {
	h := newHost()
	const given = `{"10":"é\u2028\u007f<\"\\\u0001\n/","9":[1.0,1e-05,1e16,5,null,true,{}]}`
	const printed = `{"10":"é` + "\u2028\u007f" + `<\"\\\u0001\n/","9":[1.0,1e-05,1e+16,5,null,true,{}]}`
	h.tell("record.created", []byte(`{"data":{"id":"`+firstID+`","fields":`+given+`}}`))
	want(t, newAPI(h).ask(t, http.MethodGet, "/api/v1/records/"+firstID, ""), http.StatusOK,
		`{"id":"`+firstID+`","status":null,"fields":`+printed+`,"metadata":null,"external_id":null,`+
			`"responses":[],"suggestions":[],"vectors":{},"dataset_id":null,"inserted_at":null,"updated_at":null}`)
}
