package api_test

import (
	"strings"
	"testing"

	"github.com/annohook/annohook/web/client"
)

func TestNoAnswerHoldsASecretThatWasNotAskedFor(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.listener.respond(500, 200)
	const secret, password = "very-much-hush", "correct-horse"
	target := strings.Replace(r.listener.URL, "http://", "http://user:"+password+"@", 1) + "/hook"
	var sub client.Subscription
	r.call("POST", "/api/v1/subscriptions", `{"platform":"postbox","url":"`+target+`","secret":"`+secret+`"}`).want(201).into(&sub)
	r.answers = nil // the answer to creation shows the secret, as it should
	one := "/api/v1/subscriptions/" + sub.ID
	accepted := r.trigger(",\"seed\":1")
	delivery := "/api/v1/deliveries/" + accepted.Deliveries[0].ID
	for _, path := range []string{
		"/api/v1/subscriptions", one, "/api/v1/events", "/api/v1/events/" + accepted.ID, "/api/v1/deliveries", delivery,
		delivery + "/export?format=curl", delivery + "/export?format=http", delivery + "/export?format=har", delivery + "/export?format=go", delivery + "/export?format=pytest", "/api/v1/stats",
		"/api/v1/deliveries?q=" + password,
	} {
		r.call("GET", path, "").want(200)
	}
	r.call("PATCH", one, `{"description":"x"}`).want(200)
	r.call("POST", one+"/test", "").want(200)
	r.call("POST", delivery+"/replay", "").want(202)
	r.call("POST", delivery+"/replay", `{"mode":"verbatim"}`).want(202)
	r.call("DELETE", one, "").want(204)
	for _, body := range r.answers {
		for _, hidden := range []string{secret, password, "dXNlcjpjb3JyZWN0LWhvcnNl"} {
			if strings.Contains(body, hidden) {
				t.Errorf("an answer holds %s: %s", hidden, body)
			}
		}
	}
	if len(r.answers) < 15 {
		t.Errorf("only %d answers were looked at", len(r.answers))
	}
}
