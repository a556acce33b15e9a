package api_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/annohook/annohook/web/client"
)

func TestASubscriptionAnswersItsEffectiveValues(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	a := r.call("POST", "/api/v1/subscriptions", `{"platform":"postbox","url":"http://127.0.0.1:9/x"}`).want(http.StatusCreated)
	var fields map[string]json.RawMessage
	a.into(&fields)
	for name, want := range map[string]string{
		"profile": `"v1"`, "secret": "null", "events": "null", "headers": "{}", "description": `""`, "enabled": "true", "scope": "{}",
		"options": "{}", "quirks": "{}", "timeout": `"2s"`, "deadline": `"2s"`, "retry": `{"delays":["10s","60s","180s"]}`,
		"concurrency": "32", "rate": "0", "consecutive_failures": "0", "disabled_reason": "null",
	} {
		equal(t, name, string(fields[name]), want)
	}
	names := []string{
		"id", "platform", "profile", "url", "secret", "events", "headers", "description", "enabled", "scope", "options", "quirks", "timeout",
		"deadline", "retry", "concurrency", "rate", "native_id", "consecutive_failures", "disabled_reason", "created_at", "updated_at",
	}
	equal(t, "order of the fields", keysOf(t, a.body), names)
	var sub client.Subscription
	a.into(&sub)
	equal(t, "location", a.header.Get("Location"), "/api/v1/subscriptions/"+sub.ID)
}

// TestLocationLeadsThere: whatever id was chosen, the Location of the answer is where the subscription lies.
func TestLocationLeadsThere(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, id := range []string{"plain-1", "<b>", `"`, "x;y", "...", "*", "a+b", "me@home", "a=b&c"} {
		made := r.call(http.MethodPost, "/api/v1/subscriptions", `{"platform":"postbox","url":"http://127.0.0.1:9/x","id":`+strconv.Quote(id)+`}`).want(http.StatusCreated)
		var sub client.Subscription
		r.call(http.MethodGet, made.header.Get("Location"), "").want(http.StatusOK).into(&sub)
		equal(t, "id behind "+made.header.Get("Location"), sub.ID, id)
	}
}

// TestPathsMayBeEscapedFreely: an id is found however a client escapes it (RFC 3986, 6.2.2.2).
func TestPathsMayBeEscapedFreely(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const id = "me@home+a=b-c;d"
	r.call(http.MethodPost, "/api/v1/subscriptions", `{"platform":"postbox","url":"http://127.0.0.1:9/x","id":"`+id+`"}`).want(http.StatusCreated)
	for _, written := range []string{id, url.PathEscape(id), "me%40home%2Ba%3Db-c%3Bd", "me@home+a=b%2Dc;d", "%6De@home+a=b-c;d"} {
		r.call(http.MethodGet, "/api/v1/subscriptions/"+written, "").want(http.StatusOK)
		r.call(http.MethodGet, "/api/v1/subscriptions/"+written+"/secret", "").want(http.StatusOK)
	}
	r.call(http.MethodGet, "/api/v1/subscriptions/x%2Fsecret", "").want(http.StatusNotFound)
}

// keysOf lists the keys of an object in their order.
func keysOf(t *testing.T, body []byte) []string {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(string(body)))
	if _, err := dec.Token(); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			t.Fatal(err)
		}
		name, _ := key.(string)
		keys = append(keys, name)
		var skip json.RawMessage
		if err := dec.Decode(&skip); err != nil {
			t.Fatal(err)
		}
	}
	return keys
}

func TestAChangeKeepsWhatIsAbsentAndResetsWhatIsNull(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var sub client.Subscription
	r.call("POST", "/api/v1/subscriptions", `{"id":"mine","platform":"postbox","url":"http://u:p@127.0.0.1:9/x","secret":"hush-hush",
		"events":["note.added"],"headers":{"X-b":"1","x-A":"2"},"description":"d","enabled":false,"scope":{"box":"B"},"options":{"max":3},
		"quirks":{"loud":true},"timeout":"1500ms","deadline":"1m30s","retry":{"delays":[]},"concurrency":2,"rate":0.5}`).want(201).into(&sub)
	equal(t, "id", sub.ID, "mine")
	equal(t, "shown secret", *sub.Secret, "hush-hush")
	equal(t, "url", sub.URL, "http://********@127.0.0.1:9/x")

	var fields map[string]json.RawMessage
	r.call("PATCH", "/api/v1/subscriptions/mine", `{"description":"e","url":"http://********@127.0.0.1:9/x"}`).want(200).into(&fields)
	for name, want := range map[string]string{
		"description": `"e"`, "secret": `"********"`, "events": `["note.added"]`, "headers": `{"X-b":"1","x-A":"2"}`, "enabled": "false",
		"scope": `{"box":"B"}`, "options": `{"max":3}`, "quirks": `{"loud":true}`, "timeout": `"1.5s"`, "deadline": `"90s"`,
		"retry": `{"delays":[]}`, "concurrency": "2", "rate": "0.5",
	} {
		equal(t, name, string(fields[name]), want)
	}
	stored, err := r.store.Get(t.Context(), "mine")
	if err != nil || stored.URL != "http://u:p@127.0.0.1:9/x" {
		t.Errorf("stored URL %s: %v", stored.URL, err)
	}

	r.call("PATCH", "/api/v1/subscriptions/mine", `{"secret":null,"events":null,"headers":null,"description":null,"enabled":null,"scope":null,
		"options":null,"quirks":null,"timeout":null,"deadline":null,"retry":null,"concurrency":null,"rate":null}`).want(200).into(&fields)
	for name, want := range map[string]string{
		"secret": "null", "events": "null", "headers": "{}", "description": `""`, "enabled": "true", "scope": "{}", "options": "{}",
		"quirks": "{}", "timeout": `"2s"`, "deadline": `"2s"`, "retry": `{"delays":["10s","60s","180s"]}`, "concurrency": "32", "rate": "0",
	} {
		equal(t, name+" after null", string(fields[name]), want)
	}
	r.call("PATCH", "/api/v1/subscriptions/mine", `{"events":[]}`).want(200).into(&fields)
	equal(t, "no events", string(fields["events"]), "[]")
	r.call("DELETE", "/api/v1/subscriptions/mine", "").want(http.StatusNoContent)
	r.call("GET", "/api/v1/subscriptions/mine", "").problem(404)
}

func TestSecretsAreShownWhenTheyAreMade(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	sub := r.subscribe(`,"secret":"generate"`)
	made := *sub.Secret
	if len(made) != 32 {
		t.Errorf("generated secret %q", made)
	}
	equal(t, "later", *r.get(sub.ID).Secret, "********")
	var secret client.Secret
	r.call("GET", "/api/v1/subscriptions/"+sub.ID+"/secret", "").want(200).into(&secret)
	equal(t, "asked for", *secret.Secret, made)
	var rotated client.Subscription
	r.call("POST", "/api/v1/subscriptions/"+sub.ID+"/rotate-secret", "").want(200).into(&rotated)
	if *rotated.Secret == made || len(*rotated.Secret) != 32 {
		t.Errorf("rotated secret %q", *rotated.Secret)
	}
}

func TestListsAreRunThroughByCursor(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var want []string
	for range 5 {
		want = append(want, r.subscribe("").ID)
	}
	var got []string
	path := "/api/v1/subscriptions?limit=2"
	for range 5 {
		var page client.SubscriptionList
		r.call("GET", path, "").want(200).into(&page)
		for _, s := range page.Items {
			got = append(got, s.ID)
		}
		if page.NextCursor == nil {
			break
		}
		path = "/api/v1/subscriptions?limit=2&cursor=" + *page.NextCursor
	}
	equal(t, "subscriptions", got, want)

	accepted := r.trigger("")
	var deliveries []string
	path = "/api/v1/deliveries?limit=2&event=" + accepted.ID
	for range 5 {
		var page client.DeliveryList
		r.call("GET", path, "").want(200).into(&page)
		for _, d := range page.Items {
			deliveries = append(deliveries, d.ID)
		}
		if page.NextCursor == nil {
			break
		}
		path = "/api/v1/deliveries?limit=2&event=" + accepted.ID + "&cursor=" + *page.NextCursor
	}
	equal(t, "deliveries", len(deliveries), 5)
	slices.Sort(deliveries)
	equal(t, "different deliveries", len(slices.Compact(deliveries)), 5)
}

func TestFiltersNarrowTheList(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.listener.respond(200)
	a, b := r.subscribe(""), r.subscribe(`,"events":["note.removed"]`)
	r.trigger("")
	for query, want := range map[string]int{
		"": 1, "subscription=" + a.ID: 1, "subscription=" + b.ID: 0, "status=succeeded": 1, "status=failed": 0, "type=NOTE_ADDED": 1,
		"type=note.removed": 0, "type=nothing": 0, "platform=postbox": 1, "q=%2Fhook": 1, "q=nowhere-to-be-found": 0, "event=none": 0,
	} {
		var list client.DeliveryList
		r.call("GET", "/api/v1/deliveries?"+query, "").want(200).into(&list)
		equal(t, query, len(list.Items), want)
	}
}
