package app

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/annohook/annohook/scheduler"
)

// metrics are this process's attempts, and the state of the whole engine read at each scrape.
type metrics struct {
	registry *prometheus.Registry
	attempts *prometheus.CounterVec
	duration *prometheus.HistogramVec
	lag      prometheus.Histogram
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "annohook_attempts_total", Help: "Attempts made by this process.",
		}, []string{"platform", "outcome", "error_kind"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "annohook_attempt_duration_seconds", Help: "Duration of attempts.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 20, 60, 180},
		}, []string{"platform"}),
		lag: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "annohook_attempt_lag_seconds", Help: "Start of an attempt after it was due.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5, 10, 60},
		}),
	}
	m.registry.MustRegister(m.attempts, m.duration, m.lag, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) observe(o scheduler.Observation) {
	m.attempts.WithLabelValues(o.Platform, o.Outcome, string(o.Failure)).Inc()
	m.duration.WithLabelValues(o.Platform).Observe(o.Duration.Seconds())
	m.lag.Observe(o.Lag.Seconds())
}

// follow adds the gauges that are read from s at each scrape.
func (m *metrics) follow(s *scheduler.Scheduler) {
	m.registry.MustRegister(&engineCollector{scheduler: s, descs: map[string]*prometheus.Desc{
		"deliveries": prometheus.NewDesc("annohook_deliveries", "Deliveries kept, by platform and status.", []string{"platform", "status"}, nil),
		"depth":      prometheus.NewDesc("annohook_queue_depth", "References the queue holds.", nil, nil),
		"waiting":    prometheus.NewDesc("annohook_waiting", "Deliveries that wait for an attempt.", nil, nil),
		"lanes":      prometheus.NewDesc("annohook_in_lanes", "Deliveries parked at the limit of their subscription.", nil, nil),
		"flight":     prometheus.NewDesc("annohook_in_flight", "Attempts being made.", nil, nil),
		"due":        prometheus.NewDesc("annohook_due_lag_seconds", "How long the oldest waiting delivery is overdue.", nil, nil),
		"workers":    prometheus.NewDesc("annohook_workers", "Workers alive.", nil, nil),
	}})
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: scrapeWithin})
}

// scrapeWithin bounds the reading of one scrape.
const scrapeWithin = 5 * time.Second

// engineCollector reads the scheduler's numbers when it is scraped.
type engineCollector struct {
	scheduler *scheduler.Scheduler
	descs     map[string]*prometheus.Desc
}

// Describe implements prometheus.Collector.
func (c *engineCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range c.descs {
		ch <- d
	}
}

// Collect implements prometheus.Collector. When the numbers cannot be read, the scrape says so.
func (c *engineCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeWithin)
	defer cancel()
	stats, err := c.scheduler.Stats(ctx)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(c.descs["depth"], err)
		return
	}
	gauge := func(name string, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(c.descs[name], prometheus.GaugeValue, v, labels...)
	}
	for platform, byStatus := range stats.Deliveries {
		for status, n := range byStatus {
			gauge("deliveries", float64(n), platform, string(status))
		}
	}
	gauge("depth", float64(stats.QueueDepth))
	gauge("waiting", float64(stats.Waiting))
	gauge("lanes", float64(stats.InLanes))
	gauge("flight", float64(stats.InFlight))
	gauge("due", stats.DueLag.Seconds())
	gauge("workers", float64(len(stats.Workers)))
}
