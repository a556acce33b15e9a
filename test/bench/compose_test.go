package bench_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/annohook/annohook/cmd/app"
	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// BenchmarkCompose measures what one event of a platform costs before it is sent: build the tree, print the bytes, sign. The event types take
// turns. cpu-us/event is the CPU time, garbage collection included, which other work on the machine hardly moves; json-cpu-us/event what
// encoding/json takes to print the same bodies from maps and slices, x-json the ratio. B/event is the average size of a body.
func BenchmarkCompose(b *testing.B) {
	registry, err := app.Platforms()
	if err != nil {
		b.Fatal(err)
	}
	for _, id := range registry.IDs() {
		p, err := registry.Platform(id, "")
		if err != nil {
			b.Fatal(err)
		}
		b.Run(id, func(b *testing.B) {
			stamp := stampFor(p)
			bodies := [][]byte{} // of a round of all types
			for i, kind := range p.Events {
				bodies = append(bodies, compose(b, p, kind, stamp, uint64(i))...)
			}
			events, bytes := 0, 0
			b.ReportAllocs()
			before := processCPU()
			for b.Loop() {
				for _, body := range compose(b, p, p.Events[events%len(p.Events)], stamp, uint64(events)) {
					bytes += len(body)
				}
				events++
			}
			ours := (processCPU() - before) / float64(events)
			plain := printPlainly(b, bodies, max(b.N/len(p.Events), 1)) / float64(len(p.Events))
			b.ReportMetric(float64(bytes)/float64(events), "B/event")
			b.ReportMetric(ours*1e6, "cpu-us/event")
			b.ReportMetric(plain*1e6, "json-cpu-us/event")
			b.ReportMetric(ours/plain, "x-json")
		})
	}
}

// stampFor is an attempt for a subscription with a secret of the platform's own making, where it makes them.
func stampFor(p payloads.Platform) payloads.Stamp {
	stamp := payloads.Stamp{DeliveryID: "d", Attempt: 1, Time: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
	stamp.Subscription = subscriptions.Subscription{ID: "s", Platform: p.ID, Profile: p.Profile, NativeID: p.NewNativeID([16]byte{1}, stamp.Time, 1)}
	if p.Secret.Generate != nil {
		stamp.Subscription.Secret = subscriptions.Secret(p.Secret.Generate([64]byte{1}))
	}
	return stamp
}

// printPlainly has encoding/json print bodies, all of them rounds times, and returns the CPU seconds of one round. What is no JSON is left out.
func printPlainly(b *testing.B, bodies [][]byte, rounds int) float64 {
	b.Helper()
	var trees []any
	for _, body := range bodies {
		var tree any
		if json.Unmarshal(body, &tree) == nil {
			trees = append(trees, tree)
		}
	}
	before := processCPU()
	for range rounds {
		for _, tree := range trees {
			if _, err := json.Marshal(tree); err != nil {
				b.Fatal(err)
			}
		}
	}
	return (processCPU() - before) / float64(rounds)
}

// compose makes one event and returns its bodies.
func compose(b *testing.B, p payloads.Platform, kind payloads.EventType, stamp payloads.Stamp, seed uint64) [][]byte {
	b.Helper()
	return composeFrom(b, p, kind, stamp, payloads.Build{Seed: seed, IDSeed: seed, Now: stamp.Time, Subscription: stamp.Subscription})
}

func composeFrom(b *testing.B, p payloads.Platform, kind payloads.EventType, stamp payloads.Stamp, build payloads.Build) [][]byte {
	b.Helper()
	tree, err := kind.Build(build)
	if err != nil {
		b.Fatal(err)
	}
	messages, err := p.Compose(payloads.Item{Subscription: stamp.Subscription, Type: kind, Event: tree})
	if err != nil {
		b.Fatal(err)
	}
	if p.Batch != nil {
		joined, err := p.Batch.Join(messages)
		if err != nil {
			b.Fatal(err)
		}
		messages = []payloads.Message{joined}
	}
	bodies := make([][]byte, len(messages))
	for i, m := range messages {
		if _, err := p.Sign(m, stamp); err != nil {
			b.Fatal(err)
		}
		bodies[i] = m.Body
	}
	return bodies
}

// imported is how many tasks BenchmarkImport imports.
const imported = 12_000

// BenchmarkImport measures the largest action there is: tasks are imported into a Label Studio project, which is one event that is built for a
// subscription and cut into requests. import-ms is the time of all of it, cpu-ms its CPU time, x-json its ratio to encoding/json printing the
// same bodies.
func BenchmarkImport(b *testing.B) {
	registry, err := app.Platforms()
	if err != nil {
		b.Fatal(err)
	}
	p, err := registry.Platform("label-studio", "")
	if err != nil {
		b.Fatal(err)
	}
	action, ok := p.Action("import-tasks")
	if !ok {
		b.Fatal("no action import-tasks")
	}
	params, problems := action.Check(payloads.Obj("count", imported))
	if len(problems) > 0 {
		b.Fatal(problems)
	}
	stamp := stampFor(p)
	var bodies [][]byte
	before := processCPU()
	for b.Loop() {
		effect, err := action.Do(payloads.ActionInput{Params: params, Seed: 7, Now: stamp.Time})
		if err != nil {
			b.Fatal(err)
		}
		raised := effect.Raised[0]
		kind, _ := p.Event(raised.Type)
		bodies = composeFrom(b, p, kind, stamp, payloads.Build{Seed: 7, IDSeed: 7, Now: stamp.Time, Subject: raised.Subject, Subscription: stamp.Subscription})
	}
	ours := (processCPU() - before) / float64(b.N)
	size := 0
	for _, body := range bodies {
		size += len(body)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(milliseconds(b.Elapsed())/float64(b.N), "import-ms")
	b.ReportMetric(ours*1000, "cpu-ms")
	b.ReportMetric(ours/printPlainly(b, bodies, 1), "x-json")
	b.ReportMetric(float64(len(bodies)), "requests")
	b.ReportMetric(float64(size), "B")
}
