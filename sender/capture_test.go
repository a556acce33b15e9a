package sender_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
)

// coders make what a listener may send, by content coding; "raw deflate" stands for deflate without its zlib frame.
func encode(t testing.TB, coding string, plain []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	switch coding {
	case "gzip":
		w = gzip.NewWriter(&b)
	case "deflate":
		w = zlib.NewWriter(&b)
	case "raw deflate":
		w, _ = flate.NewWriter(&b, flate.BestSpeed)
	case "br":
		w = brotli.NewWriter(&b)
	default:
		t.Fatalf("no coding %s", coding)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRepliesAreDecompressed(t *testing.T) {
	plain := []byte(`{"detail":"thank you, ` + strings.Repeat("très ", 50) + `"}`)
	gz := encode(t, "gzip", plain)
	unknown := []byte("\x28\xb5\x2f\xfd whatever")
	tests := []struct {
		name, coding string
		accept       string // "": every coding
		body, want   []byte
		failure      payloads.Failure
		truncated    bool
	}{
		{name: "gzip", coding: "gzip", body: gz, want: plain},
		{name: "x-gzip, odd case", coding: "X-GZip", body: gz, want: plain},
		{name: "deflate", coding: "deflate", body: encode(t, "deflate", plain), want: plain},
		{name: "raw deflate", coding: "deflate", body: encode(t, "raw deflate", plain), want: plain},
		{name: "brotli", coding: "br", body: encode(t, "br", plain), want: plain},
		{name: "two codings", coding: "gzip, identity, br", body: encode(t, "br", gz), want: plain},
		{name: "identity", coding: "identity", body: plain, want: plain},
		{name: "garbage after gzip", coding: "gzip", body: append(slices.Clip(gz), "trailing"...), want: plain},
		{name: "two gzip members", coding: "gzip", body: append(slices.Clip(gz), gz...), want: append(slices.Clip(plain), plain...)},
		{name: "unknown coding", coding: "zstd", body: unknown, want: unknown},
		{name: "empty body", coding: "gzip"},
		{name: "not gzip at all", coding: "gzip", body: []byte("plain"), want: []byte("plain"), failure: payloads.FailureProtocol},
		{name: "no gzip and too short for it", coding: "gzip", body: []byte("x"), want: []byte("x"), failure: payloads.FailureProtocol},
		{name: "not deflate at all", coding: "deflate", body: []byte("\xff\xfe\xfd"), want: []byte("\xff\xfe\xfd"), failure: payloads.FailureProtocol},
		{name: "cut gzip header", coding: "gzip", body: gz[:4]},
		{name: "cut gzip", coding: "gzip", body: gz[:len(gz)-4], want: plain},
		{name: "cut deflate", coding: "deflate", body: encode(t, "deflate", plain)[:len(encode(t, "deflate", plain))-4], want: plain},
		{name: "cut brotli", coding: "br", body: encode(t, "br", plain)[:1]},
		{name: "not what it says, and not asked for", accept: "gzip, deflate", coding: "br", body: []byte("\xff\xff"), want: []byte("\xff\xff")},
		{name: "not gzip, and not asked for", accept: "br", coding: "gzip", body: []byte("plain"), want: []byte("plain")},
		{name: "too many codings", coding: strings.Repeat("gzip,", 6), body: gz, want: gz, failure: payloads.FailureProtocol},
		{
			name: "long", coding: "gzip", body: encode(t, "gzip", bytes.Repeat(plain, 1000)),
			want: bytes.Repeat(plain, 1000)[:sender.DefaultCaptureBytes], truncated: true,
		},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			url := rawServer(t, afterRequest(func(c net.Conn) {
				fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n%s", tc.coding, len(tc.body), tc.body)
			}))
			if tc.accept == "" {
				tc.accept = "gzip, deflate, br"
			}
			request := post(url)
			request.Header = append(request.Header, payloads.Field{Name: "Accept-Encoding", Value: tc.accept})
			reply := newSender(t).Do(context.Background(), request).Reply
			if reply.Failure != tc.failure || reply.Status != 200 || reply.Truncated != tc.truncated {
				t.Errorf("status %d failure %q (%s) truncated %v", reply.Status, reply.Failure, reply.Message, reply.Truncated)
			}
			if !bytes.Equal(reply.Body, tc.want) {
				t.Errorf("body %.100q, want %.100q", reply.Body, tc.want)
			}
		})
	}
}

func TestCaptureBound(t *testing.T) {
	for size, truncated := range map[int]bool{0: false, 9: false, 10: false, 11: true, 1000: true} {
		url := rawServer(t, afterRequest(func(c net.Conn) {
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", size, strings.Repeat("x", size))
		}))
		s := newSender(t, func(o *sender.Options) { o.CaptureBytes = 10 })
		reply := s.Do(context.Background(), post(url)).Reply
		if reply.Truncated != truncated || len(reply.Body) != min(size, 10) || reply.Failure != "" {
			t.Errorf("%d bytes: %d kept, truncated %v, failure %q", size, len(reply.Body), reply.Truncated, reply.Failure)
		}
	}
}

func TestReplyHeaderIsSortedAndMasked(t *testing.T) {
	url := rawServer(t, answering("HTTP/1.1 302 Found\r\nset-cookie: b=2\r\nSet-Cookie: a=1\r\nLocation: http://u:p@x.example/\r\nAge: 3\r\n"+
		"Content-Length: 0\r\n\r\n"))
	reply := newSender(t).Do(context.Background(), post(url)).Reply
	want := payloads.H("Age", "3", "Content-Length", "0", "Location", "http://********@x.example/", "Set-Cookie", "b=2", "Set-Cookie", "a=1")
	if diff := cmp.Diff(want, reply.Header); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
}
