package e2e_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/web/client"
)

// act performs an action and waits until its deliveries are settled.
func (s *server) act(a object) client.Acted {
	s.t.Helper()
	return call[client.Acted](s, http.StatusOK, http.MethodPost, "/api/v1/actions?wait=settled&timeout=60s", a)
}

// orderKept is a little less than what lies between the events of an Argilla action. On a machine so busy that an attempt begins later than
// that, the next one may overtake it.
const orderKept = 20 * time.Millisecond

// latest is how long after its due time the latest of the first attempts of an action began.
func (s *server) latest(acted client.Acted) time.Duration {
	s.t.Helper()
	var late time.Duration
	for _, d := range acted.Deliveries {
		first := s.delivery(d.ID).Attempts[0]
		late = max(late, first.StartedAt.Sub(first.ScheduledAt))
	}
	return late
}

// types are the event types of what an action raised.
func types(a client.Acted) string {
	list := make([]string, len(a.Raised))
	for i, e := range a.Raised {
		list[i] = e.Type
	}
	return strings.Join(list, " ")
}

// TestArgillaCascade: an answer that completes a record is three events, which reach the listener in that order and tell of one record.
func TestArgillaCascade(t *testing.T) {
	t.Parallel()
	for _, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, e.open(t)...)
			h := listen(t, "argilla", hookOptions{})
			s.attach(h, "argilla", nil)
			acted := s.act(object{"platform": "argilla", "action": "submit-response"})
			const want = "record.updated record.completed response.created"
			if got := types(acted); got != want || len(acted.Deliveries) != 3 {
				t.Fatalf("raised %s in %d deliveries, want %s in 3", got, len(acted.Deliveries), want)
			}
			var came []string
			for _, r := range h.await(3, 10*time.Second) {
				var body struct {
					Type string `json:"type"`
				}
				if err := json.Unmarshal(r.Body, &body); err != nil {
					t.Fatal(err)
				}
				came = append(came, body.Type)
			}
			if got := strings.Join(came, " "); got != want {
				if late := s.latest(acted); late < orderKept {
					t.Errorf("the listener got %s, want %s; no attempt was later than %s", got, want, late)
				}
			}
			h.verified()
			var result struct{ Record string }
			if err := json.Unmarshal(acted.Result, &result); err != nil || result.Record == "" {
				t.Fatalf("result %s: %v", acted.Result, err)
			}
			for i, r := range h.got() {
				if !strings.Contains(string(r.Body), result.Record) {
					t.Errorf("request %d does not tell of record %s", i+1, result.Record)
				}
			}
			for _, id := range acted.Events {
				if event := read[client.Event](s, "/api/v1/events/"+id); event.Action == nil || *event.Action != "submit-response" {
					t.Errorf("event %s does not tell its action: %+v", id, event)
				}
			}
		})
	}
}

// TestLabelStudioImport: 12,000 tasks are three requests, one after another.
func TestLabelStudioImport(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory")
	h := listen(t, "label-studio", hookOptions{})
	s.attach(h, "label-studio", object{"timeout": "20s"})
	acted := s.act(object{"platform": "label-studio", "action": "import-tasks", "params": object{"count": 12000}})
	if len(acted.Deliveries) != 3 {
		t.Fatalf("raised %s in %d deliveries, want 3", types(acted), len(acted.Deliveries))
	}
	var end time.Time
	for i, d := range acted.Deliveries {
		delivery := s.delivery(d.ID)
		if delivery.Status != "succeeded" || len(delivery.Attempts) != 1 {
			t.Fatalf("slice %d is %s with %d attempts", i+1, delivery.Status, len(delivery.Attempts))
		}
		attempt := delivery.Attempts[0]
		if attempt.StartedAt.Before(end) {
			t.Errorf("slice %d began at %s, before the one before ended at %s", i+1, attempt.StartedAt, end)
		}
		end = attempt.StartedAt.Add(time.Duration(*attempt.DurationMS * float64(time.Millisecond)))
	}
	for i, want := range []int{5000, 5000, 2000} {
		var body struct {
			Action string
			Tasks  []struct{ ID int }
		}
		if err := json.Unmarshal(h.got()[i].Body, &body); err != nil {
			t.Fatal(err)
		}
		if body.Action != "TASKS_CREATED" || len(body.Tasks) != want {
			t.Errorf("request %d is %s with %d tasks, want %d", i+1, body.Action, len(body.Tasks), want)
		}
	}
}

// TestWorldsSurvive: an engine that keeps deliveries over a restart keeps worlds too.
func TestWorldsSurvive(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", startRedis(t).url)
	const path = "/api/v1/platforms/toloka/world"
	fresh := string(s.get(path).body)
	s.send(http.MethodPost, "/api/v1/actions", object{"platform": "toloka", "action": "create-pool"})
	changed := string(s.get(path).body)
	if changed == fresh {
		t.Fatal("the action changed nothing")
	}
	s.kill()
	s = s.again()
	if got := string(s.get(path).body); got != changed {
		t.Errorf("after a kill -9 the world is %.300s, want %.300s", got, changed)
	}
	if r := s.checked(http.MethodDelete, path, nil); r.status != http.StatusNoContent || string(s.get(path).body) != fresh {
		t.Errorf("reset: %d, the world is %.300s", r.status, s.get(path).body)
	}
}

// TestEveryActionOfEveryPlatform: with its defaults, through the whole program, into a listener that verifies.
func TestEveryActionOfEveryPlatform(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory")
	for _, p := range read[client.PlatformList](s, "/api/v1/platforms").Items {
		t.Run(p.ID, func(t *testing.T) {
			t.Parallel()
			s := s.on(t)
			h := listen(t, p.ID, hookOptions{})
			more := object{}
			if p.Secret.Scheme != nil {
				more["secret"] = "generate"
			}
			s.attach(h, p.ID, more)
			for _, action := range p.Actions {
				acted := s.act(object{"platform": p.ID, "action": action.Name, "seed": 1})
				for _, d := range acted.Deliveries {
					if d.Status != "succeeded" {
						t.Errorf("%s: delivery %s is %s", action.Name, d.ID, d.Status)
					}
				}
				if len(acted.Events) > 0 && len(acted.Deliveries) == 0 {
					t.Errorf("%s raises %s, which nobody gets: %+v", action.Name, types(acted), acted.Raised[0].Reasons)
				}
			}
			h.verified()
		})
	}
}
