package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/annohook/annohook/web/client"
)

// refusal is an input that cannot be accepted, the location that must be named, and a part of what is said about it.
type refusal struct {
	name, method, path, body string
	status                   int
	location, says           string
}

func TestBadInputIsRefusedByFieldAndNothingIsStored(t *testing.T) {
	r := newRig(t)
	sub := r.subscribe(`,"secret":"hush-hush"`)
	subs, one, events := "/api/v1/subscriptions", "/api/v1/subscriptions/"+sub.ID, "/api/v1/events"
	create := func(more string) string { return `{"platform":"postbox","url":"http://127.0.0.1:1/x"` + more + `}` }
	trigger := func(more string) string { return `{"platform":"postbox","type":"note.added"` + more + `}` }
	table := []refusal{
		{"broken json", "POST", subs, `{"platform":`, 400, "", ""},
		{"not utf-8", "POST", subs, "{\"platform\":\"\xff\"}", 400, "", ""},
		{"no object", "POST", subs, `[1]`, 422, "body", "must be a JSON object"},
		{"empty body", "POST", events, ` `, 400, "", ""},
		{"unknown field", "POST", subs, create(`,"uri":"x"`), 422, "body.uri", "allowed: id, platform, profile, url"},
		{"field in capitals", "POST", subs, create(`,"Secret":"x"`), 422, "body.Secret", "unknown field"},
		{"field twice", "POST", subs, create(`,"url":"http://127.0.0.1:2/"`), 422, "body.url", "twice"},
		{"derived field", "POST", subs, create(`,"native_id":"7"`), 422, "body.native_id", "cannot be set"},
		{"no platform", "POST", subs, `{"url":"http://127.0.0.1:1/"}`, 422, "body.platform", "allowed: postbox"},
		{"no url", "POST", subs, `{"platform":"postbox"}`, 422, "body.url", "required"},
		{"unknown platform", "POST", subs, `{"platform":"nobody","url":"http://127.0.0.1:1/"}`, 422, "body.platform", "postbox"},
		{"unknown profile", "POST", subs, create(`,"profile":"v9"`), 422, "body.profile", "v1, v2"},
		{"ftp", "POST", subs, `{"platform":"postbox","url":"ftp://127.0.0.1/"}`, 422, "body.url", "http"},
		{"no host", "POST", subs, `{"platform":"postbox","url":"http:///x"}`, 422, "body.url", "host"},
		{"port out of range", "POST", subs, `{"platform":"postbox","url":"http://127.0.0.1:70000/"}`, 422, "body.url", "port"},
		{"metadata address", "POST", subs, `{"platform":"postbox","url":"http://169.254.169.254/latest"}`, 422, "body.url", ""},
		{"masked url", "POST", subs, `{"platform":"postbox","url":"http://********@127.0.0.1/"}`, 422, "body.url", "stars"},
		{"url a number", "POST", subs, `{"platform":"postbox","url":7}`, 422, "body.url", "must be a text"},
		{"stars as secret", "POST", subs, create(`,"secret":"********"`), 422, "body.secret", "stars"},
		{"short secret", "POST", subs, create(`,"secret":"abc"`), 422, "body.secret", "at least 4"},
		{"unknown event", "POST", subs, create(`,"events":["note.added","note.gone"]`), 422, "body.events[1]", "note.added"},
		{"events a text", "POST", subs, create(`,"events":"note.added"`), 422, "body.events", "list of texts"},
		{"event null", "POST", subs, create(`,"events":[null]`), 422, "body.events[0]", "must be a text"},
		{"header name", "POST", subs, create(`,"headers":{"a b":"c"}`), 422, `body.headers."a b"`, "not a header name"},
		{"header twice", "POST", subs, create(`,"headers":{"A":"1","a":"2"}`), 422, "body.headers", "twice"},
		{"own header", "POST", subs, create(`,"headers":{"host":"x"}`), 422, `body.headers."host"`, "connection"},
		{"enabled a text", "POST", subs, create(`,"enabled":"yes"`), 422, "body.enabled", "true or false"},
		{"scope a list", "POST", subs, create(`,"scope":[]`), 422, "body.scope", "object"},
		{"options twice", "POST", subs, create(`,"options":{"max":1,"max":2}`), 422, "body.options", "twice"},
		{"options value", "POST", subs, create(`,"options":{"window":"soon"}`), 422, "body.options.window", "duration"},
		{"unknown quirk", "POST", subs, create(`,"quirks":{"quiet":true}`), 422, "body.quirks.quiet", "loud"},
		{"timeout a number", "POST", subs, create(`,"timeout":20`), 422, "body.timeout", "Go duration"},
		{"timeout zero", "POST", subs, create(`,"timeout":"0s"`), 422, "body.timeout", "above 0s"},
		{"timeout too long", "POST", subs, create(`,"timeout":"11m"`), 422, "body.timeout", "10m"},
		{"retry without delays", "POST", subs, create(`,"retry":{}`), 422, "body.retry.delays", "required"},
		{"retry unknown", "POST", subs, create(`,"retry":{"delays":[],"max":1}`), 422, "body.retry.max", "unknown"},
		{"retry delay", "POST", subs, create(`,"retry":{"delays":["1s","-1s"]}`), 422, "body.retry.delays[1]", "below 0s"},
		{"concurrency", "POST", subs, create(`,"concurrency":1.5`), 422, "body.concurrency", "whole number from 1 to 1000"},
		{"rate", "POST", subs, create(`,"rate":-1`), 422, "body.rate", "0 to"},
		{"id", "POST", subs, create(`,"id":"a/b"`), 422, "body.id", "allowed"},
		{"id that ends a path", "POST", subs, create(`,"id":"a?b"`), 422, "body.id", "without / ? #"},
		{"id that clients take away", "POST", subs, create(`,"id":".."`), 422, "body.id", ". and .. are not"},
		{"id empty", "POST", subs, create(`,"id":""`), 422, "body.id", "leave it out"},
		{"profile empty", "POST", subs, create(`,"profile":""`), 422, "body.profile", "leave it out"},
		{"change profile to nothing", "PATCH", one, `{"profile":""}`, 422, "body.profile", "leave it out"},
		{"duplicate id", "POST", subs, create(`,"id":"` + sub.ID + `"`), 409, "body.id", "exists"},
		{"change platform", "PATCH", one, `{"platform":"postbox"}`, 422, "body.platform", "cannot be set"},
		{"change to stars", "PATCH", one, `{"secret":"********"}`, 422, "body.secret", "stars"},
		{"change url to null", "PATCH", one, `{"url":null}`, 422, "body.url", "required"},
		{"change unknown id", "PATCH", subs + "/none", `{"description":"x"}`, 404, "", ""},
		{"limit", "GET", subs + "?limit=0", "", 422, "query.limit", ">= 1"},
		{"cursor", "GET", subs + "?cursor=zzz", "", 422, "query.cursor", "cursor"},
		{"unknown parameter", "GET", subs + "?offset=3", "", 422, "query.offset", "unknown"},
		{"parameter twice", "GET", "/api/v1/deliveries?status=failed&limit=3&status=pending", "", 422, "query.status", "twice"},
		{"parameter twice on a trigger", "POST", events + "?wait=settled&timeout=1s&timeout=2s", trigger(""), 422, "query.timeout", "twice"},
		{"broken query", "GET", "/api/v1/deliveries?status=%zz", "", 400, "", ""},
		{"semicolons", "GET", "/api/v1/deliveries?limit=5;status=failed", "", 400, "", ""},
		{"fields to a rotation", "POST", one + "/rotate-secret", `{"secret":"mine-alone"}`, 422, "body", "no fields"},
		{"fields to a test", "POST", one + "/test", `{"type":"note.added"}`, 422, "body", "no fields"},
		{"list to a cancellation", "POST", "/api/v1/deliveries/none/cancel", `[]`, 422, "body", "no fields"},
		{"unknown id", "GET", subs + "/none", "", 404, "", ""},
		{"secret of unknown id", "GET", subs + "/none/secret", "", 404, "", ""},
		{"delete unknown id", "DELETE", subs + "/none", "", 404, "", ""},
		{"test unknown id", "POST", subs + "/none/test", "", 404, "", ""},
		{"rotate unknown id", "POST", subs + "/none/rotate-secret", "", 404, "", ""},

		{"no platform", "POST", events, `{"type":"x"}`, 422, "body.platform", "allowed: postbox"},
		{"platform a number", "POST", events, `{"platform":7,"type":"x"}`, 422, "body.platform", "allowed: postbox"},
		{"platform a list", "POST", subs, `{"platform":[],"url":"http://127.0.0.1:1/"}`, 422, "body.platform", "allowed: postbox"},
		{"no platform", "POST", "/api/v1/actions", `{"action":"x"}`, 422, "body.platform", "allowed: postbox"},
		{"no type", "POST", events, `{"platform":"postbox"}`, 422, "body.type", "required"},
		{"unknown type", "POST", events, `{"platform":"postbox","type":"x"}`, 422, "body.type", "note.added"},
		{"unknown platform", "POST", events, `{"platform":"x","type":"x"}`, 422, "body.platform", "postbox"},
		{"unknown profile", "POST", events, trigger(`,"profile":"v9"`), 422, "body.profile", "v1"},
		{"unknown variant", "POST", events, trigger(`,"variant":"huge"`), 422, "body.variant", "short, long"},
		{"unknown field", "POST", events, trigger(`,"datas":{}`), 422, "body.datas", "allowed: platform, type"},
		{"data a list", "POST", events, trigger(`,"data":[]`), 422, "body.data", "object"},
		{"data key twice", "POST", events, trigger(`,"data":{"a":1,"a":2}`), 422, "body.data", "twice"},
		{"set an object", "POST", events, trigger(`,"set":{}`), 422, "body.set", "list"},
		{"set without value", "POST", events, trigger(`,"set":[{"path":"type"}]`), 422, "body.set[0].value", "required"},
		{"set without path", "POST", events, trigger(`,"set":[{"value":1}]`), 422, "body.set[0].path", "required"},
		{"set unknown path", "POST", events, trigger(`,"set":[{"path":"note.txt","value":1}]`), 422, "body.set[0].path", "note.text"},
		{"body a number", "POST", events, trigger(`,"body":7`), 422, "body.body", "text"},
		{"body and data", "POST", events, trigger(`,"body":"x","data":{}`), 422, "body.body", "data and set"},
		{"seed too large", "POST", events, trigger(`,"seed":9007199254740992`), 422, "body.seed", "9007199254740991"},
		{"seed with a point", "POST", events, trigger(`,"seed":1.0`), 422, "body.seed", "whole number"},
		{"now", "POST", events, trigger(`,"now":"yesterday"`), 422, "body.now", "RFC 3339"},
		{"now empty", "POST", events, trigger(`,"now":""`), 422, "body.now", "RFC 3339"},
		{"profile empty", "POST", events, trigger(`,"profile":""`), 422, "body.profile", "leave it out"},
		{"variant empty", "POST", events, trigger(`,"variant":""`), 422, "body.variant", "leave it out"},
		{"count", "POST", events, trigger(`,"count":1001`), 422, "body.count", "1 to 1000"},
		{"count zero", "POST", events, trigger(`,"count":0`), 422, "body.count", "1 to 1000"},
		{"ids empty", "POST", events, trigger(`,"subscription_ids":[]`), 422, "body.subscription_ids", "leave it out"},
		{"ids unknown", "POST", events, trigger(`,"subscription_ids":["none"]`), 422, "body.subscription_ids[0]", "no subscription"},
		{"wait", "POST", events + "?wait=forever", trigger(""), 422, "query.wait", "settled"},
		{"timeout alone", "POST", events + "?timeout=3s", trigger(""), 422, "query.timeout", "wait=settled"},
		{"timeout too long", "POST", events + "?wait=settled&timeout=6m", trigger(""), 422, "query.timeout", "5m"},
		{"event unknown", "GET", events + "/none", "", 404, "", ""},
		{"events cursor", "GET", events + "?cursor=zzz", "", 422, "query.cursor", "cursor"},

		{"status", "GET", "/api/v1/deliveries?status=lost", "", 422, "query.status", "collecting"},
		{"platform filter", "GET", "/api/v1/deliveries?platform=x", "", 422, "query.platform", "postbox"},
		{"limit too large", "GET", "/api/v1/deliveries?limit=501", "", 422, "query.limit", "500"},
		{"delivery unknown", "GET", "/api/v1/deliveries/none", "", 404, "", ""},
		{"export unknown", "GET", "/api/v1/deliveries/none/export?format=curl", "", 404, "", ""},
		{"export without format", "GET", "/api/v1/deliveries/none/export", "", 422, "query.format", "required"},
		{"replay unknown", "POST", "/api/v1/deliveries/none/replay", `{"mode":"retry"}`, 404, "", ""},
		{"cancel unknown", "POST", "/api/v1/deliveries/none/cancel", "", 404, "", ""},
		{"bulk without query", "POST", "/api/v1/deliveries/replay", `{}`, 422, "body.query", "required"},
		{"bulk filter", "POST", "/api/v1/deliveries/replay", `{"query":{"status":"x"}}`, 422, "body.query.status", "collecting"},
		{"bulk field", "POST", "/api/v1/deliveries/replay", `{"query":{"stat":"x"}}`, 422, "body.query.stat", "allowed"},
		{"bulk mode", "POST", "/api/v1/deliveries/replay", `{"query":{},"mode":"x"}`, 422, "body.mode", "verbatim"},
		{"bulk platform", "POST", "/api/v1/deliveries/replay", `{"query":{"platform":"x"}}`, 422, "body.query.platform", "postbox"},

		{"platform", "GET", "/api/v1/platforms/none", "", 404, "", ""},
		{"profile", "GET", "/api/v1/platforms/postbox?profile=v9", "", 422, "query.profile", "v1, v2"},
		{"type", "GET", "/api/v1/platforms/postbox/events/none", "", 404, "", ""},
		{"variant", "GET", "/api/v1/platforms/postbox/events/note.added?variant=x", "", 422, "query.variant", "short, long"},
		{"seed", "GET", "/api/v1/platforms/postbox/events/note.added?seed=-1", "", 422, "query.seed", ""},
		{"stream status", "GET", "/api/v1/stream?status=x", "", 422, "query.status", "collecting"},
	}
	for _, c := range table {
		t.Run(c.name+" "+c.method, func(t *testing.T) {
			errs := r.call(c.method, c.path, c.body).problem(c.status)
			message, ok := errs[c.location]
			if c.location != "" && (!ok || !strings.Contains(message, c.says)) {
				t.Errorf("errors %v, want %s to say %q", errs, c.location, c.says)
			}
		})
	}
	var stored client.SubscriptionList
	r.call("GET", subs, "").want(200).into(&stored)
	equal(t, "subscriptions", stored.Items, []client.Subscription{r.get(sub.ID)})
	var seen client.DeliveryList
	r.call("GET", "/api/v1/deliveries", "").want(200).into(&seen)
	equal(t, "deliveries", len(seen.Items), 0)
}

func (r *rig) get(id string) client.Subscription {
	r.t.Helper()
	var sub client.Subscription
	r.call("GET", "/api/v1/subscriptions/"+id, "").want(200).into(&sub)
	return sub
}

func TestEveryWrongFieldIsToldAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	errs := r.call("POST", "/api/v1/events", `{"platform":7,"seed":"x","count":-1,"now":3}`).problem(422)
	for _, location := range []string{"body.platform", "body.type", "body.seed", "body.count", "body.now"} {
		if errs[location] == "" {
			t.Errorf("%s is not named: %v", location, errs)
		}
	}
}

func TestOtherMediaTypesAndLargeBodiesAreRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe("")
	r.call("POST", "/api/v1/subscriptions", "platform=postbox", "Content-Type", "application/x-www-form-urlencoded").problem(http.StatusUnsupportedMediaType)
	r.call("POST", "/api/v1/subscriptions", `{}`, "Content-Type", "text/plain; charset").problem(http.StatusUnsupportedMediaType)
	r.call("PATCH", "/api/v1/subscriptions/id-000001", `{}`, "Content-Type", "application/merge-patch+json; charset=utf-8").want(200)

	filler := func(n int) string { return fmt.Sprintf(`{"description":"%s"}`, strings.Repeat("x", n)) }
	a := r.call("POST", "/api/v1/subscriptions", filler(1<<20))
	a.problem(http.StatusRequestEntityTooLarge)
	if !strings.Contains(string(a.body), "1048576 bytes") {
		t.Errorf("the limit is not told: %s", a.body)
	}
	big := `{"platform":"postbox","type":"note.added","body":"` + strings.Repeat("x", 2<<20) + `"}`
	var accepted client.Accepted
	r.call("POST", "/api/v1/events?wait=settled", big).want(200).into(&accepted)
	d := r.delivery(accepted.Deliveries[0].ID)
	body := d.Attempts[0].Request.Body
	if body.Size != 2<<20 || !body.Truncated || len(*body.Text) != 1<<20 {
		t.Errorf("large body shown with size %d, truncated %v, %d bytes", body.Size, body.Truncated, len(*body.Text))
	}
}

func TestRoutesWithoutFieldsTakeAnEmptyObject(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	sub := r.subscribe("")
	for _, body := range []string{"", " ", "{}", "{ }"} {
		r.call("POST", "/api/v1/subscriptions/"+sub.ID+"/rotate-secret", body).want(200)
	}
	r.call("POST", "/api/v1/subscriptions/"+sub.ID+"/test", "{}").want(200)
}

func TestRefusalsNeverRepeatAValue(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const secret = "tell-nobody"
	for _, c := range []struct{ method, path, body string }{
		{"POST", "/api/v1/subscriptions", `{"platform":"postbox","url":"http://u:` + secret + `@127.0.0.1:70000/"}`},
		{"POST", "/api/v1/subscriptions", `{"platform":"postbox","url":"http://u:` + secret + `@/"}`},
		{"POST", "/api/v1/subscriptions", `{"platform":"postbox","url":"ftp://u:` + secret + `@h/"}`},
		{"POST", "/api/v1/subscriptions", `{"platform":"postbox","secret":["` + secret + `"]}`},
		{"POST", "/api/v1/subscriptions", `{"platform":"postbox","secret":"` + secret + `"`},
		{"POST", "/api/v1/subscriptions", `"` + secret + `"`},
		{"POST", "/api/v1/subscriptions", `{"platform":"postbox","url":"http://127.0.0.1/","headers":{"Authorization":"` + secret + `\n"}}`},
		{"GET", "/api/v1/subscriptions?limit=" + secret, ""},
		{"GET", "/api/v1/subscriptions?cursor=" + secret, ""},
		{"GET", "/api/v1/deliveries?status=" + secret, ""},
	} {
		if a := r.call(c.method, c.path, c.body); strings.Contains(string(a.body), secret) || a.status < 400 {
			t.Errorf("%s %s: %d %s", c.method, c.path, a.status, a.body)
		}
	}
}
