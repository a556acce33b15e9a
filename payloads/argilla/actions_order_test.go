package argilla_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/annohook/annohook/payloads"
)

// types lists what was raised, repetitions counted: "record.created*3".
func types(e payloads.Effect) string {
	var out []string
	for i := 0; i < len(e.Raised); {
		n := 1
		for i+n < len(e.Raised) && e.Raised[i+n].Type == e.Raised[i].Type {
			n++
		}
		name := e.Raised[i].Type
		if n > 1 {
			name = fmt.Sprintf("%s*%d", name, n)
		}
		out = append(out, name)
		i += n
	}
	return strings.Join(out, " ")
}

func TestOrderAndNumberOfEvents(t *testing.T) {
	one := func(s *site) payloads.Array { // a dataset where one response completes a record, with 3 records
		e := s.must("create-dataset", "via", "sdk", "min_submitted", int64(1))
		return payloads.Array{id(e), id(s.must("add-records", "dataset", id(e), "count", int64(3)))}
	}
	two := func(s *site) payloads.Array {
		e := s.must("create-dataset", "via", "sdk", "min_submitted", int64(2))
		return payloads.Array{id(e), id(s.must("add-records", "dataset", id(e), "count", int64(3)))}
	}
	for _, test := range []struct {
		name  string
		given func(*site) payloads.Array // dataset and record
		do    func(s *site, dataset, record any) payloads.Effect
		want  string
	}{
		{"api create", nil, func(s *site, _, _ any) payloads.Effect { return s.must("create-dataset") }, "dataset.created"},
		{"sdk create", nil, func(s *site, _, _ any) payloads.Effect { return s.must("create-dataset", "via", "sdk") }, "dataset.created dataset.updated dataset.published"},
		{"publish", nil, func(s *site, _, _ any) payloads.Effect { return s.must("publish-dataset") }, "dataset.published"},
		{"delete with records", one, func(s *site, d, _ any) payloads.Effect { return s.must("delete-dataset", "dataset", d) }, "dataset.deleted"},
		{"bulk", one, func(s *site, d, _ any) payloads.Effect { return s.must("add-records", "dataset", d, "count", int64(7)) }, "record.created*7"},
		{"complete", one, func(s *site, _, r any) payloads.Effect { return s.must("submit-response", "record", r) }, "record.updated record.completed response.created"},
		{"below the threshold", two, func(s *site, _, r any) payloads.Effect { return s.must("submit-response", "record", r) }, "record.updated response.created"},
		{"draft", one, func(s *site, _, r any) payloads.Effect {
			return s.must("submit-response", "record", r, "status", "draft")
		}, "record.updated response.created"},
		{"second answer", one, func(s *site, _, r any) payloads.Effect {
			s.must("submit-response", "record", r)
			return s.must("submit-response", "record", r, "status", "discarded")
		}, "record.updated record.completed response.created"},
		{"correction", one, func(s *site, _, r any) payloads.Effect {
			return s.must("update-response", "response", id(s.must("submit-response", "record", r)))
		}, "record.updated record.completed response.updated"},
		{"back to pending", one, func(s *site, _, r any) payloads.Effect {
			return s.must("update-response", "response", id(s.must("submit-response", "record", r)), "status", "discarded")
		}, "record.updated response.updated"},
		{"delete the only answer", one, func(s *site, _, r any) payloads.Effect {
			return s.must("delete-response", "response", id(s.must("submit-response", "record", r)))
		}, "record.updated response.deleted"},
		{"delete one of two answers", one, func(s *site, _, r any) payloads.Effect {
			s.must("submit-response", "record", r)
			return s.must("delete-response", "response", id(s.must("submit-response", "record", r)))
		}, "record.updated record.completed response.deleted"},
		{"patch with responses", two, func(s *site, d, r any) payloads.Effect {
			s.must("submit-response", "record", r)
			s.must("submit-response", "record", r, "status", "draft")
			s.must("submit-response", "record", r)
			return s.must("update-dataset", "dataset", d)
		}, "dataset.updated record.updated record.completed record.updated record.completed record.updated record.completed"},
		{"patch without responses", two, func(s *site, d, _ any) payloads.Effect { return s.must("update-dataset", "dataset", d) }, "dataset.updated"},
		{"patch of nothing", two, func(s *site, d, _ any) payloads.Effect {
			s.must("update-dataset", "dataset", d, "guidelines", "Read.")
			return s.must("update-dataset", "dataset", d, "guidelines", "Read.")
		}, "dataset.updated"},
		{"log", one, func(s *site, d, _ any) payloads.Effect { return s.must("log-records", "dataset", d) }, "record.created*5"},
		{"log new with responses", two, func(s *site, d, _ any) payloads.Effect {
			return s.must("log-records", "dataset", d, "with_responses", true)
		}, "record.updated*5"},
		{"log existing", one, func(s *site, d, _ any) payloads.Effect { return s.must("log-records", "dataset", d, "existing", true) }, "record.updated*3"},
		{"log suggestions", one, func(s *site, d, _ any) payloads.Effect {
			return s.must("log-records", "dataset", d, "existing", true, "only_suggestions", true)
		}, "record.created*3"},
		{"log suggestions for changed records", one, func(s *site, d, _ any) payloads.Effect {
			s.must("log-records", "dataset", d, "existing", true, "count", int64(2))
			return s.must("log-records", "dataset", d, "existing", true, "only_suggestions", true)
		}, "record.updated*2 record.created"},
		{"log responses for existing", one, func(s *site, d, _ any) payloads.Effect {
			return s.must("log-records", "dataset", d, "existing", true, "with_responses", true)
		}, "record.updated*3"},
		{"patch record", one, func(s *site, _, r any) payloads.Effect { return s.must("update-record", "record", r) }, "record.updated"},
		{"patch record with nothing", one, func(s *site, _, r any) payloads.Effect {
			return s.must("update-record", "record", r, "unchanged", true)
		}, ""},
		{"delete records", one, func(s *site, _, _ any) payloads.Effect { return s.must("delete-records", "count", int64(2)) }, "record.deleted*2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, given := newSite(), payloads.Array{nil, nil}
			if test.given != nil {
				given = test.given(s)
			}
			if got := types(test.do(s, given[0], given[1])); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// must does an action that cannot fail; if it does, the effect is empty and the comparison shows it.
func (s *site) must(name string, params ...any) payloads.Effect {
	e, err := s.try(name, params...)
	if err != nil {
		return payloads.Effect{Result: payloads.Obj("id", err.Error())}
	}
	return e
}

func id(e payloads.Effect) payloads.Value {
	v, _ := e.Result.Get("id")
	return v
}
