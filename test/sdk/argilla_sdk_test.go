package sdk_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/annohook/annohook/test/program"
)

// argillaEvents are the eleven types, in the order of Argilla's own list.
var argillaEvents = []string{
	"dataset.created", "dataset.updated", "dataset.deleted", "dataset.published",
	"record.created", "record.updated", "record.deleted", "record.completed",
	"response.created", "response.updated", "response.deleted",
}

// told is a line of argilla_listener.py about one event.
type told struct {
	Handler   string        `json:"handler"`
	Type      string        `json:"type"`
	Timestamp time.Time     `json:"timestamp"`
	Keys      []string      `json:"keys"`
	Dataset   *toldDataset  `json:"dataset"`
	Record    *toldRecord   `json:"record"`
	Response  *toldResponse `json:"response"`
}

type toldDataset struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Workspace string   `json:"workspace"`
	Fields    []string `json:"fields"`
	Questions []string `json:"questions"`
}

type toldRecord struct {
	ID     string   `json:"id"`
	Status string   `json:"status"`
	Fields []string `json:"fields"`
}

type toldResponse struct {
	User    string   `json:"user"`
	Status  string   `json:"status"`
	Answers []string `json:"answers"`
}

// registered is the line about what the listener found on the server after its decorators ran.
type registered struct {
	Reused   int `json:"reused"`
	Webhooks []struct {
		ID          string   `json:"id"`
		URL         string   `json:"url"`
		Events      []string `json:"events"`
		Description string   `json:"description"`
		Enabled     bool     `json:"enabled"`
	} `json:"webhooks"`
}

// TestArgillaSDK runs a listener as its users write one: the SDK registers it, verifies each request, builds its objects, and fetches what the
// event does not hold.
//
//nolint:tparallel // its parts take turns with one listener
func TestArgillaSDK(t *testing.T) {
	t.Parallel()
	python := interpreter(t, "argilla")
	server := program.Start(t, "--redis", "memory", "--native-token", "argilla=owner.apikey")
	args := append([]string{server.URL + "/argilla", "owner.apikey", strconv.Itoa(freePort(t))}, argillaEvents...)

	first, before := listen(t, python, args)
	if first.before.Reused != 0 || len(before) != 2 {
		t.Errorf("a fresh server: %+v", first.before)
	}
	hook := first.before.Webhooks[0]
	if diff := cmp.Diff(argillaEvents, hook.Events); diff != "" || !hook.Enabled || hook.Description != "everything" {
		t.Errorf("registered %+v\n%s", hook, diff)
	}
	also := record(t)
	server.Subscribe(t, platform, also.URL, nil)
	t.Run("every type", func(t *testing.T) { everyType(t, server, first.talker, also) })
	t.Run("an action", func(t *testing.T) { action(t, server, first.talker) })
	first.talker.end()

	again, after := listen(t, python, args)
	if diff := cmp.Diff(before, after[:min(2, len(after))]); diff != "" || len(after) != 3 || again.before.Reused != 2 {
		t.Errorf("after a restart of the listener, %d reused:\n%s", again.before.Reused, diff)
	}
	server.Trigger(t, platform, "dataset.published")
	if got := hears(t, again.talker, 1)[0]; got.Type != "dataset.published" {
		t.Errorf("after the restart it hears %+v", got)
	}
	settled(t, server)
}

// listener is a running argilla_listener.py.
type listener struct {
	talker *talker
	before registered
}

// listen starts the listener, and returns it with the ids of all webhooks once it serves.
func listen(tb testing.TB, python string, args []string) (listener, []string) {
	tb.Helper()
	l := listener{talker: talk(tb, python, "argilla_listener.py", args...)}
	l.talker.hear(tb, &l.before)
	var serving struct {
		Serving bool `json:"serving"`
	}
	if l.talker.hear(tb, &serving); !serving.Serving {
		tb.Fatal("it does not serve")
	}
	var ids []string
	for _, w := range l.before.Webhooks {
		ids = append(ids, w.ID)
	}
	return l, ids
}

// hears collects the next n events.
func hears(tb testing.TB, t *talker, n int) []told {
	tb.Helper()
	list := make([]told, n)
	for i := range list {
		t.hear(tb, &list[i])
	}
	return list
}

// everyType triggers each type. The handlers must have been called with objects that are filled from the event and from the server.
// The recorder is sent the same events.
func everyType(t *testing.T, server *program.Server, from *talker, also *recorder) {
	t.Helper()
	rich := 0
	for _, event := range argillaEvents {
		server.Trigger(t, platform, event)
		want := 1
		if event == "record.completed" {
			want = 2 // the raw handler listens to it too
		}
		heard := hears(t, from, want)
		settled(t, server)
		bodies := also.taken()
		if len(bodies) != 1 {
			t.Fatalf("%s arrived %d times", event, len(bodies))
		}
		for _, got := range heard {
			if got.Type != event || got.Timestamp.IsZero() {
				t.Errorf("%s: heard %+v", event, got)
			}
			if got.Handler == "raw" {
				if !slices.Contains(got.Keys, "dataset") {
					t.Errorf("the raw handler of %s saw %v", event, got.Keys)
				}
				continue
			}
			filled(t, got, bodies[0].Body)
			if len(got.Dataset.Fields) > 0 && len(got.Dataset.Questions) > 0 {
				rich++
			}
		}
	}
	if rich < 8 {
		t.Errorf("only %d of %d events had a dataset with fields and questions", rich, len(argillaEvents))
	}
}

// object is a JSON object.
type object = map[string]any

// filled says where a handler saw something else than the event holds. What it saw of the dataset's settings it had to fetch.
func filled(t *testing.T, got told, body string) {
	t.Helper()
	var event struct {
		Type string `json:"type"`
		Data object `json:"data"`
	}
	if err := json.Unmarshal([]byte(body), &event); err != nil {
		t.Fatal(err)
	}
	var want told
	data := event.Data
	if strings.HasPrefix(event.Type, "response.") {
		user, _ := data["user"].(object)
		answers, _ := data["values"].(object)
		want.Response = &toldResponse{User: str(user["id"]), Status: str(data["status"]), Answers: slices.Sorted(maps.Keys(answers))}
		data, _ = data["record"].(object)
	}
	if !strings.HasPrefix(event.Type, "dataset.") {
		fields, _ := data["fields"].(object)
		want.Record = &toldRecord{ID: str(data["id"]), Status: str(data["status"]), Fields: slices.Sorted(maps.Keys(fields))}
		data, _ = data["dataset"].(object)
	}
	workspace, _ := data["workspace"].(object)
	want.Dataset = &toldDataset{
		ID: str(data["id"]), Name: str(data["name"]), Workspace: str(workspace["name"]), Fields: names(data["fields"]), Questions: names(data["questions"]),
	}
	if event.Type == "dataset.deleted" {
		want.Dataset.Fields, want.Dataset.Questions = nil, nil // the server has forgotten them by then
	}
	got.Handler, got.Type, got.Timestamp = "", "", time.Time{}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" || want.Dataset.ID == "" {
		t.Errorf("%s: the event holds -, the handler saw +:\n%s\n%s", event.Type, diff, body)
	}
}

func str(v any) string {
	s, _ := v.(string)
	return s
}

// names lists the names of the objects of a list.
func names(v any) (out []string) {
	list, _ := v.([]any)
	for _, item := range list {
		o, _ := item.(object)
		out = append(out, str(o["name"]))
	}
	return out
}

// action submits a response in the world of actions: three events in Argilla's order, all about the same record.
func action(t *testing.T, server *program.Server, from *talker) {
	t.Helper()
	var acted struct {
		Result struct {
			Record string `json:"record"`
		} `json:"result"`
		Raised []struct {
			Type string `json:"type"`
		} `json:"raised"`
		Deliveries []any `json:"deliveries"`
	}
	server.Call(t, http.MethodPost, "/api/v1/actions?wait=settled&timeout=30s", object{"platform": platform, "action": "submit-response"}, &acted)
	var raised, heard []string
	for _, r := range acted.Raised {
		raised = append(raised, r.Type)
	}
	if len(raised) < 2 || raised[0] != "record.updated" || last(raised) != "response.created" {
		t.Errorf("raised %v", raised)
	}
	for len(heard) < len(raised) {
		got := hears(t, from, 1)[0]
		if got.Handler == "raw" {
			continue
		}
		heard = append(heard, got.Type)
		if got.Record == nil || got.Record.ID != acted.Result.Record || len(got.Dataset.Fields) == 0 || len(got.Dataset.Questions) == 0 {
			t.Errorf("after an action on record %s it heard %+v", acted.Result.Record, got)
		}
	}
	slices.Sort(raised) // two workers of a real Argilla, and ours, may swap them
	slices.Sort(heard)
	if diff := cmp.Diff(raised, heard); diff != "" {
		t.Errorf("heard other events than were raised:\n%s", diff)
	}
}

// settled waits until nothing is under way, and complains about every delivery that a listener refused.
func settled(t *testing.T, server *program.Server) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		counts := server.Deliveries(t)
		total := 0
		for _, n := range counts {
			total += n
		}
		if counts["succeeded"] == total {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("deliveries %v", counts)
		}
	}
}

// TestArgillaSDKManages has the SDK create, list, update, ping and delete, on a port of its own.
func TestArgillaSDKManages(t *testing.T) {
	t.Parallel()
	python := interpreter(t, "argilla")
	own := "127.0.0.1:" + strconv.Itoa(freePort(t))
	program.Start(t, "--redis", "memory", "--native", "argilla="+own)
	pinged := record(t)
	if done := runs(t, python, "argilla_manage.py", "http://"+own, "any.apikey", pinged.URL); last(done) != "delete" {
		t.Errorf("ended with %q", done)
	}
	pings := pinged.taken()
	if len(pings) != 1 || pings[0].Hook != "manage" || !strings.HasPrefix(pings[0].Body, `{"type": "ping", "version": 1, "timestamp": "`) {
		t.Errorf("the listener of the ping got %+v", pings)
	}
}
