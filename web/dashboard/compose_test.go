package dashboard_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/subscriptions"
)

// composer opens the page in a fixed state and returns its form.
func (r *rig) composer(more string) (answer, url.Values) {
	r.t.Helper()
	page := r.get("/compose?platform=" + invented.ID + "&type=" + invented.NoteAdded + "&seed=42&now=2025-05-05T05:05:05Z" + more).want(http.StatusOK)
	return page, page.fields("/compose")
}

// lastBody is what the newest request carried.
func (r *rig) lastBody() string {
	r.t.Helper()
	r.run(time.Second)
	if len(r.wire.sent) == 0 {
		r.t.Fatal("nothing was sent")
	}
	return string(r.wire.sent[len(r.wire.sent)-1].Body)
}

// previewed is the body that a page previews.
func (a answer) previewed() string {
	a.t.Helper()
	list := a.all("pre", func(n *html.Node) bool { return value(n, "aria-label") == "Body, byte for byte" })
	if len(list) == 0 {
		a.t.Fatalf("no preview: %s", a.text())
	}
	return textOf(list[0])
}

func TestTriggerRoundTrip(t *testing.T) {
	r := newRig(t)
	sub := r.subscribe()
	other := r.subscribe()
	fields := r.get("/compose?event=" + invented.ID + "/" + invented.NoteAdded + "&subscription=" + sub.ID).want(http.StatusOK).fields("/compose")
	if fields.Get("subscription") != sub.ID || fields.Get("type") != invented.NoteAdded || fields.Get("seed") == "" {
		t.Fatalf("the form does not keep what the link says: %v", fields)
	}
	fields.Set("variant", "long")
	fields.Set("seed", "42")
	fields.Set("now", "2025-05-05T05:05:05Z")
	fields.Set("set", "note.text = a = b\r\nnote.words := 12")
	fields.Set("data", `{"extra":[1.0]}`)
	target := r.post("/compose", fields).seeOther()
	body := r.lastBody()
	for _, part := range []string{`"at":"2025-05-05T05:05:05.000Z"`, `"text":"a = b"`, `"words":12`, `"extra":[1]`} {
		if !strings.Contains(body, part) {
			t.Errorf("body %s has no %s", body, part)
		}
	}
	if len(r.wire.sent) != 1 || r.deliveries()[0].SubscriptionID != sub.ID {
		t.Errorf("%d requests were sent; %s should have got nothing", len(r.wire.sent), other.ID)
	}
	page := r.get(target).want(http.StatusOK).holds("The event was sent", "succeeded")
	if links := page.all("a", func(n *html.Node) bool { return value(n, "href") == "/deliveries/"+r.deliveries()[0].ID }); len(links) != 1 {
		t.Errorf("%d links to the delivery", len(links))
	}
	if got := page.fields("/compose").Get("set"); got != "note.text = a = b\r\nnote.words := 12" {
		t.Errorf("the composition is lost after sending: %q", got)
	}

	fields = url.Values{"event": {invented.ID + "/" + invented.NoteAdded}, "count": {"3"}, "set": {"note.text = many"}}
	target = r.post("/compose", fields).seeOther()
	if got := len(r.deliveries()); got != 1+2*3 {
		t.Errorf("%d deliveries, want 7", got)
	}
	r.get(target).want(http.StatusOK).holds("3 events were sent")
	fields = url.Values{"event": {invented.ID + "/" + invented.NoteAdded}, "body": {"one\r\ntwo"}}
	r.post("/compose", fields).seeOther()
	if got := r.lastBody(); got != "one\ntwo" {
		t.Errorf("sent %q", got)
	}
}

func TestTriggerProblems(t *testing.T) {
	for _, tc := range []struct {
		field, value, says string
		status             int
	}{
		{"count", "0", "1 to 1000", 422},
		{"count", "many", "1 to 1000", 422},
		{"seed", "9007199254740992", "0 to 9007199254740991", 422},
		{"now", "yesterday", "2026-01-02T03:04:05Z", 422},
		{"set", "nothing", "line 1 is neither", 422},
		{"set", "note.text := {", "not JSON", 422},
		{"set", "note.txt = x", "note.text", 422},
		{"data", "[1]", "must be a JSON object", 422},
		{"data", "{", "not JSON", 422},
		{"variant", "huge", "unknown variant", 422},
		{"profile", "v9", "unknown profile", 422},
		{"type", "none", "unknown event type", 422},
		{"platform", "none", "unknown platform", 422},
		{"subscription", "none", "no subscription has the id", 422},
		{"profile", "v2", "it has profile v1", 409},
		{"rate", "51", "0.01 to 50", 422},
		{"rate", "fast", "0.01 to 50", 422},
		{"seconds", "601", "1 to 600", 422},
		{"rate", "40", "that is 1200 events; at most 1000", 422},
	} {
		t.Run(tc.field+"="+tc.value, func(t *testing.T) {
			r := newRig(t)
			r.subscribe()
			fields := url.Values{"platform": {invented.ID}, "type": {invented.NoteAdded}, "description": {"x"}, "set": {"note.text = kept"}}
			if tc.field == "rate" || tc.field == "seconds" {
				fields["how"], fields["rate"], fields["seconds"] = []string{"rate"}, []string{"1"}, []string{"30"}
			}
			fields.Set(tc.field, tc.value)
			page := r.post("/compose", fields).want(tc.status).holds(tc.says)
			checkStructure(t, page)
			checkLabels(t, page)
			if got := page.fields("/compose").Get("set"); tc.field != "set" && got != "note.text = kept" {
				t.Errorf("input is lost: %q", got)
			}
			if len(r.deliveries()) != 0 {
				t.Error("something was stored")
			}
		})
	}
}

func TestComposeFieldsBecomeAssignments(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	_, fields := r.composer("")
	for name, want := range map[string]string{"v:type": "NOTE_ADDED", "v:at": "2025-05-05T05:05:05.000Z", "v:note.words": "1.0", "v:note.box": "A"} {
		if got := fields.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	fields.Set("v:note.text", " two\r\nlines ")
	fields.Set("v:note.words", "7")
	fields.Set("do", "show")
	shown := r.get(r.post("/compose", fields).seeOther()).want(http.StatusOK).holds("2 changed")
	fields = shown.fields("/compose")
	if want := "note.text := \" two\\nlines \"\r\nnote.words := 7.0"; fields.Get("set") != want {
		t.Errorf("assignments %q, want %q", fields.Get("set"), want)
	}
	if got := shown.all("div", func(n *html.Node) bool { return value(n, "class") == "place changed" }); len(got) != 2 {
		t.Errorf("%d places are marked as changed, want 2", len(got))
	}
	if len(r.deliveries()) != 0 {
		t.Error("a preview stores something")
	}

	again := maps.Clone(fields)
	again.Set("do", "show")
	again.Set("reset", "note.words")
	fields = r.get(r.post("/compose", again).seeOther()).holds("1 changed").fields("/compose")
	if want := `note.text := " two\nlines "`; fields.Get("set") != want || fields.Get("v:note.words") != "1.0" {
		t.Errorf("after the reset of one: %q", fields.Get("set"))
	}
	back := fields.Get("v:note.id")
	fields.Set("v:note.id", "mine")
	fields.Set("do", "show")
	fields = r.get(r.post("/compose", fields).seeOther()).holds("2 changed").fields("/compose")
	fields.Set("v:note.id", back)
	fields.Set("do", "show")
	fields = r.get(r.post("/compose", fields).seeOther()).holds("1 changed").fields("/compose")
	if strings.Contains(fields.Get("set"), "note.id") {
		t.Errorf("a value that was typed back stays an assignment: %q", fields.Get("set"))
	}
	fields.Set("v:note.words", "many")
	r.post("/compose", fields).want(http.StatusUnprocessableEntity).holds("a number or null is allowed", "1 field needs")
	if len(r.deliveries()) != 0 {
		t.Error("a wrong value was sent")
	}
	fields.Set("v:note.words", "null")
	r.post("/compose", fields).seeOther()
	if body := r.lastBody(); !strings.Contains(body, `"text":" two\nlines "`) || !strings.Contains(body, `"words":null`) {
		t.Errorf("sent %s", body)
	}
}

// TestComposeFieldsFollowTheEvent changes a field and the seed in one go: what the reader did not touch must not become a change.
func TestComposeFieldsFollowTheEvent(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	page := r.get("/compose?platform="+invented.ID+"&type="+invented.NoteAdded+"&seed=").want(http.StatusOK).holds("No seed is given", "No time is given")
	fields := page.fields("/compose")
	r.run(time.Minute)
	fields.Set("seed", "9")
	fields.Set("variant", "long")
	fields.Set("v:note.box", "B")
	fields.Set("do", "show")
	fields = r.get(r.post("/compose", fields).seeOther()).holds("1 changed").fields("/compose")
	if fields.Get("set") != "note.box = B" {
		t.Errorf("assignments %q", fields.Get("set"))
	}
	fields.Set("do", "show")
	fields.Set("type", invented.NoteRemoved)
	fields = r.get(r.post("/compose", fields).seeOther()).fields("/compose")
	if fields.Get("type") != invented.NoteRemoved || fields.Get("set") != "" || fields.Get("variant") != "" || fields.Get("seed") != "9" {
		t.Errorf("after another type was chosen: %v", fields)
	}
}

func TestComposeJSONBecomesChanges(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	page, fields := r.composer("&edit=json")
	if !strings.Contains(fields.Get("json"), "\"words\": 1.0") {
		t.Fatalf("the JSON is %q", fields.Get("json"))
	}
	fields.Set("do", "show")
	same := r.get(r.post("/compose", fields).seeOther()).holds("as the platform sends it")
	if same.previewed() != page.previewed() {
		t.Error("JSON that was not touched changes the event")
	}
	fields.Set("json", `{"type":"NOTE_ADDED","note":{"id":"x","words":2.0,"more":{"a":null,"b":[1,2.0]},"text":"t"},"extra":true}`)
	target := r.post("/compose", fields).seeOther()
	shown := r.get(target).want(http.StatusOK)
	fields = shown.fields("/compose")
	fields.Del("do")
	r.post("/compose", fields).seeOther()
	want := `[{"type":"NOTE_ADDED","note":{"id":"x","text":"t","words":2,"more":{"a":null,"b":[1,2]}},"extra":true}]`
	if body := r.lastBody(); body != want || body != shown.previewed() {
		t.Errorf("sent\n%s, want\n%s, previewed\n%s", body, want, shown.previewed())
	}
	for text, says := range map[string]string{"{": "is not JSON", "[]": "must be a JSON object"} {
		_, fields = r.composer("&edit=json")
		fields.Set("json", text)
		fields.Set("do", "show")
		refused := r.post("/compose", fields).want(http.StatusOK).holds(says, "Nothing can be sent like this")
		if got := refused.fields("/compose").Get("json"); got != text {
			t.Errorf("what was typed is lost: %q", got)
		}
	}
}

func TestComposePreviewIsWhatIsSent(t *testing.T) {
	r := newRig(t)
	sub := r.subscribe()
	page, fields := r.composer("&set=note.text%20=%20%3Cb%3E")
	if text := page.text(); strings.Contains(text, string(sub.Secret)) || !strings.Contains(text, "Signed with the secret of the subscription") {
		t.Error("the secret is shown, or it is not told that it signs")
	}
	fresh := page.all("div", func(n *html.Node) bool { return value(n, "class") == "fresh" })
	var names []string
	for _, n := range fresh {
		names = append(names, strings.TrimSpace(textOf(n.FirstChild)))
	}
	slices.Sort(names)
	if diff := cmp.Diff([]string{"X-Postbox-Sent", invented.SignatureHeader, invented.AttemptHeader}, names); diff != "" {
		t.Errorf("marked as made anew (-want +got):\n%s", diff)
	}
	fields.Del("do")
	r.post("/compose", fields).seeOther()
	if diff := cmp.Diff(r.lastBody(), page.previewed()); diff != "" {
		t.Errorf("(-sent +previewed):\n%s", diff)
	}
}

func TestComposePreviewOfEachSubscription(t *testing.T) {
	r := newRig(t)
	page, _ := r.composer("")
	page.holds("has no subscription yet", "one that does not exist")
	quiet := r.subscribe()
	loud := r.subscribe(func(s *subscriptions.Subscription) {
		s.Quirks = map[string]bool{"loud": true}
		s.URL = "http://loud.test/"
	})
	off := r.subscribe(func(s *subscriptions.Subscription) { s.Enabled = false })
	page, fields := r.composer("")
	page.holds("1 subscription does not get it", "it is disabled")
	if strings.Contains(page.previewed(), `!"`) {
		t.Errorf("the first subscription is not previewed first: %s", page.previewed())
	}
	fields.Set("look_at", loud.ID)
	if other := r.get(r.post("/compose", fields).seeOther()).want(http.StatusOK); !strings.Contains(other.previewed(), `!"`) {
		t.Errorf("the other subscription is not previewed: %s", other.previewed())
	}
	page, _ = r.composer("&subscription=" + off.ID)
	page.holds("No subscription would get this event", "it is disabled")
	page, _ = r.composer("&set=note.txt%20=%20x")
	page.holds("Nothing can be sent like this", "did you mean")
	_ = quiet
}

func TestComposeFixesTheTime(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	page := r.get("/compose?platform="+invented.ID+"&type="+invented.NoteAdded+"&seed=1").holds("No time is given", "event time")
	fields := page.fields("/compose")
	buttons := page.all("button", func(n *html.Node) bool { return value(n, "name") == "fix_now" })
	if len(buttons) != 1 {
		t.Fatalf("%d buttons fix the time", len(buttons))
	}
	fields.Set("fix_now", value(buttons[0], "value"))
	fixed := r.get(r.post("/compose", fields).seeOther()).want(http.StatusOK)
	r.run(time.Hour)
	fields = fixed.fields("/compose")
	r.post("/compose", fields).seeOther()
	if body := r.lastBody(); body != fixed.previewed() || !strings.Contains(body, "2026-01-02T03:04:05.000Z") {
		t.Errorf("sent %s, previewed %s", body, fixed.previewed())
	}
}

func TestComposeBodyBeginsWithTheExactBytes(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	page, fields := r.composer("&edit=body&set=note.box%20=%20C")
	fields.Set("do", "fill")
	filled := r.get(r.post("/compose", fields).seeOther()).want(http.StatusOK)
	fields = filled.fields("/compose")
	if fields.Get("body") != page.previewed() || fields.Get("set") != "" {
		t.Errorf("body %q, want %q", fields.Get("body"), page.previewed())
	}
	fields.Set("reset", "body")
	if got := r.get(r.post("/compose", fields).seeOther()).fields("/compose"); got.Has("body") || got.Get("v:note.box") != "A" {
		t.Errorf("the body stays: %v", got)
	}
}

func TestComposeStateIsItsAddress(t *testing.T) {
	r := newRig(t)
	sub := r.subscribe()
	want := url.Values{
		"platform": {invented.ID}, "type": {invented.NoteAdded}, "variant": {"long"}, "profile": {"v1"}, "subscription": {sub.ID}, "seed": {"5"},
		"now": {"2025-05-05T05:05:05Z"}, "how": {"times"}, "count": {"4"}, "set": {"note.box = B"}, "data": {`{"x":1}`}, "edit": {"json"},
	}
	fields := r.get("/compose?" + want.Encode()).want(http.StatusOK).fields("/compose")
	fields.Set("do", "show")
	address, err := url.Parse(r.post("/compose", fields).seeOther())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, address.Query()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	long := url.Values{"platform": {invented.ID}, "type": {invented.NoteAdded}, "body": {strings.Repeat("x", 20_000)}, "do": {"show"}}
	r.post("/compose", long).want(http.StatusOK).holds("too long for a link")
}

func TestComposeSaved(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	_, fields := r.composer("&set=note.box%20=%20C")
	fields.Set("do", "save")
	fields.Set("name", " Kiste C & co ")
	page := r.get(r.post("/compose", fields).seeOther()).holds("Saved", "Kiste C & co", invented.ID+" "+invented.NoteAdded)
	if got := page.fields("/compose").Get("set"); got != "note.box = C" {
		t.Errorf("saving loses the composition: %q", got)
	}
	loaded := r.get(r.get("/compose/saved?" + url.Values{"name": {"Kiste C & co"}}.Encode()).seeOther()).want(http.StatusOK)
	if got := loaded.fields("/compose"); got.Get("set") != "note.box = C" || got.Get("seed") != "42" {
		t.Errorf("loaded %v", got)
	}
	r.post("/compose/saved/send", url.Values{"name": {"Kiste C & co"}}).seeOther()
	if body := r.lastBody(); !strings.Contains(body, `"box":"C"`) {
		t.Errorf("sent %s", body)
	}
	r.post("/compose/saved/delete", url.Values{"name": {"Kiste C & co"}}).seeOther()
	r.get("/compose/saved?name=Kiste+C+%26+co").want(http.StatusNotFound)
	r.post("/compose/saved/send", url.Values{"name": {"Kiste C & co"}}).want(http.StatusNotFound)
	fields.Set("name", strings.Repeat("n", 81))
	refused := r.post("/compose", fields).want(http.StatusUnprocessableEntity).holds("1 to 80 visible characters")
	checkStructure(t, refused)
}

func TestComposeKeepsHostileText(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	for _, text := range corpus() {
		state := url.Values{"platform": {invented.ID}, "type": {invented.NoteAdded}, "seed": {"1"}, "set": {"note.text = " + text}}
		page := r.get("/compose?" + state.Encode()).want(http.StatusOK)
		checkNothingInline(t, page)
		checkStructure(t, page)
	}
}

func TestComposeOpensWithWhatCanBeSent(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	for _, path := range []string{"/compose", "/compose?platform=" + invented.ID} {
		page := r.get(path).want(http.StatusOK).holds("What would be sent", "http://listener.test/hook")
		if text := page.text(); strings.Contains(text, "Nothing can be sent") {
			t.Errorf("%s opens with what cannot be sent: %s", path, text)
		}
	}
}
