package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/web/client"
)

// The example of these tests: an Argilla annotator answers a record, which completes it.
const (
	actPlatform = "argilla"
	actName     = "submit-response"
)

func actRaises() []string { return []string{"record.updated", "record.completed", "response.created"} }

func TestAct(t *testing.T) {
	t.Parallel()
	_, base := serve(t)
	on := func(args ...string) result {
		t.Helper()
		return call(t, append(args, "--server", base)...)
	}
	nobody := on("act", actPlatform, actName).want(t, 1, "nothing selected", "3 events raised, but argilla has no subscription", "(not sent)")
	if !strings.Contains(nobody.out, "record.completed") {
		t.Errorf("what happened is not told: %s", nobody.out)
	}
	h := newTarget(t, actPlatform, "", "200")
	on("subscriptions", "add", actPlatform, h.url, "--id", "off").want(t, 0)
	on("subscriptions", "update", "off", "--disable").want(t, 0)
	on("act", actPlatform, actName).want(t, 1, "nothing selected", "record.updated to subscription off: it is disabled")
	on("subscriptions", "update", "off", "--enable").want(t, 0)

	on("act", actPlatform, actName).want(t, 0, "argilla submit-response  3 events", "to subscription off: pending")
	h.cascades(t, 3)
	on("act", actPlatform, actName, "--wait", "settled").want(t, 0, "record.completed  succeeded  200")
	on("act", actPlatform, actName, "--expect", "status=500").want(t, 1, "expected status=500, got status 200")
	on("act", actPlatform, actName, "--expect", "status=2xx,deliveries=3,signed").want(t, 0)
	on("act", actPlatform, actName, "--subscription", "nobody").want(t, 2, "--subscription: ")

	h.cascades(t, 12)
	once := []string{"act", actPlatform, actName, "--idempotency-key", "k", "-o", "jsonl"}
	first, again := on(once...).want(t, 0), on(once...).want(t, 0, "nothing new was done")
	if first.out != again.out || strings.Count(first.out, "\n") != 1 {
		t.Errorf("with one key: %s and %s", first.out, again.out)
	}
	waited := decode[actedView](t, on("act", actPlatform, actName, "--wait", "10s", "-o", "json", "--seed", "7", "--now", "2026-01-02T03:04:05Z").want(t, 0).out)
	if waited.Seed != 7 || waited.Now.Year() != 2026 || len(waited.Events) != 3 || len(waited.Delivered) != 3 || waited.Deliveries[2].Status != "succeeded" {
		t.Errorf("%+v", waited)
	}
	for i, d := range waited.Delivered {
		if d.EventType != actRaises()[i] {
			t.Errorf("delivery %d is of %s", i, d.EventType)
		}
	}
}

// cascades fails the test unless n requests come, of each of the example's events as many. Their order is the concern of test/e2e.
func (h *target) cascades(t *testing.T, n int) {
	t.Helper()
	eventually(t, fmt.Sprintf("%d requests", n), func() bool { return len(h.got()) == n })
	pl, err := registry(t).Platform(actPlatform, "")
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, r := range h.got() {
		count[eventOf(pl, r.Body)]++
	}
	for _, want := range actRaises() {
		if count[want] != n/len(actRaises()) {
			t.Errorf("%d requests of %s among %d: %v", count[want], want, n, count)
		}
	}
}

func TestActWorld(t *testing.T) {
	t.Parallel()
	_, base := serve(t)
	server := []string{"--server", base}
	world := func() string {
		t.Helper()
		return call(t, append([]string{"act", actPlatform, "--world", "-o", "json"}, server...)...).want(t, 0).out
	}
	fresh := world()
	var lists map[string][]map[string]any
	if err := json.Unmarshal([]byte(fresh), &lists); err != nil || len(lists["datasets"]) == 0 {
		t.Fatalf("the world is %s: %v", beginning(fresh), err)
	}
	call(t, append([]string{"act", actPlatform, actName}, server...)...).want(t, 1)
	if world() == fresh {
		t.Error("an action changed nothing")
	}
	call(t, append([]string{"act", actPlatform, "--world"}, server...)...).want(t, 0, "datasets (", "  id=")
	call(t, append([]string{"act", actPlatform, "--reset"}, server...)...).want(t, 0, "fresh again")
	if world() != fresh {
		t.Error("the world is not as it was at first")
	}
	call(t, append([]string{"act", actPlatform, "delete-dataset", "--set", "dataset=none"}, server...)...).want(t, 2, "--set dataset: ", "none")
}

func TestActUsage(t *testing.T) {
	t.Parallel()
	dead := deadURL(t)
	for _, tc := range []struct {
		args string
		code int
		says string
	}{
		{"act", 2, "a platform is required; one of: argilla"},
		{"act nowhere", 2, "argilla"},
		{"act argilla fly", 2, actName},
		{"act argilla --set a=b", 2, "--set needs an action"},
		{"act argilla --world --reset", 2, "world"},
		{"act argilla --world --set a=b", 2, "--set needs an action"},
		{"act argilla --reset --wait settled", 2, "--wait needs an action"},
		{"act argilla submit-response more", 2, "one argument too many"},
		{"act argilla submit-response --reset", 2, "leave the action out"},
		{"act argilla submit-response --set status", 2, "path=value"},
		{"act argilla submit-response --set-json status={", 2, "not JSON"},
		{"act argilla submit-response --seed -1", 2, "--seed"},
		{"act argilla submit-response --wait soon", 2, "--wait"},
		{"act argilla submit-response --timeout 3s", 2, "--timeout"},
		{"act argilla submit-response --profile 9", 2, "2.8"},
		{"act argilla submit-response --server " + dead, 3, "annohook serve"},
		{"act argilla --world --server " + dead, 3, "annohook serve"},
		{"act argilla", 0, "raises: record.updated, record.completed, response.created"},
		{"act label-studio", 0, "--set count=…"},
		{"story argilla", 0, "1. create-dataset"},
		{"story", 2, "a platform is required; one of: argilla"},
		{"story argilla --speed max", 2, "--speed needs a story; one of: first-annotations"},
		{"story argilla --expect status=2xx", 2, "--expect needs a story"},
		{"story argilla nothing", 2, "first-annotations"},
		{"story argilla rework --speed 0", 2, "--speed"},
		{"story argilla rework --speed fast", 2, "max"},
		{"story argilla rework --timeout 1s", 2, "--timeout"},
		{"story argilla rework --server " + dead, 3, "step 1 of"},
		{"platforms argilla", 0, "annohook story argilla NAME"},
		{"token", 2, "a platform is required; one of: argilla"},
		{"token argilla --native-token toloka=a-long-key", 2, "toloka"},
		{"token datasaur", 2, "no API of its own"},
		{"token nowhere", 2, "argilla"},
	} {
		call(t, strings.Fields(tc.args)...).want(t, tc.code, tc.says)
	}
	for _, platform := range registry(t).IDs() {
		if len(registry(t).Profiles(platform)[0].Actions) == 0 {
			call(t, "act", platform).want(t, 2, "has no actions")
			continue
		}
		actions := decode[[]client.Action](t, call(t, "act", platform, "-o", "json").want(t, 0).out)
		stories := decode[[]client.Story](t, call(t, "story", platform, "-o", "json").want(t, 0).out)
		if len(actions) == 0 || len(stories) < 2 {
			t.Errorf("%s has %d actions and %d stories", platform, len(actions), len(stories))
		}
	}
}

func TestParams(t *testing.T) {
	t.Parallel()
	action := payloads.Action{Params: []payloads.Param{
		{Name: "text", Kind: payloads.KindString},
		{Name: "count", Kind: payloads.KindInteger},
		{Name: "all", Kind: payloads.KindBoolean},
		{Name: "ids", Kind: payloads.KindStrings},
		{Name: "values", Kind: payloads.KindObject},
	}}
	for _, tc := range []struct {
		set  []string
		want string
	}{
		{nil, ""},
		{[]string{"text=7", "count=7", "all=true", "ids=a, b,c", `values={"a":[1]}`}, `{"text":"7","count":7,"all":true,"ids":["a","b","c"],"values":{"a":[1]}}`},
		{[]string{"count=many", "all=perhaps"}, `{"count":"many","all":"perhaps"}`},
		{[]string{"unknown=7"}, `{"unknown":"7"}`},
		{[]string{"text=a=b", "text=c"}, `{"text":"c"}`},
	} {
		var set []assignment
		for _, text := range tc.set {
			if err := (&assignFlag{list: &set}).Set(text); err != nil {
				t.Fatal(err)
			}
		}
		got, err := params(action, set)
		if err != nil || string(got) != tc.want {
			t.Errorf("%v: %s, %v, want %s", tc.set, got, err, tc.want)
		}
	}
}

func TestPrintWorld(t *testing.T) {
	t.Parallel()
	var items []string
	for i := range 25 {
		items = append(items, fmt.Sprintf(`{"id":"n%d","parent":null,"tags":["a"]}`, i))
	}
	var b bytes.Buffer
	if err := printWorld(&b, []byte(`{"notes":[`+strings.Join(items, ",")+`],"words":["x\u001b[31m"],"open":true}`)); err != nil {
		t.Fatal(err)
	}
	got := b.String()
	for _, want := range []string{"notes (25)\n  … 5 older\n  id=n5  parent=null  tags=[\"a\"]\n", "id=n24", "words (1)\n  x\\u001b[31m\n", "open: true\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
	if strings.Contains(got, "id=n4 ") {
		t.Errorf("an older one is shown:\n%s", got)
	}
}

func TestPrintActedIsBounded(t *testing.T) {
	t.Parallel()
	acted := client.Acted{Platform: "p", Action: "a", Result: []byte(`{}`), Events: make([]string, 70), Raised: make([]client.Raised, 70)}
	var b bytes.Buffer
	if err := printActed(&b, acted, true); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "\n"); n != 1+maxShownEvents+1 || !strings.Contains(b.String(), "… and 20 more") {
		t.Errorf("%d lines:\n%s", n, b.String())
	}
}

func TestStoryPauses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		speed  float64
		events int // of the step before
		want   time.Duration
	}{
		{1, 0, 10 * time.Second},
		{100, 0, 100 * time.Millisecond},
		{0.5, 0, 20 * time.Second},
		{0, 0, 0},
		{0, 3, 150*time.Millisecond + storyGap},
		{100, 3, 150*time.Millisecond + storyGap},
		{1, 3, 10 * time.Second},
		{10, 0, time.Second},
		{0, 1000, payloads.MaxSpread + storyGap},
	} {
		s := &playing{speed: tc.speed, platform: payloads.Platform{Spacing: 50 * time.Millisecond}}
		if tc.events > 0 {
			s.steps = []playedStep{{Acted: client.Acted{Events: make([]string, tc.events)}}}
		}
		if got := s.before(payloads.StoryStep{After: 10 * time.Second}); got != tc.want {
			t.Errorf("speed %g after %d events: %s, want %s", tc.speed, tc.events, got, tc.want)
		}
	}
}
