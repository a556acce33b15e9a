package argilla_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
)

// follower is a listener that keeps its own picture of the server from nothing but the events, and complains about what cannot be.
type follower struct {
	testing.TB
	datasets  map[string]string            // status
	records   map[string]string            // status
	least     map[string]int               // min_submitted of the record's dataset
	responses map[string]map[string]string // statuses by record and response
}

func newFollower(t testing.TB) *follower {
	t.Helper()
	return &follower{t, map[string]string{}, map[string]string{}, map[string]int{}, map[string]map[string]string{}}
}

// hear takes the events of one action, done at now.
func (f *follower) hear(all []*payloads.Object, now time.Time) {
	f.Helper()
	limit := now.UTC().Format("2006-01-02T15:04:05.000000")
	for _, event := range all {
		data := at(f, event, "data")
		made := strings.TrimSuffix(text(f, event, "timestamp"), "Z")
		kind, what, _ := strings.Cut(text(f, event, "type"), ".")
		if made > limit {
			f.Errorf("%s.%s is of %s, the action of %s", kind, what, made, limit)
		}
		// A deletion is reported with the time before, when more may have happened meanwhile.
		f.times(data, kind+"."+what, made)
		switch kind {
		case "dataset":
			f.dataset(data, what)
		case "record":
			f.record(data, what)
		case "response":
			f.response(data, what)
		}
	}
}

// times wants a thing to be inserted before it is updated, and both before the event.
func (f *follower) times(data payloads.Value, name, made string) {
	f.Helper()
	inserted, updated := text(f, data, "inserted_at"), text(f, data, "updated_at")
	if inserted > updated || updated > made {
		f.Errorf("%s of %s shows something inserted at %s and updated at %s", name, made, inserted, updated)
	}
	o, _ := data.(*payloads.Object)
	for _, inner := range []string{"record", "dataset"} {
		v, ok := o.Get(inner)
		if !ok {
			continue
		}
		if older := text(f, v, "inserted_at"); older > inserted {
			f.Errorf("%s: inserted at %s, but its %s at %s", name, inserted, inner, older)
		}
		f.times(v, name+"'s "+inner, made)
	}
}

func (f *follower) dataset(d payloads.Value, what string) {
	f.Helper()
	id, status := text(f, d, "id"), text(f, d, "status")
	before, known := f.datasets[id]
	switch {
	case what == "created" && (known || status != "draft"):
		f.Errorf("dataset %s was created as %s, known: %v", id, status, known)
	case what == "published" && (before == "ready" || status != "ready"):
		f.Errorf("dataset %s was published as %s, was %q", id, status, before)
	}
	f.datasets[id] = status
	if what == "deleted" {
		delete(f.datasets, id)
	}
}

func (f *follower) record(rec payloads.Value, what string) {
	f.Helper()
	id, status := text(f, rec, "id"), text(f, rec, "status")
	_, known := f.records[id]
	switch {
	case what == "created" && known:
		f.Errorf("record %s was created twice", id)
	case what == "completed" && (status != "completed" || f.records[id] != "completed"):
		f.Errorf("record %s is %s, and was %s in record.updated just before", id, status, f.records[id])
	}
	f.records[id] = status
	f.least[id], _ = at(f, rec, "dataset.distribution.min_submitted").(int)
	if what == "deleted" {
		delete(f.records, id)
		delete(f.responses, id)
	}
}

func (f *follower) response(r payloads.Value, what string) {
	f.Helper()
	id, record, status := text(f, r, "id"), text(f, r, "record.id"), text(f, r, "status")
	if f.responses[record] == nil {
		f.responses[record] = map[string]string{}
	}
	if before, known := f.responses[record][id]; known == (what == "created") || (what == "deleted" && before != status) {
		f.Errorf("response.%s of %s, known: %v, %q then %q", what, id, known, before, status)
	}
	f.responses[record][id] = status
	if what == "deleted" {
		delete(f.responses[record], id)
	}
	// All events of the action are in now: the record's last state must be what the count says.
	submitted := 0
	for _, s := range f.responses[record] {
		if s == "submitted" {
			submitted++
		}
	}
	if complete := submitted >= f.least[record]; complete != (f.records[record] == "completed") {
		f.Errorf("record %s is %s with %d of %d submitted", record, f.records[record], submitted, f.least[record])
	}
}

// Hundreds of actions in any order, by people who work on what they see, look consistent to somebody who sees the events alone.
func TestAFollowerSeesAConsistentServer(t *testing.T) {
	for _, seed := range []uint64{1, 3} {
		for _, step := range []time.Duration{time.Second, time.Millisecond} {
			t.Run(fmt.Sprintf("%d every %s", seed, step), func(t *testing.T) {
				follow(t, seed, step)
			})
		}
	}
}

func follow(t *testing.T, seed uint64, step time.Duration) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, seed))
	s, f := newSite(), newFollower(t)
	s.seed, s.step = seed*1_000_000, step
	statuses := []string{"submitted", "submitted", "draft", "discarded"}
	dataset := id(s.heard(t, f, "create-dataset", "via", "sdk", "min_submitted", int64(seed)))
	s.heard(t, f, "add-records", "dataset", dataset, "count", int64(6))
	var answers []payloads.Value
	for range 150 {
		status := statuses[random.IntN(len(statuses))]
		some := func() payloads.Value { return answers[random.IntN(len(answers))] }
		switch n := random.IntN(10); {
		case n < 4 || len(answers) == 0:
			answers = append(answers, id(s.heard(t, f, "submit-response", "dataset", dataset, "status", status)))
		case n < 6:
			s.heard(t, f, "update-response", "response", some(), "status", status)
		case n == 6:
			gone := some()
			s.heard(t, f, "delete-response", "response", gone)
			answers = slices.DeleteFunc(answers, func(v payloads.Value) bool { return v == gone })
		case n == 7:
			s.heard(t, f, "update-dataset", "dataset", dataset)
		case n == 8:
			s.heard(t, f, "update-record", "dataset", dataset)
		default:
			s.heard(t, f, "log-records", "dataset", dataset, "count", int64(3))
		}
	}
	s.heard(t, f, "delete-dataset", "dataset", dataset)
	if len(f.datasets) != 0 {
		t.Errorf("%d datasets are left", len(f.datasets))
	}
}

// heard does an action and lets a follower hear of it.
func (s *site) heard(t testing.TB, f *follower, name string, params ...any) payloads.Effect {
	t.Helper()
	e := s.do(t, name, params...)
	f.hear(events(t, e, nil), s.now)
	return e
}
