package argilla_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest"
)

// Bounds of a world that is in use.
const (
	usualBytes  = 256 << 10
	repetitions = 200
)

func inspect(t testing.TB, world []byte) *payloads.Object {
	t.Helper()
	shown, err := platform().Inspect(world)
	if err != nil {
		t.Fatal(err)
	}
	return shown
}

func TestFreshWorld(t *testing.T) {
	shown := inspect(t, nil)
	if diff := cmp.Diff(shown.Keys(), []string{"workspaces", "users", "datasets", "records", "responses"}); diff != "" {
		t.Error(diff)
	}
	var roles, datasets []string
	for _, u := range list(t, shown, "users") {
		roles = append(roles, text(t, u, "role"))
	}
	for _, d := range list(t, shown, "datasets") {
		datasets = append(datasets, text(t, d, "name")+" "+text(t, d, "status"))
	}
	if diff := cmp.Diff(roles, []string{"owner", "annotator", "annotator", "annotator"}); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(datasets, []string{"support-tickets ready", "news-entities-draft draft"}); diff != "" {
		t.Error(diff)
	}
	if n := len(list(t, shown, "records")); n != 20 {
		t.Errorf("%d records", n)
	}
	// The ids stand in documents and must not change.
	if got := text(t, list(t, shown, "datasets")[0], "id"); got != freshDataset {
		t.Errorf("the dataset is %s", got)
	}
}

const freshDataset = "3e6309a4-9f9d-4248-be55-4ec02c26bb28"

func TestEveryActionTwoHundredTimes(t *testing.T) {
	t.Parallel()
	for _, a := range platform().Actions {
		t.Run(a.Name, func(t *testing.T) {
			t.Parallel()
			s := newSite()
			for range repetitions {
				if e := s.do(t, a.Name); len(e.Raised) == 0 {
					t.Fatal("nothing is raised")
				}
			}
			if len(s.world) > usualBytes {
				t.Errorf("the world has %d bytes", len(s.world))
			}
		})
	}
}

func TestActionsInTurn(t *testing.T) {
	s := newSite()
	for i := range repetitions {
		for j, a := range platform().Actions {
			if (i+j)%3 == 0 {
				s.do(t, a.Name)
			}
		}
	}
	if len(s.world) > usualBytes {
		t.Errorf("the world has %d bytes", len(s.world))
	}
}

func TestStatusesRepeated(t *testing.T) {
	for _, status := range []string{"draft", "discarded"} {
		s := newSite()
		for range repetitions {
			s.do(t, "submit-response", "status", status)
		}
		if users := len(list(t, inspect(t, s.world), "users")); users > 12 {
			t.Errorf("%s: %d users have joined", status, users)
		}
	}
}

// New annotators join for one record, but a server is not without end.
func TestOneRecordForEverybody(t *testing.T) {
	s := newSite()
	record := text(t, list(t, inspect(t, nil), "records")[0], "id")
	for n := range repetitions {
		if _, err := s.try("submit-response", "record", record); err != nil {
			if n < 90 || !strings.Contains(err.Error(), "params.record") {
				t.Errorf("after %d answers: %v", n, err)
			}
			return
		}
	}
	t.Error("nobody is missing")
}

func TestBigImportsAreForgotten(t *testing.T) {
	s := newSite()
	for range 5 {
		e := s.do(t, "add-records", "count", int64(500))
		if len(e.Raised) != 500 || len(e.Raised[499].Subject) > 1000 {
			t.Errorf("%d events, the last with %d bytes", len(e.Raised), len(e.Raised[499].Subject))
		}
		if ids := list(t, e.Result, "records"); len(ids) != 20 {
			t.Errorf("%d ids are listed", len(ids))
		}
		if len(s.world) > usualBytes {
			t.Errorf("the world has %d bytes", len(s.world))
		}
	}
	s.do(t, "log-records", "count", int64(500), "with_responses", true)
	shown := inspect(t, s.world)
	if records, responses := len(list(t, shown, "records")), len(list(t, shown, "responses")); records > 600 || responses > 400 {
		t.Errorf("%d records and %d responses are kept", records, responses)
	}
}

// Long texts of users do not make the world large either.
func TestLongTextsAreForgotten(t *testing.T) {
	s := newSite()
	for range 60 {
		s.do(t, "create-dataset", "guidelines", strings.Repeat("ü", 10_000), "via", "sdk")
		record := s.do(t, "add-records", "count", int64(1))
		s.do(t, "update-record", "record", id(record), "metadata", payloads.Obj("long", strings.Repeat("x", 8000)))
	}
	if len(s.world) > usualBytes {
		t.Errorf("the world has %d bytes", len(s.world))
	}
}

func TestManyWorkspaces(t *testing.T) {
	s := newSite()
	for i := range 90 {
		s.do(t, "create-dataset", "workspace", "w"+strings.Repeat("x", i))
	}
	if n := len(list(t, inspect(t, s.world), "workspaces")); n > 60 {
		t.Errorf("%d workspaces", n)
	}
}

// An action at a moment before the fresh world moves the world, so that nothing is younger than what happens.
func TestActionsInThePast(t *testing.T) {
	s := newSite()
	s.now = time.Date(2019, time.February, 3, 4, 5, 6, 7000, time.UTC)
	response := events(t, s.do(t, "submit-response"), nil)[2]
	for _, path := range []string{"record.dataset.workspace.inserted_at", "record.dataset.inserted_at", "record.inserted_at", "user.inserted_at"} {
		if at := text(t, response, "data."+path); at >= text(t, response, "data.inserted_at") || at < "2018-09" {
			t.Errorf("%s is %s", path, at)
		}
	}
	if text(t, response, "data.record.dataset.id") != freshDataset {
		t.Error("the ids are others")
	}
}

func TestStoriesTellAllEvents(t *testing.T) {
	told := map[string]bool{}
	for _, story := range platform().Stories {
		played, err := payloadtest.Play(platform(), story, payloadtest.Subscription(platform()))
		if err != nil {
			t.Error(err)
		}
		for _, p := range played {
			told[p.Type] = true
		}
	}
	for _, e := range platform().Events {
		if !e.Unlisted && !told[e.Key] {
			t.Errorf("no story tells %s", e.Key)
		}
	}
}

func FuzzWorld(f *testing.F) {
	payloadtest.FuzzWorld(f, platform(),
		`{"v":1,"workspaces":[{"seed":1}],"users":[{"seed":2,"role":"annotator"}],"datasets":[{"workspace":1,"kind":"?","records":[{"r":[{"w":9}]}]}]}`,
		`{"v":1,"datasets":[null]}`,
		`{"v":1,"workspaces":[{"seed":1}],"users":[{}],"datasets":[{"workspace":1,"records":[{"r":[{"w":1}]}]}]}`)
}
