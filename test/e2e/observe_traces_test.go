package e2e_test

import (
	"cmp"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/annohook/annohook/web/client"
)

// collector takes spans as an OpenTelemetry collector does: OTLP over HTTP, in protobuf.
type collector struct {
	t   *testing.T
	url string

	mu    sync.Mutex
	spans []span
}

// span is what the tests look at of one.
type span struct {
	*tracepb.Span
	instance string // the process that made it
}

func (s span) attribute(key string) string {
	for _, kv := range s.Attributes {
		if kv.Key != key {
			continue
		}
		switch v := kv.Value.Value.(type) {
		case *commonpb.AnyValue_IntValue:
			return strconv.FormatInt(v.IntValue, 10)
		case *commonpb.AnyValue_BoolValue:
			return strconv.FormatBool(v.BoolValue)
		default:
			return kv.Value.GetStringValue()
		}
	}
	return ""
}

func collect(t *testing.T) *collector {
	t.Helper()
	c := &collector{t: t}
	srv := httptest.NewServer(c)
	t.Cleanup(srv.Close)
	c.url = srv.URL
	return c
}

// ServeHTTP implements http.Handler.
func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var data tracepb.TracesData
	if err == nil {
		err = proto.Unmarshal(body, &data)
	}
	if err != nil || r.Method != http.MethodPost || r.URL.Path != "/v1/traces" {
		c.t.Errorf("%s %s: %v", r.Method, r.URL, err)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, rs := range data.ResourceSpans {
		instance := ""
		for _, kv := range rs.Resource.Attributes {
			if kv.Key == "service.instance.id" {
				instance = kv.Value.GetStringValue()
			}
		}
		for _, ss := range rs.ScopeSpans {
			for _, s := range ss.Spans {
				c.spans = append(c.spans, span{Span: s, instance: instance})
			}
		}
	}
}

// got is what arrived so far, by start.
func (c *collector) got() []span {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := slices.Clone(c.spans)
	slices.SortStableFunc(list, func(a, b span) int { return cmp.Compare(a.StartTimeUnixNano, b.StartTimeUnixNano) })
	return list
}

// tree prints the spans below a parent, each with the attributes of the given keys, deeper ones indented.
func tree(spans []span, parent, indent string, keys ...string) []string {
	var lines []string
	for _, s := range spans {
		if hex.EncodeToString(s.ParentSpanId) != parent {
			continue
		}
		line := []string{indent + strings.TrimPrefix(s.Kind.String(), "SPAN_KIND_"), s.Name}
		for _, key := range keys {
			if v := s.attribute(key); v != "" {
				line = append(line, v)
			}
		}
		lines = append(lines, strings.Join(line, " "))
		lines = append(lines, tree(spans, hex.EncodeToString(s.SpanId), indent+"  ", keys...)...)
	}
	return lines
}

// TestTraceAcrossProcesses: the API joins its caller's trace, one worker makes the first attempt, and after it is gone another one makes the
// retry; all of it is one trace, of which nothing reaches the listener.
func TestTraceAcrossProcesses(t *testing.T) {
	t.Parallel()
	const traceID, callerID = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
	redis, c := startRedis(t), collect(t)
	s := start(t, "--redis", redis.url, "--roles", "api", "--traces", c.url)
	work := func() *process {
		return launch(t, t.TempDir(), searchPath(), "serve", "--redis", redis.url, "--roles", "worker", "--traces", c.url)
	}
	first := work()
	h := listen(t, "argilla", hookOptions{script: "500,200"})
	s.attach(h, "argilla", nil) // retries after 10 s
	r := s.send(http.MethodPost, "/api/v1/events", object{"platform": "argilla", "type": "record.created"}, "Traceparent", "00-"+traceID+"-"+callerID+"-01")
	if r.status != http.StatusAccepted {
		t.Fatalf("status %d: %s", r.status, r.body)
	}
	id := decode[client.Accepted](t, r.body).Deliveries[0].ID
	h.await(1, startWithin)
	eventually(t, startWithin, "the first attempt is recorded", func() bool { return s.delivery(id).Status == "retrying" })
	first.end()
	work()
	h.await(2, 40*time.Second)
	h.verified()
	for _, receipt := range h.got() {
		for _, name := range []string{"Traceparent", "Tracestate", "Baggage"} {
			if v := receipt.Header.Get(name); v != "" {
				t.Errorf("the listener got %s: %s", name, v)
			}
		}
	}
	eventually(t, startWithin, "all spans are exported", func() bool { return len(c.got()) >= 7 })
	spans := c.got()
	want := []string{
		"PRODUCER publish argilla",
		"  INTERNAL queue argilla 1 false",
		"  CONSUMER process argilla 1 failed status false",
		"    CLIENT POST 500",
		"  INTERNAL queue argilla 2 false",
		"  CONSUMER process argilla 2 succeeded false",
		"    CLIENT POST 200",
	}
	got := tree(spans, callerID, "", "annohook.attempt", "annohook.outcome", "annohook.error_kind", "annohook.duplicate", "http.response.status_code")
	if diff := gocmp.Diff(want, got); diff != "" || len(spans) != len(want) {
		t.Errorf("%d spans (-want +got):\n%s", len(spans), diff)
	}
	instances := map[string]bool{}
	for _, s := range spans {
		if hex.EncodeToString(s.TraceId) != traceID {
			t.Errorf("%s is in another trace", s.Name)
		}
		if s.Kind == tracepb.Span_SPAN_KIND_CONSUMER && s.attribute("annohook.delivery_id") != id {
			t.Errorf("an attempt of %s, want %s", s.attribute("annohook.delivery_id"), id)
		}
		instances[s.instance] = true
	}
	if len(instances) != 3 {
		t.Errorf("%d processes made spans, want the API and two workers", len(instances))
	}
}
