package sdk_test

import (
	"bufio"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestBodies shows that the comparison sees what it is there for: a comparison that sees nothing passes too.
func TestBodies(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, theirs, ours string
		want               []string
	}{
		{"the same", `{"a": [1, 2.5, null, true]}`, `{"a": [7, 0.1, null, true]}`, nil},
		{"a missing key", `{"a": 1, "b": 2}`, `{"a": 1}`, []string{
			"body.style: real , then space: true; : then space: true, ours : then space: true", "body.b: real there, ours missing",
		}},
		{"another key", `{"a": 1}`, `{"a": 1, "b": 2}`, []string{
			"body.style: real : then space: true, ours , then space: true; : then space: true", "body.b: real missing, ours there",
		}},
		{"the order of keys", `{"a": 1, "b": 2}`, `{"b": 2, "a": 1}`, []string{"body.order: real a b, ours b a"}},
		{"null for text", `{"a": "x"}`, `{"a": null}`, []string{"body.a.type: real string, ours null"}},
		{"a whole number for a fraction", `{"a": 1.0}`, `{"a": 1}`, []string{"body.a.type: real fraction, ours integer"}},
		{"another form of time", `{"a": "2026-01-02T03:04:05.000001Z"}`, `{"a": "2026-01-02T03:04:05.001Z"}`, []string{"body.a.type: real time, ours string"}},
		{"no uuid", `{"a": "e8e91b64-93cb-4cc2-a445-b15a839a60a5"}`, `{"a": "E8E91B64-93CB-4CC2-A445-B15A839A60A5"}`, []string{"body.a.type: real uuid, ours string"}},
		{"deep in a list", `[{"a": {"b": 1}}]`, `[{"a": {"c": 1}}]`, []string{"body.#.a.b: real there, ours missing", "body.#.a.c: real missing, ours there"}},
		{"the length of a list", `[1, 1]`, `[1, 1, 1]`, []string{"body.length: real 2, ours 3"}},
		{"a flag", `{"is_labeled": true}`, `{"is_labeled": false}`, []string{"body.is_labeled: real true, ours false"}},
		{"a counter", `{"task_number": 4}`, `{"task_number": 5}`, []string{"body.task_number: real 4, ours 5"}},
		{"an id", `{"id": 4}`, `{"id": 5}`, nil},
		{"the action", `{"action": "A"}`, `{"action": "B"}`, []string{"body.action: real A, ours B"}},
		{"separators", `{"a": 1, "b": 2}`, `{"a":1,"b":2}`, []string{"body.style: real , then space: true; : then space: true, ours , then space: false; : then space: false"}},
		{"escapes", `{"a": "\u00e9, :</b>"}`, `{"a": "é, :<\/b>"}`, []string{"body.style: real : then space: true, ours : then space: true; escape \\/b>\"}; raw UTF-8"}},
		{"the case of escapes", `"\u00e9"`, `"\u00E9"`, []string{`body.style: real , ours escape \u00E9`}},
		{"a page for JSON", aPage, `{}`, []string{"body: real a page, ours JSON"}},
		{"nothing for JSON", ``, `{}`, []string{"body: real nothing, ours JSON"}},
		{"nothing on both sides", ``, ``, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := &comparison{}
			c.bodies("body", tt.theirs, tt.ours)
			if diff := cmp.Diff(tt.want, texts(c.found)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestCompare breaks one thing after the other in what one side sent and answered.
func TestCompare(t *testing.T) {
	t.Parallel()
	whole := func() capture {
		request := func() sent {
			return sent{Hook: "a", Line: "POST /a HTTP/1.1", Headers: [][2]string{{"Host", "127.0.0.1:1"}, {"User-Agent", "x/1.2"}, {"Content-Length", "2"}}, Body: `{}`}
		}
		return capture{
			Steps: []stepSent{{Name: "s", Sent: []sent{request(), request()}}},
			API:   []exchange{{Name: "e", Status: 400, Headers: map[string]string{"Allow": "GET"}, Body: `{"detail":"no"}`}},
		}
	}
	tests := []struct {
		name string
		do   func(*capture)
		want []string
	}{
		{"nothing", func(*capture) {}, nil},
		{"other numbers", func(c *capture) { c.Steps[0].Sent[0].Headers[1][1] = "x/22.3" }, nil},
		{"a request less", func(c *capture) { c.Steps[0].Sent = c.Steps[0].Sent[:1] }, []string{"s/all/requests: real 2: a a, ours 1: a"}},
		{"another order", func(c *capture) { c.Steps[0].Sent[1].Hook = "b" }, []string{"s/all/requests: real 2: a a, ours 2: a b"}},
		{"the case of a name", func(c *capture) { c.Steps[0].Sent[0].Headers[1][0] = "user-agent" }, []string{
			"s/a/header names: real Content-Length Host User-Agent, ours Content-Length Host user-agent", "s/a/header User-Agent: real x/N.N, ours ",
		}},
		{"a wrong length", func(c *capture) { c.Steps[0].Sent[0].Headers[2][1] = "3" }, []string{"s/a/header Content-Length: real true, ours false"}},
		{"a step less", func(c *capture) { c.Steps = nil }, []string{"steps/all/number: real 1, ours 0"}},
		{"a status", func(c *capture) { c.API[0].Status = 404 }, []string{"api/e/status: real 400, ours 404"}},
		{"a header of an answer", func(c *capture) { c.API[0].Headers = nil }, []string{"api/e/header Allow: real GET, ours "}},
		{"a text", func(c *capture) { c.API[0].Body = `{"detail":"yes"}` }, []string{`api/e/body.detail: real no, ours yes`, `api/e/detail: real "no", ours "yes"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			broken := whole()
			tt.do(&broken)
			if diff := cmp.Diff(tt.want, texts(compare(whole(), broken))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestReadRequest keeps the bytes of a request, and refuses what no HTTP client sends.
func TestReadRequest(t *testing.T) {
	t.Parallel()
	got, err := readRequest(bufio.NewReader(strings.NewReader("POST /hook HTTP/1.1\r\nHOST: x\r\ncontent-length: 3\r\nX-a: b: c\r\n\r\n{ }rest")))
	want := sent{Hook: "hook", Line: "POST /hook HTTP/1.1", Headers: [][2]string{{"HOST", "x"}, {"content-length", "3"}, {"X-a", "b: c"}}, Body: "{ }"}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
	for _, wrong := range []string{
		"", "POST / HTTP/1.1\n\n", "POST / HTTP/1.1\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc",
		"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", "POST / HTTP/1.1\r\nX\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
	} {
		if got, err := readRequest(bufio.NewReader(strings.NewReader(wrong))); err == nil {
			t.Errorf("%q is read as %+v", wrong, got)
		}
	}
}

// TestScrubbed leaves nothing in a recording that looks like a credential.
func TestScrubbed(t *testing.T) {
	t.Parallel()
	key, token := strings.Repeat("k", 40), strings.Repeat("a1", 20)
	text := `{"body":"{\"token\": \"` + key + `\", \"x\": 1}","other":"{\"token\":\"` + key + `\"}","auth":"` + token + `","jwt":"eyJhbGci.eyJ0b2t-_.sig-_9"}`
	got := string(scrubbed([]byte(text), &realServer{Token: token}))
	for _, secret := range []string{key, token, "eyJ"} {
		if strings.Contains(got, secret) {
			t.Errorf("%s is left in %s", secret, got)
		}
	}
	if len(got) != len(text)-len("eyJhbGci.eyJ0b2t-_.sig-_9")+len("header.claims.signature") {
		t.Errorf("more was changed than the secrets: %s", got)
	}
}

func texts(list []difference) (out []string) {
	for _, d := range list {
		out = append(out, d.String())
	}
	return out
}
