package argilla_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/annohook/annohook/payloads"
)

// asking returns a site with a published dataset that has a question of the given name, and the event of its one record.
func asking(t *testing.T, name string) (s *site, record *payloads.Object) {
	t.Helper()
	s = newSite()
	for range 40 {
		e := s.do(t, "create-dataset", "via", "sdk", "min_submitted", int64(2))
		for _, q := range list(t, events(t, e, nil)[2], "data.questions") {
			if text(t, q, "name") == name {
				return s, events(t, s.do(t, "add-records", "dataset", id(e), "count", int64(1)), nil)[0]
			}
		}
	}
	t.Fatalf("no dataset asks for %s", name)
	return nil, nil
}

func ranked(pairs ...any) payloads.Array {
	out := payloads.Array{}
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, payloads.Obj("value", pairs[i], "rank", pairs[i+1]))
	}
	return out
}

func span(label string, start, end any) *payloads.Object {
	return payloads.Obj("label", label, "start", start, "end", end)
}

// What the server's validators/response_values.py@0a7bd681 takes and refuses.
func TestAnswersFitTheirQuestions(t *testing.T) {
	for _, test := range []struct {
		question string
		value    payloads.Value
		says     string // "" where the server takes it
	}{
		{"int_score", int64(0), ""},
		{"int_score", int64(5), ""},
		{"int_score", int64(6), "not a rating"},
		{"int_score", int64(-1), "not a rating"},
		{"int_score", 2.5, "not a rating"},
		{"int_score", "3", "not a rating"},
		{"int_score", nil, "not a rating"},
		{"comments", "", ""},
		{"comments", int64(3), "a text"},
		{"sentiment", "neutral", ""},
		{"sentiment", "Neutral", `"positive"`},
		{"sentiment", payloads.Array{"neutral"}, "not an option"},
		{"topics", payloads.Array{}, "empty"},
		{"topics", "bug", "a list"},
		{"topics", payloads.Array{"nothing"}, "not an option"},
		{"topics", payloads.Array{int64(1)}, "not an option"},
		{"preference", ranked("tone", int64(1)), ""},
		{"preference", ranked("tone", nil, "clarity", nil), ""},
		{"preference", ranked("tone", int64(1), "tone", int64(2)), "twice"},
		{"preference", ranked("taste", int64(1)), "not an option"},
		{"preference", payloads.Array{"tone"}, "rank"},
		{"preference", ranked("tone", "1"), "rank"},
		{"preference", "tone", "a list"},
		{"entities", payloads.Array{}, ""},
		{"entities", payloads.Array{span("PER", int64(0), int64(3))}, ""},
		{"entities", payloads.Array{span("PET", int64(0), int64(3))}, "not an option"},
		{"entities", payloads.Array{span("PER", int64(3), int64(3))}, "start"},
		{"entities", payloads.Array{span("PER", int64(-1), int64(3))}, "start"},
		{"entities", payloads.Array{span("PER", int64(0), int64(100_000))}, "characters"},
		{"entities", payloads.Array{span("PER", "0", int64(3))}, "start"},
		{"entities", payloads.Array{"PER"}, "start"},
		{"entities", "PER", "a list"},
	} {
		s, record := asking(t, test.question)
		values := payloads.Obj(test.question, payloads.Obj("value", test.value))
		_, err := s.try("submit-response", "record", text(t, record, "data.id"), "status", "draft", "values", values)
		var wrong *payloads.ParamError
		switch {
		case test.says == "" && err != nil:
			t.Errorf("%s %v: %v", test.question, test.value, err)
		case test.says != "" && (!errors.As(err, &wrong) || wrong.Name != "values" || !strings.Contains(wrong.Message, test.says)):
			t.Errorf("%s %v: %v, want …%s…", test.question, test.value, err, test.says)
		}
	}
}

// A submission needs all ranks; a draft does not.
func TestSubmittedRankings(t *testing.T) {
	s, record := asking(t, "preference")
	drawn, _ := at(t, events(t, s.do(t, "submit-response", "record", text(t, record, "data.id")), nil)[1], "data.values").(*payloads.Object)
	for _, test := range []struct {
		ranks payloads.Array
		says  string
	}{
		{ranked("tone", int64(1), "clarity", int64(1), "accuracy", int64(2), "completeness", int64(4)), ""},
		{ranked("tone", int64(1), "clarity", int64(2), "accuracy", int64(3)), "all 4"},
		{ranked("tone", int64(1), "clarity", int64(2), "accuracy", int64(3), "completeness", nil), "1 to 4"},
		{ranked("tone", int64(1), "clarity", int64(2), "accuracy", int64(3), "completeness", int64(5)), "1 to 4"},
	} {
		values := &payloads.Object{}
		for _, m := range drawn.Members() {
			values.Set(m.Key, m.Value)
		}
		values.Set("preference", payloads.Obj("value", test.ranks))
		_, err := s.try("submit-response", "record", text(t, record, "data.id"), "values", values)
		if (err == nil) != (test.says == "") || (err != nil && !strings.Contains(err.Error(), test.says)) {
			t.Errorf("%v: %v, want …%s…", printed(t, test.ranks), err, test.says)
		}
	}
}

// Whatever the world makes up must pass the same checks, for every kind of dataset.
func TestDrawnAnswersFit(t *testing.T) {
	s := newSite()
	for i := range 60 {
		kind := []string{"text", "chat", "image", "custom"}[i%4]
		dataset := id(s.do(t, "create-dataset", "via", "sdk", "kind", kind, "min_submitted", int64(3)))
		s.do(t, "add-records", "dataset", dataset, "count", int64(1))
		for _, status := range []string{"submitted", "draft", "discarded"} {
			response := events(t, s.do(t, "submit-response", "dataset", dataset, "status", status), nil)[1]
			values := at(t, response, "data.values")
			if _, err := s.try("submit-response", "record", text(t, response, "data.record.id"), "status", status, "values", values); err != nil {
				t.Errorf("%s %s: %v for %s", kind, status, err, printed(t, values))
			}
		}
	}
}

// A draft that lacks a required answer cannot be submitted as it is.
func TestSubmittingAnIncompleteDraft(t *testing.T) {
	s := newSite()
	draft := id(s.do(t, "submit-response", "status", "draft", "values", payloads.Obj()))
	before := string(s.world)
	_, err := s.try("update-response", "response", draft, "status", "submitted")
	var wrong *payloads.ParamError
	if !errors.As(err, &wrong) || wrong.Name != "values" || !strings.Contains(wrong.Message, "required question") {
		t.Errorf("got %v", err)
	}
	if string(s.world) != before {
		t.Error("the refused action changed the world")
	}
	s.do(t, "update-response", "response", draft, "status", "discarded")
	s.do(t, "update-response", "response", draft, "status", "draft")
	made := id(s.do(t, "submit-response", "status", "draft"))
	s.do(t, "update-response", "response", made, "status", "submitted") // what the world made up is completed by it, too
}

func TestNamesOfDatasetsAreUnique(t *testing.T) {
	s := newSite()
	s.do(t, "create-dataset", "name", "mine")
	_, err := s.try("create-dataset", "name", "mine", "via", "sdk")
	var wrong *payloads.ParamError
	if !errors.As(err, &wrong) || wrong.Name != "name" || !strings.Contains(wrong.Message, "already") {
		t.Errorf("the same name twice: %v", err)
	}
	s.do(t, "create-dataset", "name", "mine", "workspace", "other") // another workspace
	s.do(t, "delete-dataset", "dataset", "mine")                    // the newest of that name
	if _, err := s.try("create-dataset", "name", "mine"); err == nil {
		t.Error("the dataset of the first workspace was deleted instead")
	}
	s.do(t, "create-dataset", "name", "mine", "workspace", "other") // free again

	for range 39 {
		s.do(t, "publish-dataset")
		if all := inspected(t, s, "datasets"); len(distinct(t, all)) != len(all) {
			t.Fatalf("%d datasets have %d names", len(all), len(distinct(t, all)))
		}
	}
}

func printed(t testing.TB, v payloads.Value) string {
	t.Helper()
	out, err := payloads.JSON(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func inspected(t *testing.T, s *site, kind string) payloads.Array {
	t.Helper()
	o, err := platform().Inspect(s.world)
	if err != nil {
		t.Fatal(err)
	}
	return list(t, o, kind)
}

func distinct(t *testing.T, datasets payloads.Array) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for _, d := range datasets {
		names[text(t, d, "workspace")+"/"+text(t, d, "name")] = true
	}
	return names
}

func TestDeletingRecordsOfANamedDataset(t *testing.T) {
	s := newSite()
	first := id(s.do(t, "create-dataset", "via", "sdk"))
	s.do(t, "add-records", "dataset", first, "count", int64(4))
	s.do(t, "add-records", "dataset", id(s.do(t, "create-dataset", "via", "sdk")))
	e := s.do(t, "delete-records", "dataset", first, "count", int64(2))
	for _, event := range events(t, e, nil) {
		if got := text(t, event, "data.dataset.id"); got != first {
			t.Errorf("a record of %s was deleted", got)
		}
	}
	if types(e) != "record.deleted*2" {
		t.Errorf("got %s", types(e))
	}
	s.do(t, "delete-records", "dataset", first, "count", int64(2))
	if e := s.do(t, "delete-records", "dataset", first); types(e) != "record.deleted" { // empty: somebody has added some
		t.Errorf("got %s", types(e))
	}
	draft := id(s.do(t, "create-dataset"))
	if _, err := s.try("delete-records", "dataset", draft); err == nil || !strings.Contains(err.Error(), "publish-dataset first") {
		t.Errorf("a draft: %v", err)
	}
}

// A story works on what it has made, also while others work on the same world, and can be told again.
func TestStoriesMindTheirOwnThings(t *testing.T) {
	for _, story := range platform().Stories {
		for i, step := range story.Steps {
			names := step.With.Keys()
			own := false
			for _, name := range names {
				v, _ := step.With.Get(name)
				ref, _ := v.(string)
				own = own || strings.HasPrefix(ref, "{")
			}
			if i > 0 && !own {
				t.Errorf("%s: step %d (%s) refers to nothing that the story made", story.Name, i+1, step.Action)
			}
			if _, fixed := step.With.Get("name"); fixed {
				t.Errorf("%s: a fixed name makes it impossible to tell it twice", story.Name)
			}
		}
	}
}
