package dashboard_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/sender/history/pulse"
	"github.com/annohook/annohook/subscriptions"
	"github.com/annohook/annohook/web/dashboard"
)

// newPulseRig is a rig with a pulse, and a function that waits until it has counted so many attempts.
func newPulseRig(t *testing.T) (r *rig, counted func(attempts int)) {
	t.Helper()
	var p *pulse.Pulse
	r = newRig(t, func(o *dashboard.Options) {
		feed, ok := o.History.(history.Feed)
		if !ok {
			t.Fatal("the history has no feed")
		}
		p = pulse.New(feed, o.Now)
		o.Pulse = p
	})
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("the pulse ended with %v", err)
		}
	})
	return r, func(attempts int) {
		t.Helper()
		for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) {
			s := p.Snapshot("", start.Add(-time.Hour), time.Hour)
			if s.Ready && s.Sum().Attempts == attempts {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("%d attempts are counted, want %d", s.Sum().Attempts, attempts)
			}
		}
	}
}

func TestChartsTellTheLastHour(t *testing.T) {
	r, counted := newPulseRig(t)
	r.subscribe(func(s *subscriptions.Subscription) { s.Retry = &subscriptions.Retry{} })
	counted(0)
	r.get("/").inPart("charts").holds("no attempts yet")
	r.deliver()
	r.run(10 * time.Minute)
	r.deliver()
	r.wire.reply = payloads.Reply{Status: 500}
	r.deliver()
	counted(3)
	charts := r.get("/").inPart("charts").holds("3 66.7 % succeeded 1 failed", "Known since 01-02 03:04:05")
	var titles []string
	for _, n := range charts.all("title", nil) {
		titles = append(titles, textOf(n))
	}
	want := []string{
		"not on record", "03:04 UTC: 1 succeeded, 0 failed", "03:14 UTC: 1 succeeded, 1 failed", "10 ms to 20 ms: 3 of 3, 100 %",
	}
	if diff := cmp.Diff(want, titles); diff != "" {
		t.Errorf("titles of bars (-want +got):\n%s", diff)
	}
	if good, bad := charts.classed("rect", "good"), charts.classed("rect", "bad"); len(good) != 3 || len(bad) != 1 {
		t.Errorf("%d bars of successes, %d of failures; want 3 and 1", len(good), len(bad))
	}
	var table []string
	for _, n := range charts.all("tr", func(n *html.Node) bool { return inside(n, "tbody") }) {
		if row := strings.Join(cells(n), " "); !strings.HasSuffix(row, " 0 0 0") {
			table = append(table, row)
		}
	}
	if diff := cmp.Diff([]string{"01-02 03:10:00 1 1 2", "01-02 03:00:00 in part 1 0 1", "10 ms to 20 ms 3 100 %"}, table); diff != "" {
		t.Errorf("tables (-want +got):\n%s", diff)
	}
}

func TestBarsKeepToTheChart(t *testing.T) {
	r, counted := newPulseRig(t)
	r.subscribe(func(s *subscriptions.Subscription) { s.Retry = &subscriptions.Retry{} })
	for i := range 7 {
		r.wire.reply = payloads.Reply{Status: 200 + 300*(i%2)}
		r.deliver()
	}
	counted(7)
	for _, n := range r.get("/").inPart("charts").all("rect", nil) {
		y, errY := strconv.ParseFloat(value(n, "y"), 64)
		high, errH := strconv.ParseFloat(value(n, "height"), 64)
		x, errX := strconv.ParseFloat(strings.TrimSuffix(value(n, "x"), "%"), 64)
		wide, errW := strconv.ParseFloat(strings.TrimSuffix(value(n, "width"), "%"), 64)
		if err := errors.Join(errY, errH, errX, errW); err != nil || y < 11.9 || high <= 0 || y+high > 104.1 || x < 0 || wide <= 0 || x+wide > 100 {
			t.Errorf("%s: x %v, width %v, y %v, height %v (%v)", value(n, "class"), x, wide, y, high, err)
		}
	}
}

func TestHealthShowsWhoFails(t *testing.T) {
	r, counted := newPulseRig(t)
	well := r.subscribe(func(s *subscriptions.Subscription) { s.Description = "the good one" })
	r.deliver()
	sick := r.subscribe(func(s *subscriptions.Subscription) {
		s.URL, s.Retry = "http://user:pw@listener.test/sick", &subscriptions.Retry{}
	})
	to := func(id string) func(*scheduler.Trigger) {
		return func(tr *scheduler.Trigger) { tr.SubscriptionIDs = []string{id} }
	}
	r.deliver(to(sick.ID))
	r.wire.reply = payloads.Reply{Status: 503}
	r.deliver(to(sick.ID))
	r.wire.reply = payloads.Reply{Failure: payloads.FailureTimeout}
	r.deliver(to(sick.ID))
	r.wire.reply = payloads.Reply{Status: 200}
	r.deliver(to(well.ID))
	counted(5)
	health := r.get("/").inPart("health")
	items := health.all("li", nil)
	if len(items) != 2 || value(items[0], "data-key") != sick.ID {
		t.Fatalf("the failing subscription does not come first: %s", health.text())
	}
	health.holds("2 failed in a row", "the good one", "2 of 2 ok", "p50 12 ms")
	if strings.Contains(health.text(), "user:pw") {
		t.Error("a password is shown")
	}
	var marks []string
	for _, n := range health.all("path", func(n *html.Node) bool { return inside(n, "li") }) {
		marks = append(marks, value(n, "class")+" "+textOf(n))
	}
	want := []string{
		"good 200, note.added, 12 ms, 03:04:06 UTC", "bad 503, note.added, 12 ms, 03:04:07 UTC", "bad timeout, note.added, 12 ms, 03:04:08 UTC",
		"good 200, note.added, 12 ms, 03:04:05 UTC", "good 200, note.added, 12 ms, 03:04:09 UTC",
	}
	if diff := cmp.Diff(want, marks); diff != "" {
		t.Errorf("strips (-want +got):\n%s", diff)
	}
	labels := health.all("svg", func(n *html.Node) bool {
		return value(n, "aria-label") == "2 of the last 3 attempts failed, the latest 2 in a row"
	})
	if len(labels) != 1 {
		t.Error("the strip has no text alternative")
	}
}

func TestHealthIsBounded(t *testing.T) {
	r, counted := newPulseRig(t)
	for range 11 {
		r.subscribe()
	}
	counted(0)
	health := r.get("/").inPart("health").holds("No attempts yet.", "6 more")
	if got := len(health.all("li", nil)); got != 5 {
		t.Errorf("%d subscriptions are shown, want 5", got)
	}
}

func TestHostileTextInTheHealthOfSubscriptions(t *testing.T) {
	for _, bad := range corpus() {
		r, counted := newPulseRig(t)
		clean := strings.ToValidUTF8(bad, "?")
		r.subscribe(func(s *subscriptions.Subscription) {
			s.Description, s.URL = clean, "http://listener.test/"+url.PathEscape(bad)
		})
		r.subscribe(func(s *subscriptions.Subscription) { s.URL = "http://listener.test/?" + clean })
		r.wire.reply = payloads.Reply{Status: 500, Failure: payloads.FailureProtocol, Message: bad}
		r.deliver()
		counted(2)
		page := r.get("/").want(http.StatusOK)
		checkHarmless(t, bad, page)
		if text := page.inPart("health").text(); !strings.Contains(text, "marker") {
			t.Errorf("the text itself is not shown: %s", text)
		}
	}
}

// TestFullPageIsSmall fills everything the page shows: a row, a strip and a bar wherever there is room.
func TestFullPageIsSmall(t *testing.T) {
	r, counted := newPulseRig(t)
	var subs []string
	for range 6 {
		sub := r.subscribe(func(s *subscriptions.Subscription) {
			s.URL = "http://listener.test:19001/a/path/as/long/as/they/come"
			s.Retry = &subscriptions.Retry{}
		})
		subs = append(subs, sub.ID)
	}
	const minutes = 61
	for i := range 2 * minutes {
		r.wire.reply = payloads.Reply{Status: 200 + 300*(i%2)}
		r.deliver(func(tr *scheduler.Trigger) { tr.SubscriptionIDs = subs[i/2%2*3:][:3] })
		r.run(29 * time.Second)
	}
	counted(3 * 2 * minutes)
	page := r.get("/")
	if rows, marks := len(page.all("tr", func(n *html.Node) bool { return value(n, "data-key") != "" })), len(page.all("path", nil)); rows != 25 || marks != 5*30 {
		t.Errorf("%d rows and %d marks, want 25 and 150", rows, marks)
	}
	if bars := len(page.inPart("charts").all("g", nil)); bars != 60 {
		t.Errorf("%d bars, want 59 minutes, the one that has just begun being empty, and a band", bars)
	}
	const budget = 58_000
	if len(page.body) > budget {
		t.Errorf("the page takes %d bytes, budget %d", len(page.body), budget)
	}
	t.Logf("the full live page takes %d bytes", len(page.body))
}
