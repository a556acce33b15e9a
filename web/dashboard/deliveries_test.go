package dashboard_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
	"github.com/annohook/annohook/web/dashboard"
)

// listed are the ids of the rows, in their order.
func listed(a answer) []string {
	var list []string
	for _, n := range a.all("tr", nil) {
		if key := value(n, "data-key"); key != "" {
			list = append(list, key)
		}
	}
	return list
}

// search is the address of the list with a search.
func search(q string) string { return "/deliveries?q=" + url.QueryEscape(q) }

// linkTo finds the one link with a text.
func linkTo(t *testing.T, a answer, text string) *html.Node {
	t.Helper()
	links := a.all("a", func(n *html.Node) bool { return strings.Join(strings.Fields(textOf(n)), " ") == text })
	if len(links) != 1 {
		t.Fatalf("%d links say %q, want 1: %s", len(links), text, a.text())
	}
	return links[0]
}

// box is what stands in the search box.
func box(t *testing.T, a answer) string {
	t.Helper()
	boxes := a.all("input", func(n *html.Node) bool { return value(n, "id") == "q" })
	if len(boxes) != 1 {
		t.Fatalf("%d search boxes, want 1", len(boxes))
	}
	return value(boxes[0], "value")
}

func TestListFiltersAndPages(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	good := r.deliver()
	r.wire.reply = payloads.Reply{Status: 500}
	bad := r.deliver()
	for path, want := range map[string]string{
		"/deliveries":                                     bad + " " + good,
		"/deliveries?status=succeeded":                    good,
		"/deliveries?status=retrying":                     bad,
		"/deliveries?q=" + good:                           good,
		"/deliveries?platform=" + invented.ID + "&q=x-no": "",
		search("code:5xx"):                                bad,
		search("-code:5xx type:note.*"):                   good,
		search("attempt:>5"):                              "",
		search("after:1h -status:succeeded,failed"):       bad,
		search("/HOOK"):                                   bad + " " + good,
	} {
		if got := strings.Join(listed(r.get(path).want(http.StatusOK)), " "); got != want {
			t.Errorf("%s shows %q, want %q", path, got, want)
		}
	}
	r.get("/deliveries?cursor=nonsense").want(http.StatusBadRequest)

	for range 60 {
		r.deliver()
	}
	first := r.get("/deliveries?type=" + invented.NoteAdded)
	second := r.get(value(linkTo(t, first, "Older"), "href")).want(http.StatusOK).holds("Made before")
	if got, want := len(listed(first))+len(listed(second)), 62; got != want {
		t.Errorf("two pages show %d deliveries, want %d", got, want)
	}
	if streams := second.all("*", func(n *html.Node) bool { _, ok := attr(n, "data-stream"); return ok }); len(streams) != 0 {
		t.Error("an older page listens to the stream")
	}
	if back := value(linkTo(t, second, "Newest"), "href"); back != search("type:"+invented.NoteAdded) {
		t.Errorf("the way back is %q", back)
	}
}

func TestOlderLinksBecomeASearch(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	r.deliver()
	page := r.get("/deliveries?status=failed&q=some+words&platform=" + invented.ID + "&type=note.added&subscription=s,1&event=e1").want(http.StatusOK)
	want := `some words platform:` + invented.ID + ` status:failed type:note.added subscription:"s,1" event:e1`
	if got := box(t, page); got != want {
		t.Errorf("the box holds %q, want %q", got, want)
	}
	r.get("/deliveries?status=nonsense").want(http.StatusOK).holds(`unknown status "nonsense"`)
	r.get("/deliveries?platform=nobody").want(http.StatusOK).holds(`unknown platform "nobody"`, invented.ID)
}

func TestAWrongTermLeavesTheListAsItWas(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	good := r.deliver()
	r.wire.reply = payloads.Reply{Status: 500}
	r.deliver()
	page := r.get(search("/hook stauts:failed x") + "&was=status:succeeded").want(http.StatusOK)
	page.holds("At character 7", `did you mean "status"?`, "The list below is as it was")
	if got := box(t, page); got != "/hook stauts:failed x" {
		t.Errorf("the box holds %q", got)
	}
	if got := listed(page); !slices.Equal(got, []string{good}) {
		t.Errorf("the list shows %v, want what it showed before: %s", got, good)
	}
	if marks := page.all("mark", nil); len(marks) != 1 || textOf(marks[0]) != "stauts:failed" {
		t.Errorf("%d marks", len(marks))
	}
	if got := value(linkTo(t, page, "Search without this term"), "href"); got != search("/hook x") {
		t.Errorf("without the term it is %q", got)
	}
	fields := url.Values{}
	for _, n := range page.all("input", func(n *html.Node) bool { return inside(n, "form") && value(n, "name") == "was" }) {
		fields.Set("was", value(n, "value"))
	}
	if got := fields.Get("was"); got != "status:succeeded" {
		t.Errorf("the next try comes from %q", got)
	}
	if to := r.get(search("status:failed") + "&was=status:succeeded").seeOther(); to != search("status:failed") {
		t.Errorf("a search that can be read leads to %q", to)
	}
	r.get(search(`"open`)+"&was="+url.QueryEscape(`"worse`)).want(http.StatusOK).holds("closing quote is missing", good)
	r.get(search(strings.Repeat("long ", 400))).want(http.StatusOK).holds("too long", good)
}

func TestChipsSwitchTerms(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	r.deliver()
	r.wire.reply = payloads.Reply{Status: 500}
	r.deliver()
	for _, tc := range []struct{ from, chip, to string }{
		{"", "retrying 1", "status:retrying"},
		{"status:retrying", "retrying 1", ""},
		{"status:retrying", "succeeded 1", "status:retrying,succeeded"},
		{"status:retrying,succeeded /hook", "retrying 1", "status:succeeded /hook"},
		{"status:succeeded", "needs attention 1", "status:failed,retrying"},
		{"status:failed,retrying x", "needs attention 1", "x"},
		{`"two words" after:10m -type:a,"b c"`, "hour", `"two words" after:1h -type:a,"b c"`},
		{`"two words" after:10m`, "10 min", `"two words"`},
		{"-status:failed", "slow", "-status:failed latency:>1s"},
		{"latency:>2s", "slow", "latency:>1s"},
		{"platform:" + invented.ID, "Postbox 2", ""},
	} {
		page := r.get(search(tc.from)).want(http.StatusOK)
		want := "/deliveries"
		if tc.to != "" {
			want = search(tc.to)
		}
		if got := value(linkTo(t, page, tc.chip), "href"); got != want {
			t.Errorf("from %q chip %q leads to %q, want %q", tc.from, tc.chip, got, want)
		}
	}
	on := r.get(search("status:failed,retrying")).all("a", func(n *html.Node) bool { return value(n, "aria-current") == "true" })
	var texts []string
	for _, n := range on {
		texts = append(texts, strings.Join(strings.Fields(textOf(n)), " "))
	}
	if want := []string{"needs attention 1", "retrying 1", "failed 0"}; !slices.Equal(texts, want) {
		t.Errorf("%q are on, want %q", texts, want)
	}
}

func TestTheListSaysHowMany(t *testing.T) {
	r := newRig(t)
	r.get("/deliveries").want(http.StatusOK).holds("Nothing was sent yet", "0 deliveries kept")
	r.subscribe()
	for range 60 {
		r.deliver()
	}
	r.get("/deliveries").holds("60 deliveries kept")
	r.get(search("status:succeeded")).holds("60 of 60 deliveries match")
	r.get(search("code:200")).holds("Newest of those that match, of 60 kept")
	empty := r.get(search("code:404 status:failed")).holds("0 of 60 deliveries match", "No delivery matches all of these terms")
	if got := value(linkTo(t, empty, "without code:404"), "href"); got != search("status:failed") {
		t.Errorf("without the first term it is %q", got)
	}
}

// shallow is a history that looks no further than the first delivery in one go.
type shallow struct{ history.Reader }

func (s shallow) List(ctx context.Context, q history.Query) (history.Page, error) {
	all := q
	all.Filter, all.Limit = nil, 1
	one, err := s.Reader.List(ctx, all)
	one.Items = slices.DeleteFunc(one.Items, func(d history.Summary) bool { return !q.Admits(d) })
	return one, err
}

func TestAShortPageOffersToGoOn(t *testing.T) {
	r := newRig(t, func(o *dashboard.Options) { o.History = shallow{o.History} })
	r.subscribe()
	old := r.deliver()
	r.wire.reply = payloads.Reply{Status: 500}
	r.deliver()
	page := r.get(search("code:200")).want(http.StatusOK).holds("None found so far", "Looked back to 01-02 03:04:06")
	page = r.get(value(linkTo(t, page, "Look further"), "href")).want(http.StatusOK)
	if got := listed(page); !slices.Equal(got, []string{old}) {
		t.Errorf("further on it shows %v, want %s", got, old)
	}
}

func TestRowsMarkWhatWasFound(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	r.wire.reply = payloads.Reply{Status: 503}
	id := r.deliver(func(tr *scheduler.Trigger) { tr.Body = []byte("Deep <inside>") })
	marked := func(q string) string {
		var texts []string
		for _, n := range r.get(search(q)).want(http.StatusOK).all("mark", nil) {
			texts = append(texts, textOf(n))
		}
		return strings.Join(texts, "|")
	}
	for q, want := range map[string]string{
		"LISTENER": "listener", "url:hook": "hook", "added test/": "added|test/", id: id, "e": "e|e|e|e|e|e", "-nothing": "",
	} {
		if got := marked(q); q != "e" && got != want || !strings.HasPrefix(got, strings.SplitN(want, "|", 2)[0]) {
			t.Errorf("%q marks %q, want %q", q, got, want)
		}
	}
	r.get(search(`"deep <inside"`)).holds("in the body")
	if text := r.get(search("hook")).text(); strings.Contains(text, "in the body") {
		t.Error("a text that the row shows is said to be in the body")
	}
}

func TestADeliveryOpensBesideTheList(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	r.wire.reply = payloads.Reply{Status: 503, Body: []byte(`{"busy":true}`)}
	id := r.deliver()
	other := r.deliver()
	list := r.get(search("code:503")).want(http.StatusOK)
	rows := list.all("a", func(n *html.Node) bool { _, ok := attr(n, "data-open"); return ok })
	if want := search("code:503") + "&open=" + id + "#row-" + id; len(rows) != 2 || !sameAddress(t, value(rows[1], "href"), want) {
		t.Fatalf("%d rows, the second opens %q, want %q", len(rows), value(rows[1], "href"), want)
	}
	page := r.get(search("code:503") + "&open=" + id).want(http.StatusOK)
	checkStructure(t, page)
	page.holds("busy", "Attempts", "Signature")
	if got := listed(page)[:2]; !slices.Equal(got, []string{other, id}) {
		t.Errorf("beside it the list shows %v", got)
	}
	shut := page.all("a", func(n *html.Node) bool { _, ok := attr(n, "data-close"); return ok })
	if len(shut) != 1 || value(shut[0], "href") != search("code:503") {
		t.Errorf("%d links close it", len(shut))
	}
	if parts := func(a answer) string {
		list := a.all("*", func(n *html.Node) bool { return value(n, "data-part") == "list" })
		var b strings.Builder
		_ = html.Render(&b, list[0])
		return b.String()
	}; parts(list) != parts(page) {
		t.Error("the list differs when a delivery is open: its rows would flash")
	}
	only := r.get(search("code:503") + "&only=open&open=" + id).want(http.StatusOK).holds("busy")
	if strings.Contains(only.text(), "Ready-made") || len(only.all("table", func(n *html.Node) bool { return value(n, "class") == "deliveries" })) != 0 {
		t.Error("what is asked for alone comes with the list")
	}
	r.get("/deliveries?open=gone").want(http.StatusOK).holds("No delivery gone is kept", id[:6])
}

func sameAddress(t *testing.T, a, b string) bool {
	t.Helper()
	ua, errA := url.Parse(a)
	ub, errB := url.Parse(b)
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	return ua.Path == ub.Path && ua.Fragment == ub.Fragment && ua.Query().Encode() == ub.Query().Encode()
}

// TestTargetsAreShortUntilTheirBeginningIsLookedFor: the scheme takes room that the path needs, and must be there to be marked.
func TestTargetsAreShortUntilTheirBeginningIsLookedFor(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	r.deliver()
	for q, want := range map[string]string{"": "listener.test/hook", "hook": "listener.test/hook", `"http://listener"`: "http://listener.test/hook"} {
		cells := r.get(search(q)).all("td", func(n *html.Node) bool { return value(n, "class") == "c-target" })
		if len(cells) != 1 || textOf(cells[0]) != want || value(cells[0], "title") != "http://listener.test/hook" {
			t.Errorf("the search for %q shows %d targets, the first of them %q, want %q", q, len(cells), textOf(cells[0]), want)
		}
	}
}

func TestStreamsOfListsKeepWhatLasts(t *testing.T) {
	r := newRig(t)
	for q, want := range map[string]string{
		"": "/changes", "status:failed x latency:2s..3s": "/changes?fits=" + url.QueryEscape("status:failed latency:2s..3s"),
		"type:a* status:failed -platform:" + invented.ID: "/changes?fits=" + url.QueryEscape("status:failed") + "&q=" + url.QueryEscape("type:a* -platform:"+invented.ID),
		"x":        "/changes",
		"after:1h": "/changes?q=" + url.QueryEscape("after:2026-01-02T02:04:05Z"),
	} {
		bars := r.get(search(q)).all("*", func(n *html.Node) bool { _, ok := attr(n, "data-stream"); return ok })
		if len(bars) != 1 || value(bars[0], "data-stream") != want {
			t.Errorf("%q listens to %q, want %q", q, value(bars[0], "data-stream"), want)
		}
	}
}

// confirm asks for an action on many and answers the question with yes.
func confirm(r *rig, ask url.Values, change ...func(url.Values)) (question, done answer) {
	r.t.Helper()
	question = r.get("/deliveries/bulk?" + ask.Encode()).want(http.StatusOK)
	fields := question.fields("/deliveries/bulk")
	for _, fn := range change {
		fn(fields)
	}
	done = r.get(r.post("/deliveries/bulk", fields).seeOther()).want(http.StatusOK)
	r.run(time.Second)
	return question, done
}

func TestChosenDeliveriesAreSentAgain(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	one, two, three := r.deliver(), r.deliver(), r.deliver()
	question, done := confirm(r, url.Values{"do": {"replay"}, "of": {"chosen"}, "id": {one, three, "gone"}, "q": {"/hook"}})
	question.holds("Send 2 deliveries again?", "http://listener.test/hook", "Send 2 again", "Repeat verbatim")
	checkStructure(t, question)
	checkLabels(t, question)
	done.holds("2 deliveries go out again")
	if got := box(t, done); got != "/hook" {
		t.Errorf("it comes back to %q", got)
	}
	fresh := listed(r.get(value(linkTo(t, done, "show them"), "href")))
	var of []string
	for _, id := range fresh {
		d, err := r.history.Delivery(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		of = append(of, d.ReplayOf)
	}
	if want := []string{three, one}; !slices.Equal(of, want) {
		t.Errorf("what was made repeats %v, want %v, the oldest sent first (%s was not chosen)", of, want, two)
	}
	r.get("/deliveries/bulk?do=replay&of=chosen").want(http.StatusOK).holds("No delivery is chosen")
	r.post("/deliveries/bulk", url.Values{"do": {"replay"}, "mode": {"nonsense"}, "id": {one}}).want(http.StatusBadRequest).holds("mode must be one of")
}

func TestAllThatMatchAreSentAgainAndNoMore(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	for range 30 {
		r.deliver()
	}
	r.deliver(func(tr *scheduler.Trigger) { tr.Type = invented.NoteRemoved })
	late := func(url.Values) { r.deliver() } // after the question, before the answer
	question, done := confirm(r, url.Values{"do": {"replay"}, "of": {"all"}, "q": {"type:" + invented.NoteAdded}}, late, func(v url.Values) { v.Set("mode", scheduler.ReplayNew) })
	question.holds("Send 30 deliveries again?", "type:"+invented.NoteAdded, "succeeded 30")
	done.holds("30 deliveries go out again")
	shown := r.get(value(linkTo(t, done, "show them"), "href"))
	if got := len(listed(shown)); got != 30 {
		t.Errorf("%d new deliveries are shown, want 30: %s", got, box(t, shown))
	}
}

func TestManyAreCancelled(t *testing.T) {
	r := newRig(t)
	r.subscribe()
	settled := r.deliver()
	r.wire.reply = payloads.Reply{Status: 500}
	waiting := r.deliver()
	question, done := confirm(r, url.Values{"do": {"cancel"}, "of": {"all"}})
	question.holds("Cancel 1 delivery?", "every delivery", "1 more is settled already", "retrying 1")
	done.holds("1 delivery is cancelled", "Passed over: 1 settled already")
	for id, want := range map[string]history.Status{settled: history.Succeeded, waiting: history.Cancelled} {
		if d, err := r.history.Delivery(t.Context(), id); err != nil || d.Status != want {
			t.Errorf("%s is %s (%v), want %s", id, d.Status, err, want)
		}
	}
	r.get("/deliveries/bulk?do=cancel&id=" + waiting).want(http.StatusOK).holds("All are settled")
	late := r.get(r.post("/deliveries/bulk", url.Values{"do": {"cancel"}, "id": {waiting}}).seeOther()).want(http.StatusOK)
	late.holds("Nothing was done", "1 settled already")
	r.get("/deliveries/bulk?do=cancel&of=all&q=nonsense:x").want(http.StatusBadRequest).holds("unknown key")
}

func TestDeliveriesWithoutATargetArePassedOver(t *testing.T) {
	r := newRig(t)
	sub := r.subscribe()
	r.deliver()
	if _, err := r.scheduler.Unsubscribe(t.Context(), sub.ID); err != nil {
		t.Fatal(err)
	}
	_, done := confirm(r, url.Values{"do": {"replay"}, "of": {"all"}})
	done.holds("Nothing was done", "1 without a subscription")
}

// TestHostileSearches holds for what addresses carry besides the text that hostile_test.go searches for.
func TestHostileSearches(t *testing.T) {
	r := newRig(t)
	r.subscribe(func(s *subscriptions.Subscription) { s.URL = "http://listener.test/" + url.PathEscape(`"><script>`) })
	r.deliver()
	for i, bad := range corpus() {
		q := url.QueryEscape(bad)
		for _, path := range []string{
			"/deliveries?open=" + q, "/deliveries?q=nokey:" + q + "&was=" + q, "/deliveries?did=replay&done=1&show=" + q + "&q=" + q,
			"/deliveries/bulk?do=" + q + "&of=all&q=" + url.QueryEscape(`"`+strings.ReplaceAll(bad, `"`, "")+`"`), "/deliveries/bulk?id=" + q, "/deliveries?did=cancel&done=" + q + "&settled=" + q,
		} {
			page := r.get(path)
			if page.status != http.StatusOK {
				t.Errorf("%d: %s: status %d", i, path, page.status)
			}
			checkHarmless(t, fmt.Sprint(i, " ", path), page)
		}
	}
}
