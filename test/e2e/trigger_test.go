package e2e_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/web/client"
)

// TestSameSeedSameBytes: the same seed and the same time give the same bytes on every platform, another seed gives others.
func TestSameSeedSameBytes(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory", "--time-scale", "0.02")
	for platform, event := range map[string]string{
		"argilla": "record.completed", "datasaur": "BEFORE_UPDATE_LABELS", "label-studio": "ANNOTATION_CREATED", "toloka": "ASSIGNMENT_CREATED",
		"aquarium": "issue-exported",
	} {
		h := listen(t, platform, hookOptions{})
		s.attach(h, platform, object{"timeout": "20s"})
		for _, seed := range []int{41, 41, 42} {
			s.triggerSettled(object{"platform": platform, "type": event, "seed": seed, "now": "2026-03-04T05:06:07Z"})
		}
		got := bodies(h.await(3, 5*time.Second))
		if got[0] != got[1] || got[1] == got[2] {
			t.Errorf("%s: same seed, same bytes: %t; another seed, other bytes: %t", platform, got[0] == got[1], got[1] != got[2])
		}
	}
}

// TestOverrides: a set reaches one place, a merge adds keys, a body is sent byte for byte.
func TestOverrides(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory", "--time-scale", "0.02")
	h := listen(t, "toloka", hookOptions{})
	s.attach(h, "toloka", object{"secret": "of overrides"})
	type sent struct {
		Events []struct {
			Pool  string `json:"pool_id"`
			Extra any    `json:"extra"`
			Type  string `json:"type"`
		} `json:"events"`
	}
	s.triggerSettled(object{
		"platform": "toloka", "type": "POOL_CLOSED", "set": []object{{"path": "pool_id", "value": "9ö"}}, "data": object{"extra": []any{1, nil}},
	})
	if got := decode[sent](t, h.await(1, 5*time.Second)[0].Body); len(got.Events) != 1 || got.Events[0].Pool != "9ö" || got.Events[0].Extra == nil || got.Events[0].Type != "POOL_CLOSED" {
		t.Errorf("sent %+v", got)
	}
	const body = "{\n  \"b\" : 1.50, \"a\": \"\u00e9\\u00e9\", \"a\": 2 }"
	for i, given := range []any{body, json.RawMessage(`{ "x":1e2,  "y":[] }`)} {
		s.triggerSettled(object{"platform": "toloka", "type": "POOL_CLOSED", "body": given})
		want := body
		if raw, ok := given.(json.RawMessage); ok {
			want = compact(t, raw) // the client of this test prints it without blanks
		}
		if got := string(h.await(i+2, 5*time.Second)[i+1].Body); got != want {
			t.Errorf("body %q, want %q", got, want)
		}
	}
	raw := `{"platform":"toloka","type":"POOL_CLOSED","body":{ "x" : 1.0 ,"x":2 }}`
	if r := s.send(http.MethodPost, "/api/v1/events?wait=settled", raw); r.status != http.StatusOK {
		t.Errorf("an object as body: %d %s", r.status, r.body)
	} else if got := string(h.await(4, 5*time.Second)[3].Body); got != `{ "x" : 1.0 ,"x":2 }` {
		t.Errorf("body %q, want it as it was written", got)
	}
	h.verified()
}

func compact(t *testing.T, raw json.RawMessage) string {
	t.Helper()
	text, err := json.Marshal(raw)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestScopes: an event goes to the subscriptions whose scope holds it, and the refusal says why the others do not get it.
func TestScopes(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory", "--time-scale", "0.02")
	organisation, project := listen(t, "label-studio", hookOptions{}), listen(t, "label-studio", hookOptions{})
	all := s.attach(organisation, "label-studio", object{"timeout": "20s"})
	one := s.attach(project, "label-studio", object{"timeout": "20s", "scope": object{"project": 4711}})
	if a := s.triggerSettled(object{"platform": "label-studio", "type": "PROJECT_CREATED"}); len(a.Deliveries) != 1 || a.Deliveries[0].SubscriptionID != all.ID {
		t.Errorf("PROJECT_CREATED went to %+v, want the organisation alone", a.Deliveries)
	}
	if a := s.triggerSettled(object{"platform": "label-studio", "type": "ANNOTATION_UPDATED"}); len(a.Deliveries) != 2 {
		t.Errorf("ANNOTATION_UPDATED went to %+v, want both", a.Deliveries)
	}
	if got := project.await(1, 5*time.Second); !strings.Contains(string(got[0].Body), "4711") {
		t.Errorf("the project's event is in another: %.200s", got[0].Body)
	}
	r := s.checked(http.MethodPost, "/api/v1/events", object{"platform": "label-studio", "type": "PROJECT_DELETED", "subscription_ids": []string{one.ID}})
	if p := problemOf(t, r); r.status != http.StatusConflict || len(p.Errors) != 1 || !strings.Contains(p.Errors[0].Message, "organization") {
		t.Errorf("a project that wants PROJECT_DELETED: %d %s", r.status, r.body)
	}
	pool := listen(t, "toloka", hookOptions{})
	s.attach(pool, "toloka", object{"scope": object{"pool_id": "p-1"}})
	r = s.checked(http.MethodPost, "/api/v1/events", object{"platform": "toloka", "type": "POOL_CLOSED", "data": object{"pool_id": "p-2"}})
	if r.status != http.StatusConflict || !strings.Contains(string(r.body), "p-1") {
		t.Errorf("an event of another pool: %d %s", r.status, r.body)
	}
	s.triggerSettled(object{"platform": "toloka", "type": "POOL_CLOSED"})
	if got := pool.await(1, 5*time.Second); !strings.Contains(string(got[0].Body), `"pool_id":"p-1"`) {
		t.Errorf("the event is not in the pool of the subscription: %s", got[0].Body)
	}
}

// TestPages: the catalogue of events and deliveries can be paged through without gap or repetition while more arrive.
func TestPages(t *testing.T) {
	t.Parallel()
	for _, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, e.open(t)...)
			h := listen(t, "datasaur", hookOptions{})
			s.attach(h, "datasaur", nil)
			accepted := s.triggerSettled(object{"platform": "datasaur", "type": "PROJECT_CREATED", "count": 30})
			var seen []string
			cursor := ""
			for {
				page := read[client.DeliveryList](s, "/api/v1/deliveries?limit=7"+cursor)
				for _, d := range page.Items {
					seen = append(seen, d.ID)
				}
				if page.NextCursor == nil {
					break
				}
				cursor = "&cursor=" + *page.NextCursor
				s.trigger(object{"platform": "datasaur", "type": "PROJECT_CREATED"}) // newer than everything that is still to come
			}
			if len(seen) != 30 || distinct(seen) != 30 {
				t.Errorf("%d deliveries in the pages, %d different; want 30", len(seen), distinct(seen))
			}
			for query, want := range map[string]int{
				"event=" + accepted.Events[3]: 1, "platform=argilla": 0, "status=failed": 0, "q=" + accepted.Deliveries[5].ID: 1, "type=PROJECT_REVIEWED": 0,
			} {
				if got := s.all(query); len(got) != want {
					t.Errorf("%s finds %d deliveries, want %d", query, len(got), want)
				}
			}
		})
	}
}
