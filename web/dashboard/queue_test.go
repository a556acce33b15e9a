package dashboard_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
	"github.com/annohook/annohook/web/dashboard"
)

// rowsOf lists the cells of each row of a part, joined.
func rowsOf(a answer) []string {
	var rows []string
	for _, n := range a.all("tr", func(n *html.Node) bool { return inside(n, "tbody") }) {
		rows = append(rows, strings.Join(cells(n), " | "))
	}
	return rows
}

func TestQueueShowsWhatIsDue(t *testing.T) {
	r := newRig(t)
	r.get("/queue").want(http.StatusOK).holds("Nothing waits for its time.", "No attempt is in flight.", "No worker is alive")
	r.subscribe()
	r.wire.reply = payloads.Reply{Status: 503}
	r.deliver()
	r.run(5 * time.Second)
	r.deliver()
	page := r.get("/queue").want(http.StatusOK)
	first, second := start.Add(10*time.Second), start.Add(16*time.Second)
	want := []string{
		due(first) + " | " + due(first) + " | attempt 2 | note.added postbox | http://listener.test/hook | retrying",
		due(second) + " | " + due(second) + " | attempt 2 | note.added postbox | http://listener.test/hook | retrying",
	}
	if diff := cmp.Diff(want, rowsOf(page.inPart("queue-next"))); diff != "" {
		t.Errorf("due next (-want +got):\n%s", diff)
	}
	page.inPart("queue-counts").holds("2 waiting for their time", "0 s due lag", "0 in flight", "0 workers alive")
}

// due is how a time stands on the page without scripts.
func due(at time.Time) string { return at.Format("01-02 15:04:05") }

func TestQueueShowsLanesAndTheirWorkers(t *testing.T) {
	r := newRig(t)
	sub := r.subscribe(func(s *subscriptions.Subscription) { s.Concurrency = 1 })
	var refs []history.Ref
	for range 3 {
		published, err := r.scheduler.Publish(t.Context(), scheduler.Trigger{Platform: invented.ID, Type: invented.NoteAdded})
		if err != nil {
			t.Fatal(err)
		}
		d, err := r.history.Delivery(t.Context(), published.Deliveries[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		refs = append(refs, d.Ref())
	}
	claim := history.Claim{Worker: "gone-1", At: start, Limit: 1}
	if _, err := r.history.Claim(t.Context(), refs[0], claim); err != nil {
		t.Fatal(err)
	}
	for _, ref := range refs[1:] {
		if _, err := r.history.Claim(t.Context(), ref, claim); !errors.Is(err, history.ErrParked) {
			t.Fatalf("claim beyond the limit: %v", err)
		}
	}
	page := r.get("/queue").want(http.StatusOK)
	if diff := cmp.Diff([]string{sub.URL + " | postbox | 1 | 1 | 2"}, rowsOf(page.inPart("queue-lanes"))); diff != "" {
		t.Errorf("lanes (-want +got):\n%s", diff)
	}
	want := []string{"gone-1 | not heard of; its attempts are taken up by others | 1 | " + due(start)}
	if diff := cmp.Diff(want, rowsOf(page.inPart("queue-workers"))); diff != "" {
		t.Errorf("workers (-want +got):\n%s", diff)
	}
	page.inPart("queue-counts").holds("1 in flight", "2 in lanes")
	if _, err := r.scheduler.Unsubscribe(t.Context(), sub.ID); err != nil {
		t.Fatal(err)
	}
	r.get("/queue").want(http.StatusOK).inPart("queue-lanes").holds("1")
}

func TestQueueSaysWhatKeepsTheData(t *testing.T) {
	memory := func(used, limit uint64, err error) func(context.Context) (uint64, uint64, error) {
		return func(context.Context) (uint64, uint64, error) { return used, limit, err }
	}
	for name, tc := range map[string]struct {
		keeper dashboard.Keeper
		want   []string
	}{
		"bounded":   {dashboard.Keeper{Engine: "Redis", Where: "127.0.0.1:6379", Survives: "all", Memory: memory(3<<20, 12<<20, nil)}, []string{"Redis", "127.0.0.1:6379", "(25 %)"}},
		"unbounded": {dashboard.Keeper{Engine: "Redis", Memory: memory(3<<20, 0, nil)}, []string{"without a limit of its own"}},
		"silent":    {dashboard.Keeper{Engine: "Redis", Memory: memory(0, 0, errors.New("no"))}, []string{"unknown: it could not be asked"}},
		"own":       {dashboard.Keeper{Engine: "in-process store"}, []string{"in-process store", "nowhere; it stays in memory"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, func(o *dashboard.Options) { o.Keeper = tc.keeper })
			r.get("/queue").want(http.StatusOK).inPart("keeper").holds(tc.want...)
		})
	}
}
