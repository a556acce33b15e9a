package sender_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
)

// TestCurlSendsTheSameRequest runs the exported line in a real shell and compares what arrives with what the sender sent.
func TestCurlSendsTheSameRequest(t *testing.T) {
	for _, tool := range []string{"curl", "sh", "base64"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not on the PATH of this machine", tool)
		}
	}
	tests := []struct {
		name   string
		method string
		path   string
		header payloads.Header
		body   []byte
	}{
		{"plain", "POST", "/hook", payloads.H("content-type", "application/json", "User-Agent", "x/1"), []byte(`{"a": 1}`)},
		{"quotes and shell words", "POST", "/a'b?x=$(id)&y=`id`", payloads.H("X-Odd", `it's "$HOME" \ !`), []byte("it's `id` $(id) \\ \"\n\ttwo lines\n")},
		{"no header at all", "PUT", "/", nil, []byte("x")},
		{"empty value", "POST", "/", payloads.H("X-Empty", ""), []byte("x")},
		{"body that looks like a file name", "POST", "/", nil, []byte("@/etc/hostname")},
		{"empty body", "POST", "/", payloads.H("Content-Type", "text/plain"), nil},
		{"GET without body", "GET", "/%41/../[1]?q={2}", payloads.H("Accept", "*/*"), nil},
		{"binary", "POST", "/", payloads.H("Content-Type", "application/octet-stream"), []byte("\x00\x01\xff\r\n'\x1b[31m")},
		{"long", "POST", "/", nil, []byte(strings.Repeat("long ", 40_000))},
		{"other host name", "POST", "/", payloads.H("Host", "name.example"), []byte("x")},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			got := make(chan string, 2)
			url := rawServer(t, func(c net.Conn) {
				raw, _ := readRequest(bufio.NewReader(c))
				got <- raw
				c.Write([]byte(okReply))
			})
			r := sender.Request{Method: tc.method, URL: url + tc.path, Header: tc.header, Body: tc.body}
			r.Policy.Timeout = 5 * time.Second
			report := newSender(t).Do(context.Background(), r)
			if report.Reply.Status != 200 {
				t.Fatalf("reply %+v", report.Reply)
			}
			line := sender.Curl(report.Request, tc.body)
			shell := exec.Command("sh") // by its input, which may be longer than an argument
			shell.Stdin = strings.NewReader(line + " --silent --show-error --max-time 10\n")
			if out, err := shell.CombinedOutput(); err != nil {
				t.Fatalf("%v: %.500s\n%.500s", err, out, line)
			}
			if diff := cmp.Diff(parts(<-got), parts(<-got)); diff != "" {
				t.Errorf("request of %.500s differs (-sender +curl):\n%.2000s", line, diff)
			}
		})
	}
}

// parts splits a raw request so that the order of fields does not matter.
func parts(raw string) (out struct {
	Line, Body string
	Header     map[string]string
},
) {
	head, body, _ := strings.Cut(raw, "\r\n\r\n")
	lines := strings.Split(head, "\r\n")
	out.Line, out.Body, out.Header = lines[0], body, map[string]string{}
	for _, l := range lines[1:] {
		name, value, _ := strings.Cut(l, ":")
		out.Header[name] = strings.TrimSpace(value)
	}
	return out
}

func TestRawHTTPIsWhatWasSent(t *testing.T) {
	got := make(chan string, 1)
	url := rawServer(t, func(c net.Conn) {
		raw, _ := readRequest(bufio.NewReader(c))
		got <- raw
		c.Write([]byte(okReply))
	})
	report := newSender(t).Do(context.Background(), post(url+"/p?q=1"))
	want := parts(<-got)
	if diff := cmp.Diff(want, parts(string(sender.RawHTTP(report.Request, post("").Body)))); diff != "" {
		t.Errorf("raw (-sent +exported):\n%s", diff)
	}
	odd := sender.RequestRecord{Method: "POST", URL: "http://h.example", Header: payloads.H("A", "1\r\nB: 2")}
	if raw := string(sender.RawHTTP(odd, nil)); raw != "POST / HTTP/1.1\r\nHost: h.example\r\nA: 1  B: 2\r\nContent-Length: 0\r\n\r\n" {
		t.Errorf("raw %q", raw)
	}
}

func TestHAR(t *testing.T) {
	x := sender.Exchange{
		StartedAt: fixedNow(), Duration: 12500 * time.Microsecond, Body: []byte(`{"a":1}`), Comment: "attempt 1",
		Request: sender.RequestRecord{
			Method: "POST", URL: "http://h.example/p?b=2&a=%201", Header: payloads.H("Content-Type", "application/json"),
		},
		Reply: payloads.Reply{Status: 502, Header: payloads.H("Content-Type", "image/png"), Body: []byte{0xff, 0}, Truncated: true, Message: "m"},
	}
	data, err := sender.HAR("annohook", "1", x, sender.Exchange{Request: sender.RequestRecord{Method: "GET", URL: "::"}})
	if err != nil {
		t.Fatal(err)
	}
	var har struct {
		Log struct {
			Version string
			Entries []struct {
				StartedDateTime, Comment string
				Time                     float64
				Request                  struct {
					QueryString []struct{ Name, Value string }
					PostData    *struct{ MimeType, Text string }
					BodySize    int
				}
				Response struct {
					Status            int
					StatusText, Error string
					Content           struct{ Text, Encoding, Comment string }
				}
			}
		}
	}
	if err := json.Unmarshal(data, &har); err != nil {
		t.Fatal(err)
	}
	first, second := har.Log.Entries[0], har.Log.Entries[1]
	if har.Log.Version != "1.2" || first.StartedDateTime != "2026-11-21T12:00:00Z" || first.Time != 12.5 || first.Comment != "attempt 1" ||
		first.Request.QueryString[0].Name != "b" || first.Request.QueryString[1].Value != " 1" || first.Request.PostData.Text != `{"a":1}` ||
		first.Request.BodySize != 7 || first.Response.Status != 502 || first.Response.StatusText != "Bad Gateway" ||
		first.Response.Content.Text != base64.StdEncoding.EncodeToString([]byte{0xff, 0}) || first.Response.Content.Encoding != "base64" ||
		first.Response.Content.Comment == "" || second.Request.PostData != nil || second.Request.QueryString == nil {
		t.Errorf("archive %s", data)
	}
}

func TestMaskURL(t *testing.T) {
	for in, want := range map[string]string{
		"http://h.example/p":              "http://h.example/p",
		"http://u:p@h.example/p?a=b@c":    "http://********@h.example/p?a=b@c",
		"http://u@h.example":              "http://********@h.example",
		"http://h.example/p@q?x=http://a": "http://h.example/p@q?x=http://a",
		"http://u:p%40s@h.example:80/":    "http://********@h.example:80/",
		"http://u:p@s@h.example/":         "http://********@h.example/",
		"http://u:pa/ss@h.example/":       "http://********@h.example/",
		"http://u:p@[::1/":                "http://********@[::1/",
		"ftp://u:p@h.example/":            "ftp://********@h.example/",
		"//u:p@h.example/":                "//********@h.example/",
		"u:p@h.example":                   "********@h.example",
		"":                                "",
	} {
		if got := sender.MaskURL(in); got != want {
			t.Errorf("MaskURL(%q) = %q, want %q", in, got, want)
		}
	}
}
