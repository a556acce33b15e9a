package e2e_test

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/annohook/annohook/cmd/app"
	"github.com/annohook/annohook/payloads"
)

// families is one scrape, by name.
type families map[string]*dto.MetricFamily

func (s *server) scrape() families {
	s.t.Helper()
	r := s.get("/metrics")
	if r.status != 200 {
		s.t.Fatalf("/metrics answers %d: %s", r.status, r.body)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	f, err := parser.TextToMetricFamilies(bytes.NewReader(r.body))
	if err != nil {
		s.t.Fatalf("read /metrics: %v", err)
	}
	return f
}

// values of a family by its labels, in their alphabetical order with spaces between; of histograms how many were observed.
func (f families) values(name string) map[string]float64 {
	out := map[string]float64{}
	for _, m := range f[name].GetMetric() {
		var labels []string
		for _, l := range m.Label {
			labels = append(labels, l.GetName()+"="+l.GetValue())
		}
		v := m.GetCounter().GetValue() + m.GetGauge().GetValue()
		if m.Histogram != nil {
			v = float64(m.Histogram.GetSampleCount())
		}
		out[strings.Join(labels, " ")] = v
	}
	return out
}

func (f families) value(name string) float64 { return f.values(name)[""] }

// TestMetricsCountWhatHappened: after known traffic every number is exact.
func TestMetricsCountWhatHappened(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory", "--time-scale", "0.01")
	for platform, script := range map[string]string{"argilla": "500,503,200", "label-studio": "500", "toloka": "200"} {
		s.attach(listen(t, platform, hookOptions{script: script, lenient: true}), platform, nil)
	}
	s.subscribe(object{"platform": "datasaur", "url": deadURL(t), "retry": object{"delays": []string{"1s"}}})
	s.triggerSettled(object{"platform": "argilla", "type": "record.created"})
	s.triggerSettled(object{"platform": "argilla", "type": "record.created", "count": 4})
	s.triggerSettled(object{"platform": "label-studio", "type": "PROJECT_CREATED", "count": 2})
	s.triggerSettled(object{"platform": "toloka", "type": "ASSIGNMENT_CREATED", "count": 3}) // one batch
	s.triggerSettled(object{"platform": "datasaur", "type": "PROJECT_CREATED"})
	wantAttempts := map[string]float64{
		"error_kind=status outcome=failed platform=argilla":                            2,
		"error_kind= outcome=succeeded platform=argilla":                               5,
		"error_kind=status outcome=ignored by Label Studio 1.22 platform=label-studio": 2,
		"error_kind= outcome=succeeded platform=toloka":                                1,
		"error_kind=refused outcome=failed platform=datasaur":                          2,
	}
	var f families
	eventually(t, startWithin, "every attempt is counted", func() bool { // a result is recorded before it is counted
		f = s.scrape()
		return gocmp.Equal(wantAttempts, f.values("annohook_attempts_total"))
	})
	for name, want := range map[string]map[string]float64{
		"annohook_attempt_duration_seconds": {"platform=argilla": 7, "platform=label-studio": 2, "platform=toloka": 1, "platform=datasaur": 2},
		"annohook_attempt_lag_seconds":      {"": 12},
		"annohook_deliveries": {
			"platform=argilla status=succeeded": 5, "platform=label-studio status=failed": 2, "platform=toloka status=succeeded": 1, "platform=datasaur status=failed": 1,
		},
		"annohook_waiting": {"": 0}, "annohook_in_lanes": {"": 0}, "annohook_in_flight": {"": 0}, "annohook_due_lag_seconds": {"": 0}, "annohook_workers": {"": 1},
	} {
		got := f.values(name)
		maps.DeleteFunc(got, func(_ string, n float64) bool { return name == "annohook_deliveries" && n == 0 })
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	eventually(t, startWithin, "an empty queue", func() bool { return s.scrape().value("annohook_queue_depth") == 0 })
	boundedLabels(t, f)
}

// boundedLabels: nothing that a user or a listener can choose is a label.
func boundedLabels(t *testing.T, f families) {
	t.Helper()
	registry, err := app.Platforms()
	if err != nil {
		t.Fatal(err)
	}
	outcomes := []string{payloads.OutcomeSucceeded, payloads.OutcomeFailed, "ignored by Label Studio 1.22"}
	for name, family := range f {
		if !strings.HasPrefix(name, "annohook_") {
			continue
		}
		for _, m := range family.Metric {
			for _, l := range m.Label {
				switch v := l.GetValue(); l.GetName() {
				case "platform":
					if !slices.Contains(registry.IDs(), v) {
						t.Errorf("%s has the platform %q", name, v)
					}
				case "outcome":
					if !slices.Contains(outcomes, v) {
						t.Errorf("%s has the outcome %q", name, v)
					}
				case "error_kind", "status": // words of the program
				default:
					t.Errorf("%s has the label %s", name, l.GetName())
				}
			}
		}
	}
}

// TestMetricsOfWork: what waits, what is parked and what is in flight.
func TestMetricsOfWork(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory")
	h := listen(t, "argilla", hookOptions{script: "hang"})
	s.attach(h, "argilla", object{"concurrency": 2})
	s.trigger(object{"platform": "argilla", "type": "record.created", "count": 5})
	failing := s.subscribe(object{"platform": "datasaur", "url": deadURL(t)}) // again in 10 s
	s.trigger(object{"platform": "datasaur", "type": "PROJECT_CREATED", "subscription_ids": []string{failing.ID}})
	h.await(2, startWithin)
	eventually(t, startWithin, "two in flight, three parked, one waits for its retry", func() bool {
		f := s.scrape()
		return f.value("annohook_in_flight") == 2 && f.value("annohook_in_lanes") == 3 && f.value("annohook_waiting") == 1 && f.value("annohook_due_lag_seconds") == 0 &&
			f.values("annohook_deliveries")["platform=datasaur status=retrying"] == 1
	})
}

// TestMetricsWithoutWorkers: where nobody works, the lag of what is due grows.
func TestMetricsWithoutWorkers(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", startRedis(t).url, "--roles", "api")
	s.attach(listen(t, "argilla", hookOptions{}), "argilla", nil)
	s.trigger(object{"platform": "argilla", "type": "record.created", "count": 3})
	var lag float64
	eventually(t, startWithin, "a lag of a second", func() bool {
		f := s.scrape()
		lag = f.value("annohook_due_lag_seconds")
		if f.value("annohook_waiting") != 3 || f.value("annohook_workers") != 0 || len(f.values("annohook_attempts_total")) != 0 {
			t.Fatalf("waiting %v, workers %v, attempts %v", f.value("annohook_waiting"), f.value("annohook_workers"), f.values("annohook_attempts_total"))
		}
		return lag > 1
	})
	eventually(t, startWithin, "a lag that grows", func() bool { return s.scrape().value("annohook_due_lag_seconds") > lag })
	if depth := s.scrape().value("annohook_queue_depth"); depth < 1 || depth > 3 { // references of one call travel together
		t.Errorf("queue depth %v", depth)
	}
}

func TestMetricsFollowTheConventions(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory")
	s.attach(listen(t, "argilla", hookOptions{}), "argilla", nil)
	s.triggerSettled(object{"platform": "argilla", "type": "record.created"})
	eventually(t, startWithin, "an attempt is counted", func() bool { return len(s.scrape().values("annohook_attempts_total")) == 1 })
	problems, err := promlint.New(bytes.NewReader(s.get("/metrics").body)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}
