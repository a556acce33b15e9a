package toloka_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/toloka"
	"github.com/annohook/annohook/subscriptions"
)

// TestPaging pages as toloka-kit does: sorted by created, each page after the created of the last row. The clock stands still, so all rows
// are made at one time.
func TestPaging(t *testing.T) {
	const rows, batch = 60, 7
	r := newRig(t)
	var list []string
	for i := range rows {
		list = append(list, form("http://127.0.0.1:9/", "POOL_CLOSED", strconv.Itoa(1000+i), ""))
		if len(list) == 20 {
			r.want(http.StatusOK, "PUT", hooks, forms(list...))
			list = nil
		}
	}
	seen := map[payloads.Value]bool{}
	query := fmt.Sprintf("?sort=created&limit=%d", batch)
	next, pages := query, 0
	for next != "" {
		pages++
		answer := page(r, next)
		items, _ := at(answer, "items").(payloads.Array)
		for _, item := range items {
			seen[at(item, "id")] = true
		}
		next = ""
		if at(answer, "has_more") == true {
			last, _ := at(items[len(items)-1], "created").(string)
			next = query + "&created_gt=" + url.QueryEscape(last+"000") // kit writes microseconds
		}
	}
	if len(seen) != rows || pages != 9 {
		t.Errorf("%d rows in %d pages, want %d in 9", len(seen), pages, rows)
	}
}

func TestListFilters(t *testing.T) {
	r := newRig(t)
	r.want(http.StatusOK, "PUT", hooks, forms(
		form("http://a/", "POOL_CLOSED", "1", ""), form("http://a/", "POOL_CLOSED", "2", ""), form("http://a/", "ASSIGNMENT_CREATED", "1", "")))
	// The rows are c0, c1 and c2, one millisecond apart from 10:00:00.123 on.
	ids := map[payloads.Value]string{}
	items, _ := at(page(r, ""), "items").(payloads.Array)
	for i, item := range items {
		ids[at(item, "id")] = fmt.Sprintf("c%d", i)
	}
	// Ids do not rise with time; low, middle and high are c0, c1 and c2 in the order of their ids.
	sorted := []string{text(at(items[0], "id")), text(at(items[1], "id")), text(at(items[2], "id"))}
	slices.Sort(sorted)
	low, middle, high := ids[sorted[0]], ids[sorted[1]], ids[sorted[2]]
	second := sorted[1]
	tests := []struct {
		query string
		want  []string
	}{
		{"", []string{"c0", "c1", "c2"}},
		{"?event_type=POOL_CLOSED", []string{"c0", "c1"}},
		{"?pool_id=1", []string{"c0", "c2"}},
		{"?pool_id=1&event_type=POOL_CLOSED&limit=300", []string{"c0"}},
		{"?pool_id=3", nil},
		{"?sort=-created", []string{"c2", "c1", "c0"}},
		{"?sort=-created%2Cid&limit=1", []string{"c2"}},
		{"?sort=-id", []string{high, middle, low}},
		{"?id_lt=" + second + "&sort=id", []string{low}},
		{"?id_lte=" + second + "&sort=id", []string{low, middle}},
		{"?id_gt=" + second + "&sort=id", []string{high}},
		{"?id_gte=" + second + "&sort=id", []string{middle, high}},
		{"?created_gt=2026-11-21T10%3A00%3A00.124000", []string{"c2"}},
		{"?created_gte=2026-11-21T10:00:00.124", []string{"c1", "c2"}},
		{"?created_lt=2026-11-21T10:00:00.124Z", []string{"c0"}},
		{"?created_lte=2026-11-21T10:00:00", nil},
		{"?created_gte=2022-12-01", []string{"c0", "c1", "c2"}},
		{"?created_lt=2026-11-21", nil},
		{"?id_lt=z&created_gte=2020-01-01T00%3A00%3A00.123000&sort=-created%2Cid&limit=300&unknown=1", []string{"c2", "c1", "c0"}},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			var got []string
			items, _ := at(page(r, tt.query), "items").(payloads.Array)
			for _, item := range items {
				got = append(got, ids[at(item, "id")])
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
	if answer := page(r, "?limit=2"); at(answer, "has_more") != true {
		t.Errorf("two of three: %s", show(answer))
	}
	if answer := page(r, "?limit=3"); at(answer, "has_more") != false {
		t.Errorf("three of three: %s", show(answer))
	}
}

func TestListRefuses(t *testing.T) {
	for query, code := range map[string]string{
		"event_type=ASSIGNMENT_ACCEPTED": "UNKNOWN_ENUM_VALUE", "limit=0": "VALUE_OUT_OF_BOUNDS", "limit=301": "VALUE_OUT_OF_BOUNDS",
		"limit=x": "VALUE_OUT_OF_BOUNDS", "sort=pool_id": "UNKNOWN_ENUM_VALUE", "created_gt=yesterday": "INVALID_DATE_TIME_SYNTAX",
	} {
		answer := newRig(t).want(http.StatusBadRequest, "GET", hooks+"?"+query, "")
		wellFormed(t, answer)
		payload, _ := at(answer, "payload").(*payloads.Object)
		if payload == nil || at(payload.Members()[0].Value, "code") != code {
			t.Errorf("%s: %s", query, show(answer))
		}
	}
}

// TestOwnSubscriptions wants what our API registered to show its rows, each with an id and a time of its own.
func TestOwnSubscriptions(t *testing.T) {
	r := newRig(t)
	for _, s := range []subscriptions.Subscription{
		{URL: "http://a/", Enabled: true},
		{URL: "http://b/", Events: []string{toloka.TestEvent, toloka.PoolClosed}, Scope: []byte(`{"pool_id":"7"}`)},
		{URL: "http://c/", Events: []string{}},
	} {
		if _, err := r.host.Subscribe(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	items, _ := at(page(r, ""), "items").(payloads.Array)
	created, urls := map[payloads.Value]bool{}, map[payloads.Value]int{}
	for _, item := range items {
		created[at(item, "created")] = true
		urls[at(item, "webhook_url")]++
	}
	if len(items) != 10 || len(created) != 10 || urls["http://a/"] != 8 || urls["http://b/"] != 2 {
		t.Errorf("%d rows, %d times, %v", len(items), len(created), urls)
	}
	first, _ := at(items[0], "id").(string)
	if s := r.subscriptions()[0]; first != toloka.RowID(s.NativeID, toloka.PoolClosed) || at(items[0], "pool_id") != "" {
		t.Errorf("first row %s", show(items[0].(*payloads.Object)))
	}
	if got := show(r.want(http.StatusOK, "GET", hooks+"/"+first, "")); got != show(items[0].(*payloads.Object)) {
		t.Errorf("alone it is %s", got)
	}
	r.want(http.StatusNotFound, "GET", hooks+"/62ee14ada451956b21388859", "")
}

func TestDelete(t *testing.T) {
	r := newRig(t)
	if _, err := r.host.Subscribe(t.Context(), subscriptions.Subscription{URL: "http://a/", Enabled: true}); err != nil {
		t.Fatal(err)
	}
	before, _ := at(page(r, ""), "items").(payloads.Array)
	r.host.now = r.host.now.Add(time.Minute)
	for i, item := range before {
		id, _ := at(item, "id").(string)
		if answer := r.want(http.StatusNoContent, "DELETE", hooks+"/"+id, ""); answer != nil {
			t.Errorf("a body: %s", show(answer))
		}
		wellFormed(t, r.want(http.StatusNotFound, "DELETE", hooks+"/"+id, ""))
		r.want(http.StatusNotFound, "POST", hooks+"/"+id+"/test", "")
		after, _ := at(page(r, ""), "items").(payloads.Array)
		if !slices.EqualFunc(after, before[i+1:], func(a, b payloads.Value) bool { return show(a.(*payloads.Object)) == show(b.(*payloads.Object)) }) {
			t.Fatalf("the other rows changed: %v", after)
		}
	}
	if list := r.subscriptions(); len(list) != 0 {
		t.Errorf("the last row leaves %+v", list)
	}
}
