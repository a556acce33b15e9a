package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
)

// FuzzFlags reads one text as every small language of the flags. What is refused is a mistake of the user, told in one line that can be
// shown; what is taken is within the bounds.
func FuzzFlags(f *testing.F) {
	for _, text := range []string{
		"none", "10s, 60s,180s", "-1s", "10s,", "max", "0.001", "NaN", "Inf", "1e6", "20/s", "100000.5", "0x1p4", "X-A: b", "X-A:", ": b", "a\r\nb: c", `{"a":1}`, "null", "[]",
		`{"a":1}{}`, "q=true", "q", "q=", "=1", "q=T", "2026-01-02T15:04:05Z", "2026-01-02T15:04:05.999999999+23:59", "2026-02-30T00:00:00Z", "status=2xx,signed", "\xff", "\u202e",
	} {
		f.Add(text)
	}
	p := &process{now: func() time.Time { return time.Unix(0, 0) }, random: strings.NewReader("")}
	f.Fuzz(func(t *testing.T, text string) {
		list := []string{text}
		speed, err := parseSpeed(text)
		refused(t, "--speed", text, err, speed == 0 || speed >= 0.001 && speed <= 1e6)
		interval, err := parseRate(text)
		refused(t, "--rate", text, err, interval >= 0 && interval <= 10_000*time.Second)
		retry, err := parseRetry(text)
		refused(t, "--retry", text, err, len(retry.Delays) <= 1+strings.Count(text, ","))
		headers, err := parseHeaders(list)
		refused(t, "--header", text, err, len(headers) == 1 && headers[0].Name != "" && strings.TrimSpace(headers[0].Value) == headers[0].Value)
		object, err := parseObject("--scope", text)
		refused(t, "--scope", text, err, text == "" || isObject(object))
		quirks, err := parseQuirks(list)
		refused(t, "--quirk", text, err, len(quirks) == 1)
		at, err := p.parseTime("--at", text)
		refused(t, "--at", text, err, at.Location() == time.UTC)
		expected, err := parseExpectations(list)
		refused(t, "--expect", text, err, len(expected) == 1+strings.Count(text, ","))
		for _, e := range expected {
			if e.holds == nil {
				t.Errorf("--expect %q cannot be judged", text)
			}
		}
	})
}

// refused wants an error to be the user's and to name the flag, and a value without one to be fine.
func refused(t *testing.T, flag, text string, err error, fine bool) {
	t.Helper()
	if err == nil {
		if !fine {
			t.Errorf("%s takes %q", flag, text)
		}
		return
	}
	if _, ok := errors.AsType[*usageError](err); !ok || !strings.HasPrefix(err.Error(), flag) {
		t.Errorf("%s %q: %v", flag, text, err)
	}
}

func isObject(text json.RawMessage) bool {
	return json.Valid(text) && bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("{"))
}

// FuzzReadRequest reads what an export of a delivery prints: the request that comes out is the one that was sent, to the byte.
func FuzzReadRequest(f *testing.F) {
	f.Add("/hook?a=b", "X-Signature", "t=1,v=2", []byte(`{"a":"é"}`))
	f.Add("/", "Transfer-Encoding", "chunked", []byte("5\r\nhello\r\n0\r\n\r\n"))
	f.Add("/%2e%2e/", "Content-Length", "3", []byte("abcdef"))
	f.Add("/a b", "Content-Encoding", "gzip", []byte("\x1f\x8b\r\n\r\n"))
	f.Add("/", "Expect", "100-continue", []byte(nil))
	f.Add("/?ü=<|>&c d", "A", "b", []byte(nil))
	f.Add("/%", "A", "b", []byte("a lone % is sent as it stands"))
	guard, err := sender.NewGuard(sender.GuardOptions{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, path, name, value string, body []byte) {
		record := sender.RequestRecord{Method: http.MethodPost, URL: "http://h.example/" + strings.TrimPrefix(path, "/"), Header: payloads.H(name, value)}
		if !sendable(name, value) || guard.CheckURL(record.URL) != nil {
			return
		}
		raw := sender.RawHTTP(record, body)
		p := &process{in: bytes.NewReader(raw)}
		got, err := p.readRequest("-")
		if err != nil {
			t.Fatalf("%q does not read back: %v", raw, err)
		}
		if got.Method != record.Method || got.Header.Get(name) != value || !bytes.Equal(got.Body, body) {
			t.Fatalf("%q reads back as %+v", raw, got)
		}
	})
}

// sendable says whether net/http would send the field as it is, besides those of the framing, which the sender sets itself.
func sendable(name, value string) bool {
	for _, own := range []string{"Content-Length", "Transfer-Encoding", "Host", "Trailer"} {
		if strings.EqualFold(name, own) {
			return false
		}
	}
	token := name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == ""
	return token && strings.TrimSpace(value) == value && !strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f })
}
