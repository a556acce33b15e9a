package e2e_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/annohook/annohook/web/client"
)

// refusal is a request that must be refused: with a status, at a field, in words that say what is allowed.
type refusal struct {
	name   string
	method string // "": POST
	path   string // "": /api/v1/subscriptions
	body   any
	header []string
	status int    // 0: 422
	field  string // part of the location of one of the errors; "": none needed
	says   string // part of the text
}

// TestBadSubscriptions: nothing wrong is stored, and the answer helps.
func TestBadSubscriptions(t *testing.T) {
	s := start(t, "--redis", "memory")
	s.subscribe(object{"id": "taken", "platform": "datasaur", "url": "http://127.0.0.1:9/"})
	with := func(platform string, more object) object {
		sub := object{"platform": platform, "url": "http://127.0.0.1:9/"}
		maps.Copy(sub, more)
		return sub
	}
	bad := func(key string, v any) object { return with("argilla", object{key: v}) }
	refuse(t, s, []refusal{
		{name: "no JSON", body: `{"platform": `, status: 400},
		{name: "no object", body: `[]`, field: "body", says: "object"},
		{name: "two values", body: `{} {}`, status: 400},
		{name: "no body", body: "", status: 400},
		{name: "a key twice", body: `{"platform":"argilla","platform":"toloka","url":"http://127.0.0.1:9/"}`, field: "body.platform", says: "twice"},
		{name: "another media type", body: `a=b`, header: []string{"Content-Type", "application/x-www-form-urlencoded"}, status: 415, says: "application/json"},
		{name: "too large", body: `{"description":"` + strings.Repeat("x", 2<<20) + `"}`, status: 413},
		{name: "nothing given", body: object{}, field: "body.platform", says: "required"},
		{name: "no platform", body: object{"url": "http://127.0.0.1:9/"}, field: "body.platform", says: "label-studio"},
		{name: "unknown platform", body: with("github", nil), field: "body.platform", says: "argilla, datasaur, label-studio, toloka, aquarium"},
		{name: "unknown profile", body: bad("profile", "1.0"), field: "body.profile", says: "2.8"},
		{name: "unknown event", body: bad("events", []string{"record.created", "record.eaten"}), field: "body.events[1]", says: "record.created"},
		{name: "unknown field", body: bad("colour", "red"), field: "body.colour"},
		{name: "misspelled field", body: bad("URL", "http://127.0.0.1:9/"), field: "body.URL"},
		{name: "ftp", body: bad("url", "ftp://example.com/x"), field: "body.url", says: "http"},
		{name: "no host", body: bad("url", "http:///x"), field: "body.url", says: "host"},
		{name: "port", body: bad("url", "http://example.com:99999/"), field: "body.url", says: "65535"},
		{name: "relative", body: bad("url", "/hook"), field: "body.url", says: "http"},
		{name: "no url", body: object{"platform": "argilla"}, field: "body.url", says: "required"},
		{name: "control characters", body: bad("url", "http://example.com/\r\nX: y"), field: "body.url"},
		{name: "metadata", body: bad("url", "http://169.254.169.254/latest/meta-data"), field: "body.url", says: "metadata"},
		{name: "metadata in IPv6", body: bad("url", "http://[::ffff:169.254.169.254]/"), field: "body.url"},
		{name: "metadata as a number", body: bad("url", "http://2852039166/"), field: "body.url"},
		{name: "link-local", body: bad("url", "http://[fe80::1]/"), field: "body.url"},
		{name: "header name", body: bad("headers", object{"Bad Name": "x"}), field: "body.headers"},
		{name: "header value", body: bad("headers", object{"X-Own": "a\r\nb"}), field: "body.headers"},
		{name: "header of the connection", body: bad("headers", object{"Content-Length": "1"}), field: "body.headers"},
		{name: "own signature", body: with("toloka", object{"headers": object{"Toloka-Signature": "x"}}), field: "body.headers.Toloka-Signature"},
		{name: "secret of an unsigned platform", body: with("label-studio", object{"secret": "s3cret-value"}), field: "body.secret", says: "headers"},
		{name: "stars as secret", body: bad("secret", "********"), field: "body.secret"},
		{name: "timeout", body: bad("timeout", "soon"), field: "body.timeout", says: "20s"},
		{name: "timeout of zero", body: bad("timeout", "0s"), field: "body.timeout"},
		{name: "timeout as a number", body: bad("timeout", 20), field: "body.timeout"},
		{name: "retry without delays", body: bad("retry", object{}), field: "body.retry.delays"},
		{name: "negative retry", body: bad("retry", object{"delays": []string{"1s", "-1s"}}), field: "body.retry.delays[1]"},
		{name: "concurrency", body: bad("concurrency", 0.5), field: "body.concurrency", says: "whole number"},
		{name: "rate", body: bad("rate", -1), field: "body.rate"},
		{name: "scope without scopes", body: bad("scope", object{"project": 1}), field: "body.scope"},
		{name: "scope of another platform", body: with("toloka", object{"scope": object{"project": 1}}), field: "body.scope", says: "pool_id"},
		{name: "option", body: with("toloka", object{"options": object{"batch": object{"max_events": 0}}}), field: "body.options.batch.max_events", says: "1000"},
		{name: "quirk", body: bad("quirks", object{"no-such": true}), field: "body.quirks.no-such"},
		{name: "id taken", body: with("argilla", object{"id": "taken"}), status: 409, field: "body.id"},
		{name: "id", body: bad("id", "a/b"), field: "body.id"},
		{name: "change of platform", method: "PATCH", path: "/api/v1/subscriptions/taken", body: object{"platform": "toloka"}, field: "body.platform"},
		{name: "bad change", method: "PATCH", path: "/api/v1/subscriptions/taken", body: object{"url": "ftp://x"}, field: "body.url"},
		{name: "change of nothing there", method: "PATCH", path: "/api/v1/subscriptions/none", body: object{"url": "http://127.0.0.1:9/"}, status: 404},
		{name: "page size", method: "GET", path: "/api/v1/subscriptions?limit=0", field: "query.limit"},
		{name: "unknown parameter", method: "GET", path: "/api/v1/subscriptions?colour=red", field: "query.colour"},
	})
}

// TestBadTriggers does the same for events and deliveries.
func TestBadTriggers(t *testing.T) {
	s := start(t, "--redis", "memory")
	s.subscribe(object{"id": "kept", "platform": "datasaur", "url": "http://127.0.0.1:9/", "events": []string{"PROJECT_CREATED"}})
	events := func(name, field, says string, more object) refusal {
		body := object{"platform": "datasaur", "type": "PROJECT_CREATED"}
		maps.Copy(body, more)
		return refusal{name: name, path: "/api/v1/events", body: body, field: field, says: says}
	}
	conflict := func(r refusal) refusal { r.status = 409; return r }
	const deliveries = "/api/v1/deliveries"
	refuse(t, s, []refusal{
		{name: "no JSON", path: "/api/v1/events", body: `{`, status: 400},
		{name: "too large", path: "/api/v1/events", body: `{"body":"` + strings.Repeat("x", 17<<20) + `"}`, status: 413},
		events("unknown platform", "body.platform", "toloka", object{"platform": "jira"}),
		events("unknown type", "body.type", "PROJECT_REVIEWED", object{"type": "PROJECT_EATEN"}),
		events("type of another platform", "body.type", "PROJECT_REVIEWED", object{"type": "record.created"}),
		events("unknown profile", "body.profile", "2020", object{"profile": "1999"}),
		events("unknown variant", "body.variant", "upsert", object{"type": "BEFORE_UPDATE_LABELS", "variant": "sideways"}),
		events("unknown path", "body.set[0].path", "eventType", object{"set": []object{{"path": "eventTyp", "value": "x"}}}),
		events("broken path", "body.set", "", object{"set": []object{{"path": "a[", "value": "x"}}}),
		events("path without value", "body.set[0].value", "required", object{"set": []object{{"path": "eventName"}}}),
		events("data that is no object", "body.data", "object", object{"data": []int{1}}),
		events("body and data", "body.body", "", object{"body": "x", "data": object{"a": 1}}),
		events("count of none", "body.count", "1000", object{"count": 0}),
		events("too many", "body.count", "1000", object{"count": 1001}),
		events("negative seed", "body.seed", "", object{"seed": -1}),
		events("time", "body.now", "2026", object{"now": "yesterday"}),
		events("unknown field", "body.when", "", object{"when": "now"}),
		events("unknown subscription", "body.subscription_ids[0]", "", object{"subscription_ids": []string{"none"}}),
		events("no subscription", "body.subscription_ids", "", object{"subscription_ids": []string{}}),
		conflict(events("unwanted", "subscriptions.kept", "other events", object{"type": "PROJECT_REVIEWED"})),
		conflict(events("nobody there", "", "no subscription", object{"platform": "aquarium", "type": "issue-update"})),
		{name: "wait", path: "/api/v1/events?wait=long", body: object{"platform": "datasaur", "type": "PROJECT_CREATED"}, field: "query.wait"},
		{name: "wait too long", path: "/api/v1/events?wait=settled&timeout=6m", body: object{"platform": "datasaur", "type": "PROJECT_CREATED"}, field: "query.timeout", says: "5m"},
		{name: "status", method: "GET", path: deliveries + "?status=done", field: "query.status"},
		{name: "cursor", method: "GET", path: deliveries + "?cursor=garbage", field: "query.cursor"},
		{name: "limit", method: "GET", path: deliveries + "?limit=100000", field: "query.limit"},
		{name: "platform", method: "GET", path: deliveries + "?platform=jira", field: "query.platform", says: "argilla"},
		{name: "no such delivery", method: "GET", path: deliveries + "/none", status: 404},
		{name: "replay of nothing", path: deliveries + "/none/replay", body: object{"mode": "retry"}, status: 404},
		{name: "replay mode", path: deliveries + "/replay", body: object{"query": object{}, "mode": "louder"}, field: "body.mode", says: "verbatim"},
		{name: "export", method: "GET", path: deliveries + "/none/export?format=pdf", field: "query.format"},
		{name: "cancel of nothing", path: deliveries + "/none/cancel", status: 404},
		{name: "no such event", method: "GET", path: "/api/v1/events/none", status: 404},
		{name: "catalogue", method: "GET", path: "/api/v1/platforms/jira", status: 404},
		{name: "catalogue of a type", method: "GET", path: "/api/v1/platforms/argilla/events/record.eaten", status: 404},
		{name: "stream", method: "GET", path: "/api/v1/stream?status=done", field: "query.status"},
	})
}

// refuse makes every request and looks at the answer, and at what is stored afterwards.
func refuse(t *testing.T, s *server, requests []refusal) {
	t.Helper()
	before := stored(s)
	for _, r := range requests {
		t.Run(r.name, func(t *testing.T) {
			s := s.on(t)
			if r.method == "" {
				r.method = http.MethodPost
			}
			if r.path == "" {
				r.path = "/api/v1/subscriptions"
			}
			if r.status == 0 {
				r.status = http.StatusUnprocessableEntity
			}
			answer := s.checked(r.method, r.path, r.body, r.header...)
			p := problemOf(t, answer)
			if answer.status != r.status || p.Status != r.status || p.Detail == "" || p.Title == "" {
				t.Fatalf("status %d, want %d: %s", answer.status, r.status, answer.body)
			}
			found := r.field == ""
			for _, e := range p.Errors {
				found = found || strings.HasPrefix(e.Location, r.field) && e.Message != ""
			}
			if !found || !strings.Contains(p.Error(), r.says) {
				t.Errorf("want field %q and %q: %s", r.field, r.says, answer.body)
			}
			if strings.Contains(string(answer.body), "s3cret-value") {
				t.Errorf("the answer repeats a secret: %s", answer.body)
			}
			if after := stored(s); after != before {
				t.Errorf("stored before: %s\nafter: %s", before, after)
			}
		})
	}
}

// stored counts what the server keeps, and shows subscriptions in full.
func stored(s *server) string {
	s.t.Helper()
	return fmt.Sprintf("%d events, %d deliveries, subscriptions %s", len(read[client.EventList](s, "/api/v1/events").Items),
		len(read[client.DeliveryList](s, "/api/v1/deliveries").Items), s.get("/api/v1/subscriptions").body)
}
