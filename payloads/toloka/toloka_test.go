package toloka_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest"
	"github.com/annohook/annohook/payloads/toloka"
	"github.com/annohook/annohook/subscriptions"
)

func platform() payloads.Platform { return toloka.Platforms()[0] }

func TestPlatform(t *testing.T) {
	for _, p := range toloka.Platforms() {
		t.Run(p.Profile, func(t *testing.T) { payloadtest.Run(t, p) })
	}
}

// most allocations that one event may take: the material of the world is drawn whole for each.
const mostAllocations = 200

func TestAllocations(t *testing.T) { payloadtest.Allocations(t, platform(), mostAllocations) }

func BenchmarkCompose(b *testing.B) { payloadtest.Benchmark(b, platform()) }

func FuzzVerify(f *testing.F) { payloadtest.Fuzz(f, platform()) }

func TestDocumentedExamples(t *testing.T) {
	examples := []payloadtest.Example{
		{File: "pool-closed.json", Event: toloka.PoolClosed},
		{File: "dynamic-overlap-completed.json", Event: toloka.DynamicOverlapCompleted, Open: []string{"output_values"}},
		{File: "test-event.json", Event: toloka.TestEvent},
	}
	for _, key := range assignmentKeys() {
		examples = append(examples, payloadtest.Example{File: "assignment-created.json", Event: key})
	}
	for _, x := range examples {
		t.Run(x.Event, func(t *testing.T) {
			x.Key, x.Exact = "events", true
			payloadtest.Documents(t, platform(), x)
		})
	}
	t.Run("signed sample", func(t *testing.T) {
		events := firstEvent(t, readCaptured(t, "signed-sample.json"))
		got := build(t, toloka.AssignmentApproved, subscriptions.Subscription{Quirks: map[string]bool{toloka.QuirkKeyOrder: true}})
		if diff := cmp.Diff(events.Keys(), got.Keys()); diff != "" {
			t.Errorf("key order (-sample +ours):\n%s", diff)
		}
	})
}

func assignmentKeys() []string {
	return []string{
		toloka.AssignmentCreated, toloka.AssignmentSubmitted, toloka.AssignmentSkipped,
		toloka.AssignmentExpired, toloka.AssignmentApproved, toloka.AssignmentRejected,
	}
}

func readCaptured(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/captured/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func firstEvent(t *testing.T, body []byte) *payloads.Object {
	t.Helper()
	v, err := payloads.ParseValue(body)
	if err != nil {
		t.Fatal(err)
	}
	events, _ := v.(*payloads.Object).Get("events")
	return events.(payloads.Array)[0].(*payloads.Object)
}

func build(t *testing.T, key string, s subscriptions.Subscription) *payloads.Object {
	t.Helper()
	e, ok := platform().Event(key)
	if !ok {
		t.Fatalf("no event type %s", key)
	}
	event, err := e.Build(payloadtest.Build(s, ""))
	if err != nil {
		t.Fatal(err)
	}
	return event
}

// TestStory wants the events of one seed to be about one assignment, each with a uuid of its own.
func TestStory(t *testing.T) {
	s := payloadtest.Subscription(platform())
	var uuids, assignments, rows []string
	for i, key := range assignmentKeys() {
		e, _ := platform().Event(key)
		b := payloadtest.Build(s, "")
		b.Now = b.Now.Add(time.Duration(i) * 240 * time.Hour)
		event, err := e.Build(b)
		if err != nil {
			t.Fatal(err)
		}
		for list, key := range map[*[]string]string{&uuids: "uuid", &assignments: "assignment_id", &rows: "webhook_subscription_id"} {
			v, _ := event.Get(key)
			*list = append(*list, fmt.Sprint(v))
		}
	}
	for name, tt := range map[string]struct {
		got  []string
		want int
	}{"uuid": {uuids, 6}, "assignment_id": {assignments, 1}, "webhook_subscription_id": {rows, 6}} {
		slices.Sort(tt.got)
		if got := len(slices.Compact(tt.got)); got != tt.want {
			t.Errorf("%d different values of %s, want %d", got, name, tt.want)
		}
	}
}

func TestQuirks(t *testing.T) {
	event := build(t, toloka.PoolClosed, subscriptions.Subscription{Quirks: map[string]bool{toloka.QuirkMillis: true}})
	if got, _ := event.Get("event_time"); got != "2026-01-02T03:04:05.678" {
		t.Errorf("event_time %v", got)
	}
	if got, _ := build(t, toloka.PoolClosed, subscriptions.Subscription{}).Get("event_time"); got != "2026-01-02T03:04:05" {
		t.Errorf("event_time %v", got)
	}
	event = build(t, toloka.TestEvent, subscriptions.Subscription{Quirks: map[string]bool{toloka.QuirkKeyOrder: true}})
	if diff := cmp.Diff([]string{"event_time", "project_id", "pool_id", "uuid", "type"}, event.Keys()); diff != "" {
		t.Errorf("key order (-want +got):\n%s", diff)
	}
}

func TestRowID(t *testing.T) {
	native := platform().NewNativeID([16]byte{1, 2, 3}, time.Unix(0x62ee14ad, 0), 1)
	if want := "62ee14ad0102030000000000"; native != want {
		t.Errorf("native id %s, want %s", native, want)
	}
	seen := map[string]bool{}
	for _, e := range platform().Events {
		row := toloka.RowID(native, e.Key)
		if len(row) != 24 || row[:8] != native[:8] || seen[row] {
			t.Errorf("%s has the row %s", e.Key, row)
		}
		seen[row] = true
	}
	if got := toloka.RowID("", toloka.PoolClosed); got != "" {
		t.Errorf("row %s without a native id", got)
	}
	if got := toloka.RowID("no hex at all", toloka.PoolClosed); len(got) != 24 {
		t.Errorf("row %s of a foreign native id", got)
	}
}

// TestOutputIsNoCode wants nobody to have transcribed or judged a program: Tolokers are asked about what people say and write.
func TestOutputIsNoCode(t *testing.T) {
	e, _ := platform().Event(toloka.DynamicOverlapCompleted)
	spoken := 0
	for seed := range uint64(300) {
		event, err := e.Build(payloads.Build{Seed: seed, IDSeed: seed, Now: payloadtest.Now()})
		if err != nil {
			t.Fatal(err)
		}
		output := at(event, "output_values")
		o, _ := output.(*payloads.Object)
		said, ok := o.Get("transcription")
		if !ok {
			continue
		}
		spoken++
		if regexp.MustCompile(`parseDate|errors\.Is|ENOSPC|SELECT|BenchmarkMatch|re\.sub`).MatchString(text(said)) {
			t.Errorf("seed %d: transcribed %q", seed, said)
		}
	}
	if spoken == 0 {
		t.Error("no transcription among the answers")
	}
}

func TestCloseReasons(t *testing.T) {
	e, _ := platform().Event(toloka.PoolClosed)
	if got := e.VariantNames(); len(got) != 7 || got[0] != "MANUAL" {
		t.Errorf("close reasons %v", got)
	}
	for _, v := range e.VariantNames() {
		event, err := e.Build(payloadtest.Build(subscriptions.Subscription{}, v))
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := event.Get("close_reason"); got != v {
			t.Errorf("close_reason %v, want %s", got, v)
		}
	}
}
