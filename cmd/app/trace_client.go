package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/annohook/annohook/sender"
)

const (
	tracesPath     = "/v1/traces"
	uploadWithin   = 5 * time.Second // one try
	uploadTries    = 3
	uploadAgain    = time.Second
	maxUploadReply = 64 << 10 // bytes of an answer that are read, so that its connection can be used again
)

// spanClient posts spans to a collector as OTLP over HTTP in protobuf. It implements otlptrace.Client and never returns a failure: it logs the first one
// and the end of them.
type spanClient struct {
	endpoint string
	header   http.Header
	http     *http.Client
	log      *slog.Logger
	failing  atomic.Bool
	lost     atomic.Int64 // spans since the last success
}

// newSpanClient reads the address of a collector: its path is a base to which /v1/traces is added, and user:pass@ becomes basic authentication.
// OTEL_EXPORTER_OTLP_HEADERS, and before it OTEL_EXPORTER_OTLP_TRACES_HEADERS, are sent along.
func newSpanClient(address string, log *slog.Logger) (*spanClient, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, &UsageError{Message: "--traces: this is not an address such as http://127.0.0.1:4318"}
	}
	header := http.Header{"Content-Type": {"application/x-protobuf"}, "User-Agent": {"annohook"}}
	if u.User != nil {
		password, _ := u.User.Password()
		request := http.Request{Header: header}
		request.SetBasicAuth(u.User.Username(), password)
		u.User = nil
	}
	if err := addHeaders(header); err != nil {
		return nil, &UsageError{Message: err.Error()}
	}
	if !strings.HasSuffix(u.Path, tracesPath) {
		u.Path = strings.TrimSuffix(u.Path, "/") + tracesPath
	}
	return &spanClient{endpoint: u.String(), header: header, log: log, http: &http.Client{
		Timeout:       uploadWithin,
		Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConns: 2, IdleConnTimeout: time.Minute},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// addHeaders adds what the environment wants sent: name=value pairs with commas between them, values escaped as in URLs.
func addHeaders(header http.Header) error {
	name := "OTEL_EXPORTER_OTLP_TRACES_HEADERS"
	text := os.Getenv(name)
	if text == "" {
		name = "OTEL_EXPORTER_OTLP_HEADERS"
		text = os.Getenv(name)
	}
	for pair := range strings.SplitSeq(text, ",") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		key, value, found := strings.Cut(pair, "=")
		value, err := url.PathUnescape(strings.TrimSpace(value))
		if key = strings.TrimSpace(key); !found || key == "" || err != nil || strings.ContainsAny(key+value, "\r\n\x00") {
			return fmt.Errorf("%s: not a list of name=value pairs with commas between them", name) // without the text, which holds credentials
		}
		header.Set(key, value)
	}
	return nil
}

// Start implements otlptrace.Client.
func (c *spanClient) Start(context.Context) error { return nil }

// Stop implements otlptrace.Client.
func (c *spanClient) Stop(context.Context) error {
	c.http.CloseIdleConnections()
	return nil
}

// UploadTraces implements otlptrace.Client. Where the collector cannot be reached or asks for patience, it tries again twice.
func (c *spanClient) UploadTraces(ctx context.Context, spans []*tracepb.ResourceSpans) error {
	// ExportTraceServiceRequest has the same fields as TracesData, and its package would bring gRPC along.
	body, err := proto.Marshal(&tracepb.TracesData{ResourceSpans: spans})
	for try, again := 1, err == nil; again; try++ {
		again, err = c.post(ctx, body)
		again = again && try < uploadTries && wait(ctx, uploadAgain)
	}
	c.tell(ctx, err, count(spans))
	return nil
}

// wait reports whether d went by before ctx ended.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// post sends one request and tells whether its failure may pass. The error never quotes the answer, the address or credentials.
func (c *spanClient) post(ctx context.Context, body []byte) (again bool, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint, bytes.NewReader(body))
	if err != nil {
		return false, errors.New("the address cannot be used")
	}
	request.Header = c.header.Clone()
	reply, err := c.http.Do(request)
	if err != nil {
		if inner, ok := errors.AsType[*url.Error](err); ok {
			err = inner.Err
		}
		return true, err
	}
	defer func() { _ = reply.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(reply.Body, maxUploadReply)) // its status is what counts
	switch {
	case reply.StatusCode/100 == 2:
		return false, nil
	case slices.Contains([]int{http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}, reply.StatusCode):
		return true, fmt.Errorf("it answered with status %d", reply.StatusCode)
	default:
		return false, fmt.Errorf("it answered with status %d", reply.StatusCode)
	}
}

// tell logs the first failure of a row and its end.
func (c *spanClient) tell(ctx context.Context, err error, spans int) {
	if err != nil {
		c.lost.Add(int64(spans))
		if !c.failing.Swap(true) {
			c.log.WarnContext(ctx, "traces cannot be exported; deliveries go on without", "to", sender.MaskURL(c.endpoint), "error", err)
		}
		return
	}
	if c.failing.Swap(false) {
		c.log.InfoContext(ctx, "traces are exported again", "lost_spans", c.lost.Swap(0))
	}
}

func count(spans []*tracepb.ResourceSpans) int {
	n := 0
	for _, r := range spans {
		for _, s := range r.ScopeSpans {
			n += len(s.Spans)
		}
	}
	return n
}
