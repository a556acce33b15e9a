package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/web/client"
)

func TestTheCatalogueTellsEverythingAboutAPlatform(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var list client.PlatformList
	r.call("GET", "/api/v1/platforms", "").want(200).into(&list)
	equal(t, "platforms", len(list.Items), 1)
	var p client.Platform
	r.call("GET", "/api/v1/platforms/postbox", "").want(200).into(&p)
	equal(t, "same as in the list", p, list.Items[0])
	equal(t, "profiles", p.Profiles, []client.Profile{{Name: "v1", Note: "everything", Default: true}, {Name: "v2", Note: "strict"}})
	equal(t, "events", len(p.Events), 4)
	equal(t, "variants", len(p.Events[0].Variants), 2)
	equal(t, "retry", len(p.Policy.Retry.Delays), 3)
	equal(t, "target", p.Policy.Target, "as written")
	equal(t, "scheme", *p.Secret.Scheme, "hmac-sha256")
	if len(p.Facts) == 0 || len(p.Quirks) == 0 || len(p.Options) == 0 || len(p.Recipe) == 0 || *p.TestEvent != "ping" {
		t.Errorf("catalogue %+v is incomplete", p)
	}
	equal(t, "code", p.Code, []client.Code{
		{Language: "Python", Text: "def verify(headers, body, secret): ...\n"}, {Language: "Go", Text: "func Verify() bool\n"},
	})
	r.call("GET", "/api/v1/platforms/postbox?profile=v2", "").want(200).into(&p)
	equal(t, "strict profile", p.Profile, "v2")
	equal(t, "its events", len(p.Events), 2)
}

func TestAnExampleVerifiesWithTheSecretItNames(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	path := "/api/v1/platforms/postbox/events/NOTE_ADDED?variant=long&seed=5"
	first := r.call("GET", path, "").want(200)
	equal(t, "the same later", string(r.call("GET", path, "").body), string(first.body))
	var e client.EventExample
	first.into(&e)
	equal(t, "key", e.Type.Key, "note.added")
	header := http.Header{}
	for _, h := range e.Headers {
		header.Set(h[0], h[1])
	}
	_, err := invented.Platforms()[0].Verify(payloads.Received{Method: e.Method, Header: header, Body: []byte(*e.Body.Text)}, *e.Secret, time.Time{})
	if err != nil {
		t.Errorf("the example does not verify: %v", err)
	}
	var schema struct {
		Type       string
		Properties map[string]json.RawMessage
	}
	if err := json.Unmarshal(e.Schema, &schema); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(e.Schema), `"note"`) || len(e.Sources) == 0 || len(e.Recipe) == 0 || e.Fidelity != "assumed" {
		t.Errorf("example is incomplete: %s", first.body)
	}
}
