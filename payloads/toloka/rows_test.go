package toloka_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/toloka"
	"github.com/annohook/annohook/subscriptions"
)

// TestRowsNeverShareATime stores what two processes could have stored at one moment, and what our API registers in between.
func TestRowsNeverShareATime(t *testing.T) {
	r := newRig(t)
	kept := func(id string) []byte {
		return []byte(`{"rows":{"POOL_CLOSED":{"id":"` + id + `","created":"2026-11-21T10:00:00.124"}},"batch":{"window":"2s"}}`)
	}
	for _, s := range []subscriptions.Subscription{
		{URL: "http://a/", Events: []string{toloka.PoolClosed}, Options: kept("aaaaaaaaaaaaaaaaaaaaaaaa"), Enabled: true},
		{URL: "http://b/", Events: []string{toloka.PoolClosed}, Options: kept("bbbbbbbbbbbbbbbbbbbbbbbb"), Enabled: true},
		{URL: "http://c/", Events: []string{toloka.PoolClosed, toloka.DynamicOverlapCompleted, toloka.AssignmentCreated}, Enabled: true},
	} {
		if _, err := r.host.Subscribe(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	var times, urls []string
	items, _ := at(page(r, ""), "items").(payloads.Array)
	for _, item := range items {
		times, urls = append(times, text(at(item, "created"))[20:]), append(urls, text(at(item, "webhook_url")))
	}
	if diff := cmp.Diff([]string{"123", "124", "125", "126", "127"}, times); diff != "" {
		t.Errorf("milliseconds (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"http://c/", "http://a/", "http://b/", "http://c/", "http://c/"}, urls); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

// TestKeptRowsAreRead wants what check refuses to be passed over.
func TestKeptRowsAreRead(t *testing.T) {
	const native, id = "62ee14ad0102030000000000", "62ee14ada451956b21388859"
	for options, want := range map[string]string{
		"": "", `{"rows":{}}`: "", `{"rows":[`: "", `{"rows":7}`: "", `{"rows":{"POOL_CLOSED":{"id":"short","created":"2026-11-21T10:00:00.123"}}}`: "",
		`{"rows":{"POOL_CLOSED":{"id":"` + id + `","created":"yesterday"}}}`:               "",
		`{"rows":{"POOL_CLOSED":{"id":"` + id + `","created":"2026-11-21T10:00:00.123"}}}`: id,
	} {
		if want == "" {
			want = toloka.RowID(native, toloka.PoolClosed)
		}
		s := subscriptions.Subscription{NativeID: native, Options: []byte(options)}
		if got, _ := build(t, toloka.PoolClosed, s).Get("webhook_subscription_id"); got != want {
			t.Errorf("options %s: row %v, want %s", options, got, want)
		}
	}
}

// TestOptionsOutliveRows wants the native API to leave other options alone, and a new id ready for a row that comes back.
func TestOptionsOutliveRows(t *testing.T) {
	r := newRig(t)
	r.want(http.StatusOK, "PUT", hooks, forms(form("http://a/", "POOL_CLOSED", "7", "s"), form("http://a/", "ASSIGNMENT_CREATED", "7", "s")))
	id := r.subscriptions()[0].ID
	change(t, r, id, func(s *subscriptions.Subscription) { s.Options = []byte(`{"batch":{"window":"3s","max_events":7}}`) })
	rows, _ := at(page(r, ""), "items").(payloads.Array)
	r.want(http.StatusNoContent, "DELETE", hooks+"/"+text(at(rows, "1", "id")), "")
	s := r.subscriptions()[0]
	options, err := payloads.ParseValue(s.Options)
	if err != nil {
		t.Fatal(err)
	}
	if show(at(options, "batch").(*payloads.Object)) != `{"window":"3s","max_events":7}` || at(options, "rows", "POOL_CLOSED", "id") != at(rows, "0", "id") ||
		at(options, "rows", "POOL_CLOSED", "created") != at(rows, "0", "created") {
		t.Errorf("options %s", s.Options)
	}
	if next := at(options, "rows", "ASSIGNMENT_CREATED", "id"); next == nil || next == at(rows, "1", "id") {
		t.Errorf("the deleted row comes back as %v", next)
	}
	if window, most := platform().Batch.Settings(s); window.String() != "3s" || most != 7 {
		t.Errorf("batch %v %d", window, most)
	}
}

// TestDisabledRows wants the rows of a disabled subscription shown, and an upsert to leave the switch alone.
func TestDisabledRows(t *testing.T) {
	r := newRig(t)
	list := forms(form("http://a/", "POOL_CLOSED", "7", "s"), form("http://a/", "ASSIGNMENT_CREATED", "7", "s"))
	r.want(http.StatusOK, "PUT", hooks, list)
	change(t, r, r.subscriptions()[0].ID, func(s *subscriptions.Subscription) { s.Enabled = false })
	r.want(http.StatusOK, "PUT", hooks, list)
	r.want(http.StatusOK, "PUT", hooks, forms(form("http://a/", "POOL_CLOSED", "7", "other")))
	all := r.subscriptions()
	if len(all) != 2 || slices.ContainsFunc(all, func(s subscriptions.Subscription) bool { return s.Enabled }) {
		t.Errorf("stored %+v", all)
	}
	// A new row does not hide in the disabled one.
	r.want(http.StatusOK, "PUT", hooks, forms(form("http://a/", "ASSIGNMENT_SKIPPED", "7", "s")))
	if all := r.subscriptions(); len(all) != 3 || !all[2].Enabled {
		t.Errorf("stored %+v", all)
	}
}

// TestCatalogue wants the rows' event types to be the catalogue's.
func TestCatalogue(t *testing.T) {
	for _, e := range platform().Events {
		s := subscriptions.Subscription{Options: []byte(`{"rows":{"` + e.Key + `":{"id":"62ee14ada451956b21388859","created":"2026-11-21T10:00:00.123"}}}`)}
		if problems := platform().Check(s); len(problems) > 0 {
			t.Errorf("%s: %v", e.Key, problems)
		}
	}
}
