package e2e_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestJSONLog: each record is one line that parses, attempts always have the same keys, and no secret is in any of them.
func TestJSONLog(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory", "--log-format", "json", "--log-level", "debug", "--time-scale", "0.01", "--traces", "http://me:hidden-of-traces@127.0.0.1:1")
	h := listen(t, "argilla", hookOptions{script: "500,200"})
	s.attach(h, "argilla", object{"headers": object{"Authorization": "Bearer hidden-of-header"}, "secret": "aGlkZGVuLW9mLXNpZ25hdHVyZS1hbmQtbG9uZy1lbm91Z2g="})
	dead := strings.Replace(deadURL(t), "http://", "http://me:hidden-of-url@", 1)
	s.subscribe(object{"platform": "datasaur", "url": dead, "secret": "hidden-of-datasaur", "retry": object{"delays": []string{}}})
	s.triggerSettled(object{"platform": "argilla", "type": "record.created"})
	s.triggerSettled(object{"platform": "datasaur", "type": "PROJECT_CREATED"})
	s.send("POST", "/api/v1/events", `{"platform": "hidden-of-a-bad-request`)
	s.end()
	attempts := 0
	wantKeys := []string{"attempt", "delivery_id", "duration_ms", "error_kind", "level", "msg", "outcome", "platform", "time"}
	for line := range strings.Lines(s.log.String()) {
		for _, secret := range []string{"hidden-of", "aGlkZGVuLW9m"} {
			if strings.Contains(line, secret) {
				t.Errorf("%s is in %s", secret, line)
			}
		}
		if ofBanner(line) {
			continue
		}
		var record map[string]any
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			t.Errorf("%v in %q", err, line)
			continue
		}
		if record["msg"] != "attempt" {
			continue
		}
		attempts++
		if diff := cmp.Diff(wantKeys, slices.Sorted(maps.Keys(record))); diff != "" {
			t.Errorf("keys of an attempt (-want +got):\n%s", diff)
		}
	}
	if attempts != 3 {
		t.Errorf("%d attempts in the log, want 3", attempts)
	}
}

// ofBanner tells what is said to a person at the terminal from the log.
func ofBanner(line string) bool {
	return strings.HasPrefix(line, "annohook ") || strings.HasPrefix(line, "  ") || strings.HasPrefix(line, "stopping: ")
}
