package argilla_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/annohook/annohook/payloads"
)

// Every quirk that shapes bodies shapes those of actions as it does those of triggers, in every event of a long day's work.
func TestQuirksInEventsOfActions(t *testing.T) {
	s := newSite()
	var day []payloads.Effect
	for _, step := range [][]any{
		{"create-dataset", "via", "sdk", "min_submitted", int64(1)},
		{"add-records"},
		{"update-record", "metadata", payloads.Obj("_sa_instance", "gone", "kept", payloads.Array{payloads.Obj("_sa", 1, "b", 2)})},
		{"submit-response"},
		{"submit-response", "status", "draft"},
		{"submit-response", "status", "discarded"},
		{"update-response"},
		{"update-dataset"},
		{"delete-response"},
		{"delete-records"},
		{"delete-dataset"},
	} {
		name, _ := step[0].(string)
		day = append(day, s.do(t, name, step[1:]...))
	}
	bodies := func(quirks map[string]bool) (all []string) {
		for _, e := range day {
			for _, event := range events(t, e, quirks) {
				all = append(all, string(composed(t, event, quirks)))
			}
		}
		return all
	}
	inner := regexp.MustCompile(`_at": "([^"]*)"`)
	for _, test := range []struct {
		quirk  string
		on     bool
		never  string // matches nothing in any body
		always string // matches every body, "" for no such thing
		some   string // matches some body
	}{
		{"", false, `"[a-z]+_at": "[^"]*Z"`, `"timestamp": "[^"]*\.\d{6}Z"`, `"external_id": "`},
		{"null-values", true, `"values": null, "status": "submitted"`, "", `"values": null, "status": "draft"`},
		{"null-values", false, `"values": null, "status"`, "", `"values": \{"[^\n]*\}, "status": "draft"`},
		{"whole-seconds", true, `_at": "[^"]*\.\d`, `_at": "\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"`, ""},
		{"no-external-id", true, `"external_id": "`, "", `"external_id": null`},
		{"spaced-workspace", true, "", `"workspace": \{"id": "[^"]*", "name": "[^" ]+ [^"]+"`, ""},
		{"naive-times", false, `"[a-z]+_at": "[^"]*[^Z]"`, `_at": "[^"]*Z"`, ""},
		{"dropped-keys", true, `"_sa`, "", `\{"kept": \[\{"b": 2\}\]\}`},
		{"dropped-keys", false, "", "", `\{"_sa_instance": "gone", "kept": \[\{"_sa": 1, "b": 2\}\]\}`},
	} {
		all := bodies(map[string]bool{test.quirk: test.on})
		found := false
		for _, body := range all {
			if hit := regexp.MustCompile(test.never).FindString(body); test.never != "" && hit != "" {
				t.Errorf("%s %v: %s in %s", test.quirk, test.on, hit, body)
			}
			if !regexp.MustCompile(test.always).MatchString(body) {
				t.Errorf("%s %v: no %s in %s", test.quirk, test.on, test.always, body)
			}
			found = found || regexp.MustCompile(test.some).MatchString(body)
		}
		if !found {
			t.Errorf("%s %v: %s is in no body", test.quirk, test.on, test.some)
		}
	}
	for _, body := range bodies(nil) {
		if strings.ContainsFunc(body, func(r rune) bool { return r < ' ' || r > '~' }) || strings.Contains(body, `","`) || len(inner.FindAllString(body, -1)) < 2 {
			t.Errorf("not as Python prints: %s", body)
		}
	}
}

// composed is the body of an event for a subscription with quirks.
func composed(t testing.TB, event *payloads.Object, quirks map[string]bool) []byte {
	t.Helper()
	item := payloads.Item{Event: event}
	item.Subscription.Quirks = quirks
	messages, err := platform().Compose(item)
	if err != nil || len(messages) != 1 {
		t.Fatalf("compose: %v, %d messages", err, len(messages))
	}
	return messages[0].Body
}
