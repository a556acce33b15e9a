package toloka_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads/payloadtest"
	"github.com/annohook/annohook/payloads/toloka"
	"github.com/annohook/annohook/subscriptions"
)

func TestCheck(t *testing.T) {
	tests := []struct{ name, scope, options, field string }{
		{"nothing", "", "", ""},
		{"null", "null", "null", ""},
		{"empty objects", "{}", "{}", ""},
		{"pool", `{"pool_id":"36502086"}`, "", ""},
		{"pool as number", `{"pool_id":36502086}`, "", "scope.pool_id"},
		{"empty pool", `{"pool_id":""}`, "", "scope.pool_id"},
		{"long pool", `{"pool_id":"` + strings.Repeat("9", 101) + `"}`, "", "scope.pool_id"},
		{"other scope", `{"project":"x"}`, "", "scope.project"},
		{"batch", "", `{"batch":{"window":"1s","max_events":50}}`, ""},
		{"batch bounds", "", `{"batch":{"window":"0s","max_events":1}}`, ""},
		{"batch upper bounds", "", `{"batch":{"window":"1h","max_events":1000}}`, ""},
		{"window too long", "", `{"batch":{"window":"1h1s"}}`, "options.batch.window"},
		{"negative window", "", `{"batch":{"window":"-1s"}}`, "options.batch.window"},
		{"window as number", "", `{"batch":{"window":1}}`, "options.batch.window"},
		{"no events", "", `{"batch":{"max_events":0}}`, "options.batch.max_events"},
		{"too many events", "", `{"batch":{"max_events":1001}}`, "options.batch.max_events"},
		{"half an event", "", `{"batch":{"max_events":1.5}}`, "options.batch.max_events"},
		{"unknown in batch", "", `{"batch":{"size":1}}`, "options.batch.size"},
		{"batch is a list", "", `{"batch":[]}`, "options.batch"},
		{"unknown option", "", `{"window":"1s"}`, "options.window"},
		{"twice", "", `{"batch":{},"batch":{}}`, "options"},
		{"rows", "", `{"rows":{"POOL_CLOSED":{"id":"62ee14ada451956b21388859","created":"2026-11-21T10:00:00.123"}}}`, ""},
		{"no rows", "", `{"rows":{}}`, ""},
		{"null rows", "", `{"rows":null}`, ""},
		{"rows as list", "", `{"rows":[]}`, "options.rows"},
		{"row of no event type", "", `{"rows":{"POOL_OPENED":{}}}`, "options.rows.POOL_OPENED"},
		{"row without anything", "", `{"rows":{"POOL_CLOSED":{}}}`, "options.rows.POOL_CLOSED.id options.rows.POOL_CLOSED.created"},
		{"upper-case id", "", `{"rows":{"POOL_CLOSED":{"id":"62EE14ADA451956B21388859","created":"2026-11-21T10:00:00.123"}}}`, "options.rows.POOL_CLOSED.id"},
		{"time with zone", "", `{"rows":{"POOL_CLOSED":{"id":"62ee14ada451956b21388859","created":"2026-11-21T10:00:00.123Z"}}}`, "options.rows.POOL_CLOSED.created"},
		{
			"one id twice", "",
			`{"rows":{"POOL_CLOSED":{"id":"62ee14ada451956b21388859","created":"2026-11-21T10:00:00.123"},"TEST_EVENT":{"id":"62ee14ada451956b21388859","created":"2026-11-21T10:00:00.124"}}}`,
			"options.rows.TEST_EVENT.id",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			problems := platform().Check(subscriptions.Subscription{Scope: json.RawMessage(tt.scope), Options: json.RawMessage(tt.options)})
			var fields []string
			for _, p := range problems {
				fields = append(fields, p.Field)
			}
			if got := strings.Join(fields, " "); got != tt.field {
				t.Errorf("problems at %q, want %q: %v", got, tt.field, problems)
			}
		})
	}
}

func TestBatchSettings(t *testing.T) {
	tests := []struct {
		options string
		window  time.Duration
		most    int
	}{
		{"", time.Second, 50},
		{`{"batch":{}}`, time.Second, 50},
		{`{"batch":{"window":"0s"}}`, 0, 50},
		{`{"batch":{"max_events":10}}`, time.Second, 10},
		{`{"batch":{"window":"1m30s","max_events":1000}}`, 90 * time.Second, 1000},
		{`{"batch":{"window":"2h","max_events":0}}`, time.Second, 50},
		{`{"rows":{"window":"3s"},"batch":{"window":"2s"}}`, 2 * time.Second, 50},
		{`[`, time.Second, 50},
	}
	for _, tt := range tests {
		t.Run(tt.options, func(t *testing.T) {
			window, most := platform().Batch.Settings(subscriptions.Subscription{Options: json.RawMessage(tt.options)})
			if window != tt.window || most != tt.most {
				t.Errorf("got %v %d, want %v %d", window, most, tt.window, tt.most)
			}
		})
	}
	if _, err := platform().Batch.Join(nil); err == nil {
		t.Error("a batch of nothing is joined")
	}
}

func TestScope(t *testing.T) {
	s := payloadtest.Subscription(platform())
	s.Scope = json.RawMessage(`{"pool_id":"36502086"}`)
	event := build(t, toloka.AssignmentSubmitted, s)
	if pool, _ := event.Get("pool_id"); pool != "36502086" {
		t.Errorf("pool_id %v, want the scope's", pool)
	}
	// 0x22cfa46 is 36502086: the documents' own samples name suites and assignments so.
	if id, _ := event.Get("assignment_id"); !strings.HasPrefix(id.(string), "00022cfa46--") {
		t.Errorf("assignment_id %v does not begin with the pool", id)
	}
	e, _ := platform().Event(toloka.AssignmentSubmitted)
	if ok, why := platform().Matches(s, e, event); !ok {
		t.Errorf("the event built for the scope does not match: %s", why)
	}
	event.Set("pool_id", "1")
	if ok, why := platform().Matches(s, e, event); ok || !strings.Contains(why, "36502086") {
		t.Errorf("an event of another pool: %v, %q", ok, why)
	}
	event.Delete("pool_id")
	if ok, _ := platform().Matches(s, e, event); ok {
		t.Error("an event without a pool matches")
	}
}

// FuzzOptions wants Check and Settings to cope with any text, and what Check lets pass to be what Settings uses.
func FuzzOptions(f *testing.F) {
	for _, seed := range []string{"", "null", "{}", "[", `{"batch":{"window":"1s","max_events":50}}`, `{"batch":{"window":1e9}}`, `{"batch":null}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := subscriptions.Subscription{Options: json.RawMessage(text), Scope: json.RawMessage(text)}
		problems := platform().Check(s)
		window, most := platform().Batch.Settings(s)
		if window < 0 || window > toloka.MaxWindow || most < 1 || most > toloka.MaxMaxEvents {
			t.Errorf("settings %v %d with the problems %v", window, most, problems)
		}
	})
}
