package sdk_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/test/program"
)

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

// platform is the one that signs by Standard Webhooks.
const platform = "argilla"

// The fields that carry the signature.
const (
	headerID        = "webhook-id"
	headerTimestamp = "webhook-timestamp"
	headerSignature = "webhook-signature"
)

// request is one captured request and the secret its listener holds.
type request struct {
	Name    string            `json:"name"`
	Secret  string            `json:"secret"`
	Headers map[string]string `json:"headers"`
	Body    []byte            `json:"body"` // base64 in JSON
}

// otherKey is a secret that nobody signed with, and prefixed one that a user chose.
var (
	otherKey = base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0x5a}, 32))
	prefixed = "whsec_" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7, 0xff, 0}, 8))
)

// TestStandardWebhooksLibraries sends every event type under a secret that annohook made and under one the user chose. The libraries must
// accept each request as it came, and refuse it with any one thing changed.
func TestStandardWebhooksLibraries(t *testing.T) {
	t.Parallel()
	good := captured(t)
	var bad []request
	for _, r := range good {
		bad = append(bad, corrupted(r)...)
	}
	for _, v := range verifiers() {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			for i, complaint := range v.complaints(t, good) {
				if complaint != "" {
					t.Errorf("%s is refused: %s", good[i].Name, complaint)
				}
			}
			for i, complaint := range v.complaints(t, bad) {
				if complaint == "" {
					t.Errorf("%s is accepted", bad[i].Name)
				}
			}
			t.Logf("%d requests accepted, %d corrupted ones refused", len(good), len(bad))
		})
	}
}

// captured triggers every event type on a real server and returns what arrived.
func captured(t *testing.T) []request {
	t.Helper()
	server := program.Start(t, "--redis", "memory")
	var requests []request
	for name, more := range map[string]map[string]any{"made": nil, "chosen": {"secret": prefixed}} {
		arrived := make(chan request, 64)
		listener := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			headers := map[string]string{}
			for field, values := range r.Header {
				headers[strings.ToLower(field)] = strings.Join(values, ", ")
			}
			arrived <- request{Headers: headers, Body: body}
		}))
		t.Cleanup(listener.Close)
		sub := server.Subscribe(t, platform, listener.URL, more)
		send := func(label string, trigger func()) {
			trigger()
			select {
			case r := <-arrived:
				r.Name, r.Secret = name+" secret, "+label, sub.Secret
				requests = append(requests, r)
			case <-time.After(10 * time.Second):
				t.Fatalf("%s did not arrive", label)
			}
		}
		for _, event := range events(t, server) {
			send(event, func() {
				in := map[string]any{"platform": platform, "type": event, "subscription_ids": []string{sub.ID}}
				server.Call(t, http.MethodPost, "/api/v1/events", in, nil)
			})
		}
		send("test send", func() { server.Call(t, http.MethodPost, "/api/v1/subscriptions/"+sub.ID+"/test", nil, nil) })
	}
	return requests
}

// events lists the platform's event types as the catalogue has them.
func events(t *testing.T, server *program.Server) []string {
	t.Helper()
	var catalogue struct {
		Events []struct {
			Key string `json:"key"`
		} `json:"events"`
	}
	server.Call(t, http.MethodGet, "/api/v1/platforms/"+platform, nil, &catalogue)
	var keys []string
	for _, e := range catalogue.Events {
		keys = append(keys, e.Key)
	}
	if len(keys) < 11 {
		t.Fatalf("the catalogue lists %v", keys)
	}
	return keys
}

// corrupted returns copies of r that a verifier must refuse, each with one thing changed.
func corrupted(r request) []request {
	var out []request
	add := func(what string, change func(*request)) {
		c := request{Name: r.Name + ", " + what, Secret: r.Secret, Headers: maps.Clone(r.Headers), Body: slices.Clone(r.Body)}
		change(&c)
		out = append(out, c)
	}
	shift := func(by time.Duration) func(*request) {
		return func(c *request) {
			at, err := strconv.ParseInt(c.Headers[headerTimestamp], 10, 64)
			if err != nil {
				at = 0
			}
			c.Headers[headerTimestamp] = strconv.FormatInt(at+int64(by.Seconds()), 10)
		}
	}
	add("a letter of the body changed", func(c *request) { swapLetter(c.Body) })
	add("a space after the body", func(c *request) { c.Body = append(c.Body, ' ') })
	add("the last byte of the body missing", func(c *request) { c.Body = c.Body[:len(c.Body)-1] })
	add("another secret", func(c *request) { c.Secret = otherKey })
	add("another id", func(c *request) { c.Headers[headerID] += "x" })
	add("another second", shift(-time.Second))
	add("ten minutes old", shift(-10*time.Minute))
	add("ten minutes ahead", shift(10*time.Minute))
	add("another version of the scheme", func(c *request) { c.Headers[headerSignature] = "v2" + c.Headers[headerSignature][2:] })
	add("a changed signature", func(c *request) {
		value := []byte(c.Headers[headerSignature])
		swapLetter(value[3:])
		c.Headers[headerSignature] = string(value)
	})
	for _, field := range []string{headerID, headerTimestamp, headerSignature} {
		add("no "+field, func(c *request) { delete(c.Headers, field) })
	}
	return out
}

// swapLetter changes the case of the first ASCII letter, so that the text stays valid UTF-8 and base64.
func swapLetter(text []byte) {
	for i, c := range text {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			text[i] ^= 0x20
			return
		}
	}
}
