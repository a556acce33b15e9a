package dashboard_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/payloads/signature"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// part is what a reader sees of one part of a page.
func (a answer) part(name string) string {
	a.t.Helper()
	parts := a.all("*", func(n *html.Node) bool { return value(n, "data-part") == name })
	if len(parts) != 1 {
		a.t.Fatalf("%d parts %s, want 1", len(parts), name)
	}
	return strings.Join(strings.Fields(textOf(parts[0])), " ")
}

// says checks the words of one part.
func (a answer) says(part string, words ...string) answer {
	a.t.Helper()
	text := a.part(part)
	for _, word := range words {
		if !strings.Contains(text, word) {
			a.t.Errorf("part %s does not say %q:\n%s", part, word, text)
		}
	}
	return a
}

// links are the addresses of the links whose text is this.
func (a answer) links(text string) []string {
	var list []string
	for _, n := range a.all("a", func(n *html.Node) bool { return strings.Join(strings.Fields(textOf(n)), " ") == text }) {
		list = append(list, value(n, "href"))
	}
	return list
}

func TestDeliveryPageShowsTheWholeStory(t *testing.T) {
	r := newRig(t)
	sub := r.subscribe()
	r.wire.reply = payloads.Reply{Status: 503, Header: payloads.H("X-Busy", "yes"), Body: []byte(`{"a":[1,2.50]}`)}
	id := r.deliver()
	path := "/deliveries/" + id
	page := r.get(path).want(http.StatusOK)
	page.says("state", "retrying", "status 503 is outside 200 to 299; retry 1 of 3 follows", "Attempt 2 is due", "Repeat verbatim")
	page.says("timeline", "503", "2 planned +10 s", "3 planned, if attempt 2 fails +70 s", "4 planned, if attempt 3 fails +250 s", "Retries after 10 s, 60 s, 180 s")
	page.says("exchange", "X-Busy", "2.50", "NOTE_ADDED", "same in every attempt")
	page.says("signature", "hmac-sha256", invented.SignatureHeader, "fingerprint", "✓ Checked again", invented.AttemptHeader)
	r.run(11 * time.Second)
	page = r.get(path)
	var keys []string
	for _, n := range page.all("li", func(n *html.Node) bool { return strings.HasPrefix(value(n, "data-key"), "attempt-") }) {
		keys = append(keys, value(n, "data-key"))
	}
	if got := strings.Join(keys, " "); got != "attempt-1 attempt-2 attempt-3 attempt-4" {
		t.Errorf("attempts %q, want them in the order of time", got)
	}
	for _, format := range []string{"curl", "http", "har", "go", "pytest"} {
		want := "/api/v1" + path + "/export?format=" + format
		if len(page.all("a", func(n *html.Node) bool { return value(n, "href") == want })) != 1 {
			t.Errorf("no link to the %s export", format)
		}
	}
	if strings.Contains(page.body, string(sub.Secret)) {
		t.Error("the page shows the secret")
	}
	for key, element := range map[string]string{"r": "button", "c": "a"} {
		if len(page.all(element, func(n *html.Node) bool { return value(n, "data-hotkey") == key })) != 1 {
			t.Errorf("key %s presses nothing", key)
		}
	}
}

// TestPlannedAttemptsAreKept compares what the page plans with what then happens.
func TestPlannedAttemptsAreKept(t *testing.T) {
	r := newRig(t)
	r.subscribe(func(s *subscriptions.Subscription) {
		s.Retry = &subscriptions.Retry{Delays: []time.Duration{20 * time.Second, 40 * time.Second}}
	})
	r.wire.reply = payloads.Reply{Status: 500}
	id := r.deliver()
	due := func() (list []string) {
		page := r.get("/deliveries/" + id)
		for _, n := range page.all("li", func(n *html.Node) bool { return strings.HasPrefix(value(n, "data-key"), "attempt-") }) {
			for o := range n.Descendants() {
				if o.Data == "time" {
					list = append(list, value(o, "datetime"))
				}
			}
		}
		return list
	}
	planned := due()
	if len(planned) != 3 {
		t.Fatalf("%d attempts with a time, want 3", len(planned))
	}
	r.run(2 * time.Minute)
	for i, made := range due() {
		want, _ := time.Parse(time.RFC3339Nano, planned[i])
		got, _ := time.Parse(time.RFC3339Nano, made)
		// Each attempt before takes 12 ms, which the plan cannot know.
		if late := got.Sub(want); late < 0 || late > time.Duration(i)*20*time.Millisecond {
			t.Errorf("attempt %d was planned for %s and made at %s", i+1, planned[i], made)
		}
	}
	r.get("/deliveries/"+id).says("state", "failed", "all 2 retries are used up")
}

func TestAttemptsAndTabsAreChosenByAddress(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	r.wire.reply = payloads.Reply{Status: 500, Body: []byte(`{"n": 1}`)}
	id := r.deliver()
	r.wire.reply = payloads.Reply{Status: 200, Body: []byte(`{"n": 2}`)}
	r.run(11 * time.Second)
	path := "/deliveries/" + id
	for _, tc := range []struct{ query, attempt, says, not string }{
		{"", "Attempt 2", `"n": 2`, `"n": 1`},
		{"?attempt=1", "Attempt 1", `"n": 1`, `"n": 2`},
		{"?attempt=9", "Attempt 2", `"n": 2`, `"n": 1`},
		{"?attempt=-1&tab=none", "Attempt 2", `"n": 2`, `"n": 1`},
		{"?attempt=1&tab=raw", "Attempt 1", "POST /hook HTTP/1.1", `"n": 2`},
		{"?attempt=1&tab=hex", "Attempt 1", "00000000 7b 22 6e 22", `"n": 2`},
		{"?attempt=2&tab=headers", "Attempt 2", "X-Postbox-Sent", `"n"`},
	} {
		page := r.get(path+tc.query).want(http.StatusOK).says("exchange", tc.attempt, tc.says)
		if strings.Contains(page.part("exchange"), tc.not) {
			t.Errorf("%s shows %q too", tc.query, tc.not)
		}
		if got := page.all("a", func(n *html.Node) bool { return inside(n, "nav") && value(n, "aria-current") == "true" }); len(got) != 1 {
			t.Errorf("%s marks %d tabs", tc.query, len(got))
		}
		for _, n := range page.all("a", func(n *html.Node) bool { _, ok := attr(n, "data-swap"); return ok }) {
			link, _, _ := strings.Cut(value(n, "href"), "#")
			r.get(link).want(http.StatusOK)
		}
	}
	page := r.get(path+"?attempt=2").says("exchange", "Not as in attempt 1: "+invented.AttemptHeader+", X-Postbox-Sent, "+invented.SignatureHeader+". The body is the same")
	if got := len(page.all("mark", func(n *html.Node) bool { return inside(n, "dd") })); got != 3 {
		t.Errorf("%d fields are marked as different, want 3", got)
	}
}

// TestTabIsRemembered without a script.
func TestTabIsRemembered(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	path := "/deliveries/" + r.deliver()
	if got := r.get(path).header.Get("Set-Cookie"); got != "" {
		t.Errorf("a cookie %q although nothing was chosen", got)
	}
	cookie := r.get(path + "?tab=hex").header.Get("Set-Cookie")
	if !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Strict") {
		t.Errorf("cookie %q", cookie)
	}
	for value, want := range map[string]string{"annohook-tab=hex": "00000000", "annohook-tab=<script>": "indented here"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Cookie", value)
		r.do(req).says("exchange", want)
	}
}

func TestRawBodiesAreDownloads(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	r.wire.reply = payloads.Reply{Status: 200, Header: payloads.H("Content-Type", "text/html"), Body: []byte("<script>alert(1)</script>\x00"), Truncated: true}
	id := r.deliver(func(tr *scheduler.Trigger) { tr.Body = []byte("\xff<b>") })
	page := r.get("/deliveries/"+id).says("exchange", "only that much of its beginning was kept")
	want := map[string]string{"/deliveries/" + id + "/body": "\xff<b>", "/deliveries/" + id + "/body/1": "<script>alert(1)</script>\x00"}
	if got := page.links("Download"); len(got) != len(want) {
		t.Fatalf("links to bodies: %q", got)
	}
	for _, link := range page.links("Download") {
		got := r.get(link).want(http.StatusOK)
		if got.body != want[link] || got.header.Get("Content-Type") != "text/plain; charset=utf-8" || got.header.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment") || !strings.Contains(got.header.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%s: %q with %v", link, got.body, got.header)
		}
	}
	for _, path := range []string{"/deliveries/none/body", "/deliveries/" + id + "/body/2", "/deliveries/" + id + "/body/x", "/deliveries/none/body/1"} {
		r.get(path).want(http.StatusNotFound)
	}
}

// TestWhatIsCutIsSaidInNumbers for a body of 5 MB.
func TestWhatIsCutIsSaidInNumbers(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	body := []byte("[" + strings.Repeat(`"0123456789",`, 400_000) + "1]")
	path := "/deliveries/" + r.deliver(func(tr *scheduler.Trigger) { tr.Body = body })
	page := r.get(path).says("exchange", "5.0 MiB", "only the first 64.0 KiB are shown").says("signature", "5.0 MiB more of the body follow")
	if len(page.body) > 300_000 {
		t.Errorf("the page has %d bytes", len(page.body))
	}
	r.get(path+"?tab=hex").says("exchange", "5.0 MiB more are not shown")
}

// TestSignaturePanelChecksAgain over what can become of a secret.
func TestSignaturePanelChecksAgain(t *testing.T) {
	r := newRig(t)
	sub := r.subscribe()
	path := "/deliveries/" + r.deliver()
	r.get(path).says("signature", "✓ Checked again with the stored secret", "the 9 bytes of the secret's text", "✓ accepted at the time of the attempt", "Computed now")
	change := func(s *subscriptions.Subscription) error { s.Secret = "another-one"; return nil }
	if _, err := r.scheduler.Change(t.Context(), sub.ID, change); err != nil {
		t.Fatal(err)
	}
	page := r.get(path).says("signature", "is not the one that signed attempt 1")
	if strings.Contains(page.part("signature"), "Computed now") {
		t.Error("something is computed with a secret that did not sign")
	}
}

// TestMistakesAreFound: the values that a listener computes with one of the usual mistakes stand on the page, open when it refused.
func TestMistakesAreFound(t *testing.T) {
	const secret = "aHVzaC1odXNoLWh1c2gtaHVzaA=="
	r := newRig(t)
	r.subscribe(func(s *subscriptions.Subscription) { s.Secret = secret })
	r.wire.reply = payloads.Reply{Status: 401}
	id := r.deliver(func(tr *scheduler.Trigger) { tr.Body = []byte(`{"b": "é", "a": [1, 2]}`) })
	page := r.get("/deliveries/"+id).says("state", "what common mistakes compute instead")
	for what, value := range map[string]string{
		"decodes the secret":        signature.HMACSHA256Hex([]byte("hush-hush-hush-hush"), []byte("1."), []byte(`{"b": "é", "a": [1, 2]}`)),
		"without spaces":            signature.HMACSHA256Hex([]byte(secret), []byte("1."), []byte(`{"b":"é","a":[1,2]}`)),
		"as Python does":            signature.HMACSHA256Hex([]byte(secret), []byte("1."), []byte(`{"b": "\u00e9", "a": [1, 2]}`)),
		"line feed":                 signature.HMACSHA256Hex([]byte(secret), []byte("1."), []byte(`{"b": "é", "a": [1, 2]}`+"\n")),
		"leaves out what stands":    signature.HMACSHA256Hex([]byte(secret), []byte(`{"b": "é", "a": [1, 2]}`)),
		"signs an empty body":       signature.HMACSHA256Hex([]byte(secret), []byte("1.")),
		"computes the right digest": "",
	} {
		page.says("signature", what, value)
	}
	open := func(p answer) bool {
		return len(p.all("details", func(n *html.Node) bool {
			_, is := attr(n, "open")
			return is && value(n, "data-key") == "mistakes"
		})) == 1
	}
	if !open(page) {
		t.Error("the mistakes are folded away after a 401")
	}
	r.wire.reply = payloads.Reply{Status: 200}
	if open(r.get("/deliveries/" + r.deliver())) {
		t.Error("the mistakes are open although the listener accepted")
	}
	if strings.Contains(page.body, secret) || strings.Contains(page.body, "hush-hush") {
		t.Error("the page shows the secret")
	}
}

func TestVerbatimRepetitionsAreJudged(t *testing.T) {
	r := newRig(t)
	sub := r.subscribe()
	again := r.post("/deliveries/"+r.deliver()+"/replay", url.Values{"mode": {scheduler.ReplayVerbatim}}).seeOther()
	r.run(time.Second)
	r.wire.reply = payloads.Reply{Status: 401}
	refused := r.post(again+"/replay", url.Values{"mode": {scheduler.ReplayVerbatim}}).seeOther()
	r.run(time.Second)
	r.get(refused).says("state", "it carries the old time and signature")
	r.get(again).says("signature", "those of the attempt that it repeats", "still accepts it")
	change := func(s *subscriptions.Subscription) error { s.Secret = "another-one"; return nil }
	if _, err := r.scheduler.Change(t.Context(), sub.ID, change); err != nil {
		t.Fatal(err)
	}
	r.get(again).says("signature", "refuses it: signature does not match")
}

func TestUnsignedRequestsSayWhy(t *testing.T) {
	r := newRig(t)
	r.subscribe(func(s *subscriptions.Subscription) { s.Secret = "" })
	r.get("/deliveries/"+r.deliver()).says("signature", "not signed, because its subscription had no secret")
}

func TestWhyNamesTheRule(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	for _, tc := range []struct {
		reply payloads.Reply
		says  []string
		rules int
	}{
		{payloads.Reply{Status: 200}, []string{"status 200 is in 200 to 299"}, 0},
		{payloads.Reply{Status: 500}, []string{"status 500 is outside", "retry 1 of 3 follows"}, 0},
		{payloads.Reply{Failure: payloads.FailureTimeout, Message: "too slow"}, []string{"timeout two seconds assumed invented", "slower than the platform waits"}, 1},
		{payloads.Reply{Failure: payloads.FailureRefused}, []string{"is the listener running"}, 0},
	} {
		r.wire.reply = tc.reply
		page := r.get("/deliveries/"+r.deliver()).says("state", tc.says...)
		if got := len(page.all("li", func(n *html.Node) bool { return value(n.Parent, "class") == "rules" })); got != tc.rules {
			t.Errorf("%+v names %d rules, want %d", tc.reply, got, tc.rules)
		}
	}
}

func TestInterruptedAttemptsAreExplained(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	published, err := r.scheduler.Publish(t.Context(), scheduler.Trigger{Platform: invented.ID, Type: invented.NoteAdded})
	if err != nil {
		t.Fatal(err)
	}
	id := published.Deliveries[0].ID
	d, err := r.history.Delivery(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	claimed, err := r.history.Claim(t.Context(), d.Ref(), history.Claim{Worker: "w9", At: start})
	if err != nil {
		t.Fatal(err)
	}
	r.get("/deliveries/"+id).says("state", "Attempt 1 is running").says("timeline", "running", "2 planned, if attempt 1 fails").says("exchange", "Shown when the attempt ends")
	if _, err := r.history.Interrupt(t.Context(), claimed.Token, "worker died", start.Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	r.get("/deliveries/"+id).says("timeline", "interrupted", "not charged to the schedule").says("state", "Attempt 2 is due", "may arrive twice")
}

func TestReplaysAreLinkedBothWays(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	path := "/deliveries/" + r.deliver()
	var want []string
	for _, mode := range scheduler.ReplayModes() {
		again := r.post(path+"/replay", url.Values{"mode": {mode}}).seeOther()
		r.run(time.Second)
		r.get(again).says("facts", "Replay of", mode)
		if links := r.get(again).all("a", func(n *html.Node) bool { return value(n, "href") == path }); len(links) != 1 {
			t.Errorf("%s: %d links back", mode, len(links))
		}
		want = append([]string{again}, want...)
	}
	var got []string
	for _, n := range r.get(path).says("facts", "Replayed as", "retry", "new", "verbatim").all("a", func(n *html.Node) bool { return inside(n, "li") && inside(n, "dd") }) {
		got = append(got, value(n, "href"))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("replays (-want +got):\n%s", diff)
	}
}

func TestEditOpensComposeWithTheBody(t *testing.T) {
	r := newRig(t)
	sub := r.subscribe()
	link := func(body string) url.Values {
		id := r.deliver(func(tr *scheduler.Trigger) { tr.Body = []byte(body) })
		links := r.get("/deliveries/" + id).links("Edit and send")
		if len(links) != 1 {
			t.Fatalf("%d links to compose", len(links))
		}
		u, err := url.Parse(links[0])
		if err != nil || u.Path != "/compose" {
			t.Fatalf("link %q: %v", links[0], err)
		}
		return u.Query()
	}
	q := link("{\"a\": \"é&\"}\n")
	want := url.Values{
		"platform": {invented.ID}, "profile": {"v1"}, "type": {invented.NoteAdded}, "subscription": {sub.ID}, "body": {"{\"a\": \"é&\"}\n"},
	}
	if diff := cmp.Diff(want, q); diff != "" {
		t.Errorf("link (-want +got):\n%s", diff)
	}
	for name, body := range map[string]string{"long": strings.Repeat("x", 20_000), "no text": "\xff", "carriage return": "a\r\nb"} {
		if link(body).Has("body") {
			t.Errorf("%s: a form would change this body", name)
		}
	}
}

func TestCollectingDelivery(t *testing.T) {
	r := newRig(t)
	r.subscribe(func(s *subscriptions.Subscription) { s.Options = []byte(`{"window":"1m"}`) })
	id := r.deliver()
	r.get("/deliveries/"+id).want(http.StatusOK).says("state", "collecting", "The batch is closed", "it is still collecting events").
		says("exchange", "Still collecting events").says("timeline", "The batch is closed and sent")
	r.get("/deliveries/" + id + "/body").want(http.StatusNotFound)
}

func TestDeletedSubscription(t *testing.T) {
	r := newRig(t)
	sub := r.subscribe()
	id := r.deliver()
	if _, err := r.scheduler.Unsubscribe(t.Context(), sub.ID); err != nil {
		t.Fatal(err)
	}
	page := r.get("/deliveries/"+id).want(http.StatusOK).says("facts", "deleted").says("state", "its subscription does not exist any more").
		says("signature", "No secret is stored any more")
	if got := len(page.all("button", func(n *html.Node) bool { _, off := attr(n, "disabled"); return off })); got != 3 {
		t.Errorf("%d replay buttons are switched off, want 3", got)
	}
}
