package argilla_test

import (
	"strings"
	"testing"

	"github.com/annohook/annohook/payloads"
)

// Both stories, told three times to one world with other people at work in between, raise the same events every time.
func TestStoriesAreToldAgain(t *testing.T) {
	s := newSite()
	first := map[string]string{}
	for round := range 3 {
		for _, story := range platform().Stories {
			got := s.tell(t, story)
			if round == 0 {
				first[story.Name] = got
			}
			if got != first[story.Name] {
				t.Errorf("%s, round %d:\n%s\nwant\n%s", story.Name, round, got, first[story.Name])
			}
		}
	}
}

// tell plays a story, and does something else on the newest dataset after each step. It returns what the steps raised.
func (s *site) tell(t *testing.T, story payloads.Story) string {
	t.Helper()
	saved := map[string]*payloads.Object{}
	var raised []string
	for _, step := range story.Steps {
		var params []any
		if step.With != nil {
			for _, m := range step.With.Members() {
				v := m.Value
				if ref, ok := v.(string); ok && strings.HasPrefix(ref, "{") {
					name, path, _ := strings.Cut(strings.Trim(ref, "{}"), ".")
					v = at(t, saved[name], path)
				}
				params = append(params, m.Key, v)
			}
		}
		e := s.do(t, step.Action, params...)
		saved[step.As] = e.Result
		raised = append(raised, step.Action+": "+types(e))
		other := id(s.do(t, "create-dataset", "via", "sdk", "min_submitted", int64(1)))
		s.do(t, "add-records", "dataset", other)
		s.do(t, "submit-response", "dataset", other)
		s.do(t, "delete-dataset", "dataset", other)
	}
	return strings.Join(raised, "\n")
}

// Answers are bytes from outside: whatever they are, they are taken or refused as a parameter, and what is taken can be shown.
func FuzzAnswers(f *testing.F) {
	for _, values := range []string{
		`{}`, `{"int_score":{"value":3}}`, `{"int_score":{"value":null},"comments":{"value":5}}`, `{"preference":{"value":[{"value":"tone","rank":1}]}}`,
		`{"entities":{"value":[{"label":"PER","start":0,"end":9223372036854775807}]}}`, `{"topics":{"value":[[],{}]}}`, `{"topics":{"value":{"value":[]}}}`,
		`{"sentiment":{"value":"neutral","rank":1}}`, `{"int_score":{"value":1e400}}`, `{"int_score":{"value":99999999999999999999}}`,
	} {
		f.Add(values, true)
		f.Add(values, false)
	}
	s := newSite()
	for range 6 {
		s.do(f, "create-dataset", "via", "sdk")
	}
	world := s.world
	f.Fuzz(func(t *testing.T, text string, submitted bool) {
		v, err := payloads.ParseValue([]byte(text))
		o, ok := v.(*payloads.Object)
		if err != nil || !ok {
			return
		}
		status := map[bool]string{true: "submitted", false: "draft"}[submitted]
		s := newSite()
		s.world = world
		e, err := s.try("submit-response", "values", o, "status", status)
		if err != nil {
			return
		}
		all := events(t, e, nil)
		if got := printed(t, at(t, all[len(all)-1], "data.values")); got != printed(t, o) {
			t.Errorf("%s is shown as %s", text, got)
		}
	})
}
