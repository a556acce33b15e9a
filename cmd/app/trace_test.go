package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/annohook/annohook/cmd/app"
	"github.com/annohook/annohook/configs"
)

// collector takes spans as a collector does; statuses are answered one after another, then 200.
type collector struct {
	url string

	mu       sync.Mutex
	statuses []int
	requests []*http.Request
	spans    []*tracepb.Span
	resource map[string]string
}

func newCollector(t *testing.T, statuses ...int) *collector {
	t.Helper()
	c := &collector{statuses: statuses, resource: map[string]string{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(c.take(t, r)) }))
	t.Cleanup(server.Close)
	c.url = server.URL
	return c
}

func (c *collector) take(t *testing.T, r *http.Request) int {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Errorf("read spans: %v", err)
	}
	var data tracepb.TracesData
	if err := proto.Unmarshal(body, &data); err != nil {
		t.Errorf("read spans: %v", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests = append(c.requests, r)
	if len(c.statuses) > 0 {
		status := c.statuses[0]
		c.statuses = c.statuses[1:]
		return status
	}
	for _, rs := range data.ResourceSpans {
		for _, kv := range rs.Resource.Attributes {
			c.resource[kv.Key] = kv.Value.GetStringValue()
		}
		for _, ss := range rs.ScopeSpans {
			c.spans = append(c.spans, ss.Spans...)
		}
	}
	return http.StatusOK
}

func (c *collector) names() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []string
	for _, s := range c.spans {
		list = append(list, s.Name)
	}
	return strings.Join(list, ", ")
}

// syncBuffer is a log that is read while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

// messages lists the messages of a JSON log, and fails the test for a line that is none.
func (s *syncBuffer) messages(t *testing.T) []string {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []string
	for line := range strings.Lines(s.b.String()) {
		var entry struct{ Msg string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Errorf("%v in %s", err, line)
		}
		list = append(list, entry.Msg)
	}
	return list
}

// trace runs a program that exports to a collector, delivers once, waits and stops it. It returns the log and how long the stop took.
func trace(t *testing.T, address string, wait func()) (*syncBuffer, time.Duration) {
	t.Helper()
	log := &syncBuffer{}
	a, err := app.New(t.Context(), app.Options{
		Config: settings(t, map[string]string{"redis": "memory", "traces": address}), Version: "1.2.3", Log: slog.New(slog.NewJSONHandler(log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	a.Start(t.Context())
	deliver(t, a)
	wait()
	began := time.Now()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 30*time.Second)
	defer cancel()
	if err := a.Stop(ctx); err != nil {
		t.Errorf("stop: %v", err)
	}
	return log, time.Since(began)
}

func count(list []string, what string) (n int) {
	for _, s := range list {
		if strings.Contains(s, what) {
			n++
		}
	}
	return n
}

// TestTracesAreFlushedAtStop: what was not exported yet is exported then, with the credentials of the address and the environment.
func TestTracesAreFlushedAtStop(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=a%20b, x-key=k")
	t.Setenv("OTEL_SERVICE_NAME", "annohook-of-a-test")
	c := newCollector(t)
	log, _ := trace(t, strings.Replace(c.url, "http://", "http://me:hidden@", 1)+"/base", func() {})
	if got := c.names(); got != "publish datasaur, queue datasaur, POST, process datasaur" {
		t.Errorf("spans: %s", got)
	}
	r := c.requests[0]
	user, password, _ := r.BasicAuth()
	if r.URL.Path != "/base/v1/traces" || r.Header.Get("X-Tenant") != "a b" || r.Header.Get("X-Key") != "k" || user+" "+password != "me hidden" ||
		r.Header.Get("Content-Type") != "application/x-protobuf" {
		t.Errorf("request to %s with %v", r.URL, r.Header)
	}
	if c.resource["service.name"] != "annohook-of-a-test" || c.resource["service.version"] != "1.2.3" || c.resource["service.instance.id"] == "" {
		t.Errorf("resource %v", c.resource)
	}
	if messages := log.messages(t); count(messages, "traces are exported") != 1 {
		t.Errorf("log: %q", messages)
	}
	if strings.Contains(log.b.String(), "hidden") {
		t.Error("the log holds the password")
	}
}

// TestACollectorThatFailsDisturbsNothing: one line in the log, and a stop that does not wait for it.
func TestACollectorThatFailsDisturbsNothing(t *testing.T) {
	t.Parallel()
	hanging, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and never answers
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { hanging.Close() })
	refusing := newCollector(t, 401, 401, 401, 401)
	for _, tc := range []struct{ name, address string }{
		{"away", "http://127.0.0.1:1"}, {"hangs", "http://" + hanging.Addr().String()}, {"refuses", refusing.url},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			log, took := trace(t, tc.address, func() {})
			if took > 15*time.Second {
				t.Errorf("the stop took %s", took)
			}
			messages := log.messages(t)
			failed, lost := count(messages, "cannot be exported"), count(messages, "may be lost")
			if failed > 1 || lost > 1 || failed+lost == 0 {
				t.Errorf("%d and %d lines say so in %q", failed, lost, messages)
			}
		})
	}
}

// TestPassingFailuresAreTriedAgain: a collector that asks for patience gets the same spans again.
func TestPassingFailuresAreTriedAgain(t *testing.T) {
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
	c := newCollector(t, 503, 429)
	log, _ := trace(t, c.url, func() { within(t, "all spans arrive", func() bool { return strings.Contains(c.names(), "process") }) })
	if got := c.names(); strings.Count(got, "publish") != 1 || strings.Count(got, "process") != 1 {
		t.Errorf("spans: %s", got)
	}
	if messages := log.messages(t); count(messages, "cannot be exported") != 0 {
		t.Errorf("log: %q", messages)
	}
}

func TestTraceHeadersOfTheEnvironment(t *testing.T) {
	for _, bad := range []string{"no-pair", "=x", "a=%zz", "a=b%0d%0aX: y"} {
		t.Setenv("OTEL_EXPORTER_OTLP_TRACES_HEADERS", bad)
		_, err := app.New(t.Context(), app.Options{Config: settings(t, map[string]string{"redis": "memory", "traces": "http://127.0.0.1:1"})})
		if err == nil || !strings.Contains(err.Error(), "OTEL_EXPORTER_OTLP_TRACES_HEADERS") || strings.Contains(err.Error(), bad) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// TestAFailedStartLeavesNoTraces: a program that could not start is followed by another one in the same process where a demo takes another port.
func TestAFailedStartLeavesNoTraces(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	_, err = app.New(t.Context(), app.Options{
		Config: settings(t, map[string]string{"redis": "memory", "traces": "http://127.0.0.1:1", "addr": busy.Addr().String()}),
	})
	if err == nil {
		t.Fatal("a taken address was taken once more")
	}
	var stacks strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&stacks, 1); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(stacks.String(), "batchSpanProcessor") {
		t.Error("spans are still waited for")
	}
}

func TestDiagnoseTraces(t *testing.T) {
	t.Parallel()
	good, refusing := newCollector(t), newCollector(t, 401)
	secret := func(url string) string { return strings.Replace(url, "http://", "http://me:hidden@", 1) }
	for _, tc := range []struct {
		address string
		verdict app.Verdict
		says    string
	}{
		{secret(good.url), app.OK, "takes spans"},
		{secret(refusing.url), app.Warn, "status 401"},
		{secret("http://127.0.0.1:1"), app.Warn, "4318"},
	} {
		f := wantFinding(t, diagnose(t, configs.EnvPrefix+"TRACES="+tc.address), "traces", tc.verdict, tc.says)
		if strings.Contains(f.Found+f.Advice, "hidden") {
			t.Errorf("the password is shown: %+v", f)
		}
	}
}
