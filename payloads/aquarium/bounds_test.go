package aquarium_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest"
	"github.com/annohook/annohook/subscriptions"
)

func TestActionsRefuse(t *testing.T) {
	for name, test := range map[string]struct {
		action string
		params []any
		param  string
	}{
		"issue":                    {"update-issue", []any{"issue", "nobody"}, "issue"},
		"issue elsewhere":          {"export-issue", []any{"issue", "FIRST", "project", "p"}, "issue"},
		"project of an issue":      {"export-issue", []any{"project", "nobody"}, "project"},
		"dataset of issues":        {"create-issues", []any{"dataset", "nobody"}, "dataset"},
		"inference set":            {"create-issues", []any{"inference_set", "nobody"}, "inference_set"},
		"base of an inference set": {"upload-dataset", []any{"kind", "inference-set", "dataset", "nobody"}, "dataset"},
		"failed base":              {"upload-dataset", []any{"project", "p", "kind", "inference-set", "dataset", "failed"}, "dataset"},
		"base of a dataset":        {"upload-dataset", []any{"dataset", "d"}, "dataset"},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			o.act("upload-dataset", "project", "p", "name", "failed", "outcome", "failed")
			first, before := at(t, o.listed("issues")[0], "id"), string(o.world)
			params := slices.Clone(test.params)
			if params[1] == "FIRST" {
				params[1] = first
			}
			_, err := o.try(test.action, params...)
			var wrong *payloads.ParamError
			if !errors.As(err, &wrong) || wrong.Name != test.param || wrong.Message == "" {
				t.Errorf("got %v, want something about %s", err, test.param)
			}
			if string(o.world) != before {
				t.Error("the world changed")
			}
		})
	}
}

func TestTheSameSeedTwice(t *testing.T) {
	o := newOffice(t)
	ids := map[payloads.Value]bool{}
	for range 4 {
		o.seed = 5
		result, _ := o.act("create-issues", "count", 2)
		exported, _ := o.act("export-issue", "issue", at(t, result, "id"))
		for _, id := range slices.Concat(list(t, result, "issues"), list(t, exported, "elements")) {
			if ids[id] {
				t.Errorf("id %v is given twice", id)
			}
			ids[id] = true
		}
		o.seed = 5
		uploaded, _ := o.act("upload-dataset")
		if ids[at(t, uploaded, "id")] {
			t.Errorf("dataset %v is there twice", at(t, uploaded, "id"))
		}
		ids[at(t, uploaded, "id")] = true
	}
}

// TestAClockThatGoesBack wants no event to show a time after itself, although its world has seen later ones.
func TestAClockThatGoesBack(t *testing.T) {
	o := newOffice(t)
	made, _ := o.act("create-issues")
	o.now = payloadtest.Now().AddDate(-1, 0, 0)
	_, updated := o.act("update-issue", "issue", at(t, made, "id"))
	_, exported := o.act("export-issue", "issue", at(t, made, "id"))
	limit := o.now.Format("2006-01-02")
	for _, got := range []payloads.Value{
		at(t, updated, "issue.created_at"), at(t, updated, "issue.updated_at"), at(t, list(t, exported, "issue.elements")[0], "frame_data.date_captured"),
	} {
		if text, _ := got.(string); text[:10] > limit {
			t.Errorf("%s in an event of %s", text, limit)
		}
	}
}

func TestWorldsStayBounded(t *testing.T) {
	o := newOffice(t)
	oldest := at(t, o.listed("issues")[0], "id")
	worst := func(prefix string, n, length int) string {
		return fmt.Sprintf("%s%d%s", prefix, n, strings.Repeat("<", length-4))
	}
	for n := range 32 {
		project := worst("p", n, 200)
		o.act("upload-dataset", "project", project, "name", worst("d", n, 100))
		o.act("upload-dataset", "project", project, "kind", "inference-set", "name", worst("i", n, 100))
		made, _ := o.act("create-issues", "project", project, "count", 3, "name", worst("n", n, 99))
		o.act("update-issue", "issue", at(t, made, "id"), "assignee", worst("a", n, 100))
	}
	t.Logf("the world has %d bytes", len(o.world))
	if most := payloads.MaxWorldBytes / 2; len(o.world) > most {
		t.Errorf("the world has %d bytes, want at most %d", len(o.world), most)
	}
	for _, i := range o.listed("issues") {
		if at(t, i, "id") == oldest {
			t.Error("nothing is forgotten")
		}
	}
	if got := len(o.listed("projects")); got > 30 {
		t.Errorf("%d projects", got)
	}
}

func TestSettledIssuesAreForgottenFirst(t *testing.T) {
	o := newOffice(t)
	kept, _ := o.act("create-issues")
	settled, _ := o.act("create-issues")
	o.act("update-issue", "issue", at(t, settled, "id"), "state", "resolved")
	for range 4 {
		o.act("create-issues", "count", 19)
	}
	if _, err := o.try("export-issue", "issue", at(t, settled, "id")); err == nil {
		t.Error("a settled issue is still there")
	}
	o.act("export-issue", "issue", at(t, kept, "id"))
}

func TestActionsGoOn(t *testing.T) {
	for _, a := range current().Actions {
		t.Run(a.Name, func(t *testing.T) {
			o := newOffice(t)
			for range 200 {
				if result, _ := o.act(a.Name); result.Len() == 0 {
					t.Fatal("no result")
				}
			}
			if len(o.world) > 64<<10 {
				t.Errorf("the world has %d bytes", len(o.world))
			}
		})
	}
}

func TestSubjectsThatAreNone(t *testing.T) {
	for _, e := range current().Events {
		b := payloadtest.Build(subscriptions.Subscription{}, "")
		for _, text := range []string{``, `[]`, `{"issues":7}`, `{"dataset":[]}`} {
			b.Subject = append([]byte{}, text...)
			if _, err := e.Build(b); err == nil || !strings.Contains(err.Error(), e.Key) {
				t.Errorf("%s: the subject %q gives %v", e.Key, text, err)
			}
		}
		b.Subject = []byte(`{"project":"p","issues":[{"elements":{"count":1000000000,"domain":-7}}]}`)
		if _, err := e.Build(b); err != nil {
			t.Errorf("%s: an odd subject gives %v", e.Key, err)
		}
	}
}

func FuzzWorld(f *testing.F) {
	payloadtest.FuzzWorld(f, current(), `{"projects":[{"members":[""],"domain":99}]}`,
		`{"projects":[{"members":["a"]}],"issues":[{"elements":{"count":-1,"domain":-1}}],"datasets":[{"frames":-1}]}`)
}

func TestAForgottenProjectTakesAllWithIt(t *testing.T) {
	o := newOffice(t)
	gone, _ := o.act("create-issues", "project", "gone")
	for n := range 30 {
		o.act("upload-dataset", "project", fmt.Sprint("project ", n))
	}
	for _, key := range []string{"datasets", "inference_sets", "issues"} {
		for _, thing := range o.listed(key) {
			if at(t, thing, "project") == at(t, gone, "project") {
				t.Errorf("%s: %s is left", key, printed(t, thing))
			}
		}
	}
	if result, _ := o.act("export-issue"); at(t, result, "project") != "project 29" {
		t.Errorf("with no issue left it exports %s", printed(t, result))
	}
}

// TestTheWorldForgetsWhyAnUploadFailed keeps worlds small: only the event needs the log.
func TestTheWorldForgetsWhyAnUploadFailed(t *testing.T) {
	o := newOffice(t)
	_, event := o.act("upload-dataset", "outcome", "failed")
	message, _ := at(t, list(t, event, "dataset.errors")[0], "aquarium_dataflow_step").(string)
	if message == "" || strings.Contains(string(o.world), message) {
		t.Errorf("the world holds %q", message)
	}
}
