package argilla_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/argilla"
	"github.com/annohook/annohook/payloads/payloadtest"
	"github.com/annohook/annohook/subscriptions"
)

func platform() payloads.Platform { return argilla.Platforms()[0] }

func TestPlatforms(t *testing.T) {
	for _, p := range argilla.Platforms() {
		t.Run(p.Profile, func(t *testing.T) { payloadtest.Run(t, p) })
	}
}

func FuzzVerify(f *testing.F) { payloadtest.Fuzz(f, platform()) }

func BenchmarkCompose(b *testing.B) { payloadtest.Benchmark(b, platform()) }

func TestAllocations(t *testing.T) { payloadtest.Allocations(t, platform(), 700) }

// build makes an event of p for a seed and the usual moment.
func build(t testing.TB, key, variant string, seed uint64, quirks map[string]bool) *payloads.Object {
	t.Helper()
	p := platform()
	e, ok := p.Event(key)
	if !ok {
		t.Fatalf("no event type %s", key)
	}
	s := payloadtest.Subscription(p)
	s.Quirks = quirks
	event, err := e.Build(payloads.Build{Variant: variant, Seed: seed, IDSeed: seed, Now: payloadtest.Now(), Subscription: s})
	if err != nil {
		t.Fatal(err)
	}
	return event
}

// at follows a path of keys separated by dots.
func at(t testing.TB, v payloads.Value, path string) payloads.Value {
	t.Helper()
	for key := range strings.SplitSeq(path, ".") {
		o, ok := v.(*payloads.Object)
		if !ok {
			t.Fatalf("%s: no object above %s", path, key)
		}
		if v, ok = o.Get(key); !ok {
			t.Fatalf("%s: no key %s", path, key)
		}
	}
	return v
}

func text(t testing.TB, v payloads.Value, path string) string {
	t.Helper()
	s, ok := at(t, v, path).(string)
	if !ok {
		t.Fatalf("%s is no string", path)
	}
	return s
}

func list(t testing.TB, v payloads.Value, path string) payloads.Array {
	t.Helper()
	a, ok := at(t, v, path).(payloads.Array)
	if !ok {
		t.Fatalf("%s is no list", path)
	}
	return a
}

func compose(t testing.TB, event *payloads.Object) []byte {
	t.Helper()
	messages, err := platform().Compose(payloads.Item{Event: event})
	if err != nil || len(messages) != 1 || messages[0].Method != "POST" {
		t.Fatalf("compose: %v, %d messages", err, len(messages))
	}
	return messages[0].Body
}

func TestElevenTypesAndPing(t *testing.T) {
	var got []string
	for _, e := range platform().Events {
		got = append(got, e.Key)
		if e.Unlisted != (e.Key == "ping") || e.Once != (e.Key == "ping") {
			t.Errorf("%s: unlisted %v, once %v", e.Key, e.Unlisted, e.Once)
		}
	}
	want := []string{
		"dataset.created", "dataset.updated", "dataset.deleted", "dataset.published",
		"record.created", "record.updated", "record.deleted", "record.completed",
		"response.created", "response.updated", "response.deleted", "ping",
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Error(diff)
	}
}

func TestPolicy(t *testing.T) {
	p := platform()
	got := p.Effective(subscriptions.Subscription{})
	want := payloads.Policy{
		Timeout: 20 * time.Second, Deadline: 180 * time.Second, SilenceTimeout: true, Redirect: payloads.RedirectNever,
		Retry: []time.Duration{10 * time.Second, 60 * time.Second, 180 * time.Second},
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Error(diff)
	}
	for status, want := range map[int]bool{200: true, 204: true, 299: true, 301: false, 304: false, 410: false, 429: false, 500: false} {
		if v := p.Verdict(payloads.Reply{Status: status}); v.Success != want || v.Retry == want {
			t.Errorf("status %d: %+v", status, v)
		}
	}
}

func TestPingIsTheServersOwn(t *testing.T) {
	const want = `{"type": "ping", "version": 1, "timestamp": "2026-01-02T03:04:05.678901Z", "data": {"agent": "argilla-server", "version": "2.8.0"}}`
	if got := string(compose(t, build(t, "ping", "", 1, nil))); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestNativeIDIsUUID4(t *testing.T) {
	got := platform().NewNativeID([16]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, payloadtest.Now(), 1)
	if want := "ffffffff-ffff-4fff-bf00-000000000000"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestCheck(t *testing.T) {
	s := payloadtest.Subscription(platform())
	s.Headers = subscriptions.Headers{{Name: "WEBHOOK-SIGNATURE", Value: "v1,"}, {Name: "x-fine", Value: "a"}}
	var got []string
	for _, problem := range platform().Check(s) {
		got = append(got, problem.Field)
	}
	if want := []string{"headers.WEBHOOK-SIGNATURE"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	s.Headers = nil
	if problems := platform().Check(s); len(problems) != 0 {
		t.Errorf("got %v", problems)
	}
}
