package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/annohook/annohook/web/client"
)

// TestCredentialsInHeadersAreStars: a key that a listener asks for is no less secret than what is signed with. What is written back as it was
// shown stays what it was. A listener that sends a key back makes it no less secret.
func TestCredentialsInHeadersAreStars(t *testing.T) {
	r := newRig(t)
	const key = "open-sesame-0123"
	r.listener.token = key
	sub := r.subscribe(`,"headers":{"X-Api-Key":"` + key + `","Authorization":"Bearer ` + key + `","X-Plain":"seen"}`)
	one := "/api/v1/subscriptions/" + sub.ID
	patched := r.call("PATCH", one, `{"headers":{"x-api-key":"********","X-Plain":"seen"}}`).want(http.StatusOK)
	accepted := r.trigger("")
	delivery := "/api/v1/deliveries/" + accepted.Deliveries[0].ID
	for _, path := range []string{one, "/api/v1/subscriptions", delivery, delivery + "/export?format=curl", delivery + "/export?format=http", delivery + "/export?format=har"} {
		if body := string(r.call("GET", path, "").want(http.StatusOK).body); strings.Contains(body, key) || !strings.Contains(body, "********") || !strings.Contains(body, "seen") {
			t.Errorf("%s: %s", path, body)
		}
	}
	if strings.Contains(string(patched.body), key) {
		t.Errorf("the change shows the key: %s", patched.body)
	}
	stored, err := r.store.Get(t.Context(), sub.ID)
	if err != nil || stored.Headers.Get("X-Api-Key") != key || stored.Headers.Get("Authorization") != "" {
		t.Errorf("stored: %v %v, want the key", stored.Headers, err)
	}
	for _, c := range [][2]string{{"PATCH", one}, {"POST", "/api/v1/subscriptions"}} {
		body := `{"headers":{"X-New-Token":"********"}}`
		if c[0] == "POST" {
			body = `{"platform":"postbox","url":"http://127.0.0.1:9/",` + body[1:]
		}
		var p client.Problem
		r.call(c[0], c[1], body).want(http.StatusUnprocessableEntity).into(&p)
		if len(p.Errors) != 1 || p.Errors[0].Location != "body.headers.X-New-Token" || !strings.Contains(p.Errors[0].Message, "stars") {
			t.Errorf("%s: %+v", c[0], p)
		}
	}
}
