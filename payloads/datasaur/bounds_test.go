package datasaur_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/datasaur"
	"github.com/annohook/annohook/payloads/payloadtest"
	"github.com/annohook/annohook/subscriptions"
)

func TestActionsRefuse(t *testing.T) {
	tests := []struct {
		name, action string
		params       []any
		param, hint  string
	}{
		{"project", "complete-project", []any{"project", "nobody"}, "project", "/platforms/datasaur/world"},
		{"document", "update-labels", []any{"document", "nobody"}, "document", "/platforms/datasaur/world"},
		{"document of another project", "update-labels", []any{"project", "NDQ1YzU4NTQ", "document", "nobody"}, "document", "nobody"},
		{"exported document", "export-project", []any{"project", "NDQ1YzU4NTQ", "document", "nobody"}, "document", "nobody"},
		{"labeler", "complete-project", []any{"by", "7"}, "by", "no labeler"},
		{"editor", "update-labels", []any{"by", "someone@example.com"}, "by", "neither a labeler nor the reviewer"},
		{"many tags", "create-project", []any{"tags", tags(11, "x")}, "tags", "up to 10"},
		{"long tag", "create-project", []any{"tags", tags(1, strings.Repeat("é", 51))}, "tags", "1 to 50"},
		{"empty tag", "create-project", []any{"tags", tags(1, "")}, "tags", "1 to 50"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newTeam(t)
			w.seed = 1
			w.act("create-project") // NDQ1YzU4NTQ, see the golden stories
			before := string(w.world)
			_, err := w.try(tt.action, tt.params...)
			var wrong *payloads.ParamError
			if !errors.As(err, &wrong) || wrong.Name != tt.param || !strings.Contains(wrong.Message, tt.hint) {
				t.Errorf("got %v, want something about %s with %q", err, tt.param, tt.hint)
			}
			if string(w.world) != before {
				t.Error("the world changed")
			}
		})
	}
}

func tags(n int, text string) payloads.Array {
	list := make(payloads.Array, n)
	for i := range list {
		list[i] = text
	}
	return list
}

// TestTheSameSeedTwice wants the same content under ids that nobody has.
func TestTheSameSeedTwice(t *testing.T) {
	w := newTeam(t)
	ids := map[payloads.Value]bool{}
	var name payloads.Value
	for range 4 {
		w.seed = 5
		result := w.act("create-project").Result
		for _, id := range []payloads.Value{at(result, "id"), at(result, "documents", 0)} {
			if ids[id] {
				t.Errorf("id %v is given twice", id)
			}
			ids[id] = true
		}
		if name != nil && name != at(result, "name") {
			t.Errorf("the name is %v and then %v", name, at(result, "name"))
		}
		name = at(result, "name")
	}
}

// TestAClockThatGoesBack wants no event to show a time after itself, although its world has seen later ones.
func TestAClockThatGoesBack(t *testing.T) {
	w := newTeam(t)
	project := w.act("create-project").Result
	w.now = payloadtest.Now().Add(-48 * time.Hour)
	event := w.event(w.act("update-labels", "project", at(project, "id")), 0, nil)
	stamp, _ := at(event, "data", "timestamp").(string)
	for _, key := range []string{"createdAt", "lastSavedAt"} {
		if text, _ := at(event, "data", "document", key).(string); text > stamp {
			t.Errorf("%s is %s in an event of %s", key, text, stamp)
		}
	}
}

func TestWorldsStayBounded(t *testing.T) {
	w := newTeam(t)
	first := w.act("create-project").Result
	worst := strings.Repeat("\x01", 200)
	for range 42 {
		w.act("create-project", "name", worst, "tags", tags(10, worst[:50]), "documents", 5, "labelers", 5)
	}
	if w.status(at(first, "id")) != nil {
		t.Error("nothing is forgotten")
	}
	t.Logf("the world has %d bytes", len(w.world))
	if most := payloads.MaxWorldBytes * 2 / 5; len(w.world) > most {
		t.Errorf("the world has %d bytes, want at most %d", len(w.world), most)
	}
}

func TestActionsGoOn(t *testing.T) {
	for _, a := range profile(t, datasaur.Profile2023).Actions {
		t.Run(a.Name, func(t *testing.T) {
			w := newTeam(t)
			for range 200 {
				if e := w.act(a.Name); len(e.Raised) == 0 || e.Result.Len() == 0 {
					t.Fatal("nothing happens")
				}
			}
			if len(w.world) > 64<<10 {
				t.Errorf("the world has %d bytes", len(w.world))
			}
		})
	}
}

func TestSubjectsThatAreNone(t *testing.T) {
	for _, e := range profile(t, datasaur.Profile2023).Events {
		for _, text := range []string{``, `[]`, `{"project":7}`, `{"upserted":{}}`} {
			b := payloadtest.Build(subscriptions.Subscription{}, "")
			if b.Subject = []byte(text); text == "" {
				b.Subject = []byte{}
			}
			if _, err := e.Build(b); err == nil || !strings.Contains(err.Error(), e.Key) {
				t.Errorf("%s: the subject %q gives %v", e.Key, text, err)
			}
		}
	}
}

func FuzzWorld(f *testing.F) {
	payloadtest.FuzzWorld(f, profile(f, datasaur.Profile2023),
		`{"labelers":[{}],"reviewers":[{}],"projects":[{"labelers":[1],"documents":[{"marks":[{}],"copies":[{},{"labels":[{"spot":9}]}]}]}]}`,
		`{"labelers":[{}],"reviewers":[{}],"projects":[{"labelers":[1],"documents":[{"marks":[{}],"copies":[{},{}]}]}]}`)
}

// TestReviewedProjectsAreForgottenFirst wants work that goes on to outlive work that is done.
func TestReviewedProjectsAreForgottenFirst(t *testing.T) {
	w := newTeam(t)
	open := w.act("create-project").Result
	done := w.act("create-project").Result
	w.act("review-project", "project", at(done, "id"))
	for range 37 { // one fresh project is reviewed, too, and goes before done
		w.act("create-project")
	}
	if w.status(at(open, "id")) == nil || w.status(at(done, "id")) != nil {
		t.Errorf("the open project is %v, the reviewed one %v", w.status(at(open, "id")), w.status(at(done, "id")))
	}
}

// TestDefaultsTakeTheNewestThatFits goes on with whatever is next in line.
func TestDefaultsTakeTheNewestThatFits(t *testing.T) {
	w := newTeam(t)
	ready := w.act("create-project").Result
	w.act("complete-project", "project", at(ready, "id"))
	open := w.act("create-project").Result
	for _, step := range []struct {
		action string
		want   payloads.Value
	}{
		{"review-project", at(ready, "id")},
		{"export-project", at(ready, "id")},
		{"update-labels", at(open, "id")},
		{"complete-project", at(open, "id")},
		{"review-project", at(open, "id")},
		{"export-project", at(open, "id")},
	} {
		if got := at(w.act(step.action).Result, "project"); got != step.want {
			t.Errorf("%s took %v, want %v", step.action, got, step.want)
		}
	}
}

// TestNobodyLeftToLabel wants the first labeler to take a completed project up again.
func TestNobodyLeftToLabel(t *testing.T) {
	w := newTeam(t)
	project := w.act("create-project", "labelers", 2).Result
	w.act("complete-project", "project", at(project, "id"))
	again := w.act("update-labels", "project", at(project, "id")).Result
	if at(again, "by") != at(project, "labelers", 0) || at(again, "status") != "IN_PROGRESS" {
		t.Errorf("the edit is %s", printed(t, again))
	}
}
