package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/annohook/annohook/sender/listener"
	"github.com/annohook/annohook/web/client"
)

// serve starts a server in memory on a free port and returns its address.
func serve(t *testing.T, args ...string) (*background, string) {
	t.Helper()
	b := start(t, "", append([]string{"serve", "--redis", "memory", "--addr", "127.0.0.1:0", "--log-level", "warn"}, args...)...)
	base := address(t, b.err)
	call(t, "ready", "--wait", "--server", base).want(t, 0, "ready")
	return b, base
}

// TestSession plays every command that talks to a server.
func TestSession(t *testing.T) {
	t.Parallel()
	b, base := serve(t, "--time-scale", "0.001", "-o", "jsonl")
	if first := decode[started](t, firstLine(b.out.String())); first.URL != base || first.Survives == "" {
		t.Errorf("the first line is %+v", first)
	}
	on := func(args ...string) result {
		t.Helper()
		return call(t, append(args, "--server", base)...)
	}
	h := newTarget(t, "toloka", "secret", "200")
	on("subscriptions", "list").want(t, 0, "no subscriptions")
	sub := decode[client.Subscription](t, on("subscriptions", "add", "toloka", h.url, "--secret", "secret", "--event", "POOL_CLOSED,ASSIGNMENT_CREATED",
		"--header", "X-Mine: yes", "--description", "of the session", "--timeout", "3s", "--retry", "10s,20s", "--concurrency", "2", "--rate", "100",
		"--options", `{"batch":{"window":"0s"}}`, "--id", "mine", "-o", "json").want(t, 0).out)
	if sub.ID != "mine" || sub.Secret == nil || *sub.Secret != "secret" || len(sub.Retry.Delays) != 2 || sub.Timeout.String() != "3s" || sub.Concurrency != 2 {
		t.Errorf("%+v", sub)
	}
	on("subscriptions", "add", "toloka", h.url, "--id", "mine").want(t, 1, "exists already")
	on("subscriptions", "add", "toloka", "ftp://x").want(t, 2, "URL: ")
	on("subscriptions", "list", "--platform", "toloka").want(t, 0, "mine", h.url)
	if got := on("subscriptions", "show", "mine").want(t, 0, "X-Mine: yes", "of the session").out; strings.Contains(got, "secret  secret") {
		t.Error("the secret is shown without being asked for")
	}
	on("subscriptions", "show", "mine", "--reveal").want(t, 0, "secret ")
	on("subscriptions", "show", "nobody").want(t, 2)
	if got := decode[client.Subscription](t, on("subscriptions", "update", "mine", "--description", "changed", "--reset", "timeout,headers,rate", "--retry", "none", "-o", "json").want(t, 0).out); got.Description != "changed" || got.Timeout.String() != "20s" || len(got.Retry.Delays) != 0 || len(got.Headers) != 0 {
		t.Errorf("%+v", got)
	}
	on("subscriptions", "test", "mine").want(t, 0, "TEST_EVENT  succeeded  200")
	h.allVerified(t, 1)

	sessionTriggers(t, on, h)
	sessionDeliveries(t, on, base, h)

	before := len(h.got())
	rotated := strings.TrimSpace(on("subscriptions", "rotate-secret", "mine").want(t, 0).out)
	on("trigger", "toloka", "POOL_CLOSED", "--expect", "status=401").want(t, 0)
	refused := slices.ContainsFunc(h.got()[before:], func(r listener.Receipt) bool { return !r.Verified })
	if rotated == "secret" || len(rotated) < 16 || !refused {
		t.Errorf("after the rotation to %q a listener with the old secret refuses: %t", rotated, refused)
	}
	on("subscriptions", "update", "mine", "--disable").want(t, 0, "false")
	on("trigger", "toloka", "POOL_CLOSED").want(t, 1, "disabled")
	on("subscriptions", "update", "mine", "--enable").want(t, 0, "true")
	on("subscriptions", "remove", "mine").want(t, 0, "removed mine")
	on("subscriptions", "remove", "mine").want(t, 2)
	if code := b.end(t); code != 0 {
		t.Errorf("the server ended with %d: %s", code, b.err)
	}
}

func sessionTriggers(t *testing.T, on func(...string) result, h *target) {
	t.Helper()
	on("trigger", "toloka", "POOL_CLOSED", "--seed", "4", "--wait", "settled").want(t, 0, "POOL_CLOSED  succeeded  200")
	on("trigger", "toloka", "POOL_CLOSED", "ASSIGNMENT_CREATED", "--expect", "status=2xx,attempts=1").want(t, 0)
	on("trigger", "toloka", "POOL_CLOSED", "--expect", "status=500").want(t, 1, "expected status=500")
	on("trigger", "toloka", "ASSIGNMENT_EXPIRED").want(t, 1, "other events")
	on("trigger", "argilla", "ping").want(t, 1)
	on("trigger", "toloka", "NOTHING").want(t, 2, "POOL_CLOSED")
	on("trigger", "toloka", "POOL_CLOSED", "--set", "pool_ID=1").want(t, 2, "pool_id")
	on("trigger", "toloka", "POOL_CLOSED", "--subscription", "nobody").want(t, 2, "--subscription: ")
	accepted := decode[[]client.Accepted](t, on("trigger", "toloka", "POOL_CLOSED", "--count", "3", "-o", "json").want(t, 0).out)
	if len(accepted) != 1 || len(accepted[0].Events) != 3 {
		t.Errorf("%+v", accepted)
	}
	spaced := decode[[]client.Accepted](t, on("trigger", "toloka", "POOL_CLOSED", "--count", "3", "--rate", "200", "--seed", "1", "-o", "json").want(t, 0).out)
	if len(spaced) != 3 {
		t.Errorf("%d calls, want one for each spaced event", len(spaced))
	}
	first := on("trigger", "toloka", "POOL_CLOSED", "--idempotency-key", "once", "-o", "jsonl").want(t, 0)
	on("trigger", "toloka", "POOL_CLOSED", "--idempotency-key", "once", "-o", "jsonl").want(t, 0, "nothing new", decode[client.Accepted](t, first.out).ID)
	before := len(h.got())
	body := `{"events":[{"exact":"é \" bytes"}]}`
	on("trigger", "toloka", "POOL_CLOSED", "--body", body, "--wait", "10s").want(t, 0)
	found := false
	for _, r := range h.got()[before:] {
		found = found || string(r.Body) == body
	}
	if !found {
		t.Error("the given body did not arrive as it was given")
	}
}

func sessionDeliveries(t *testing.T, on func(...string) result, base string, h *target) {
	t.Helper()
	on("deliveries", "list").want(t, 0, "POOL_CLOSED", "succeeded")
	on("deliveries", "list", "--status", "failed").want(t, 0, "no deliveries")
	on("deliveries", "list", "--limit", "1").want(t, 0, "there are more")
	on("deliveries", "list", "--status", "odd").want(t, 2)
	d := decode[client.DeliverySummary](t, on("deliveries", "list", "--type", "ASSIGNMENT_CREATED", "-o", "jsonl").want(t, 0).out)
	on("deliveries", "show", d.ID).want(t, 0, "attempt 1", "> Toloka-Signature", "< 200")
	if shown := decode[client.Delivery](t, on("deliveries", "show", d.ID, "-o", "json").want(t, 0).out); len(shown.Attempts) != 1 {
		t.Errorf("%+v", shown)
	}
	on("deliveries", "show", "nothing").want(t, 2)
	tail := start(t, "", "deliveries", "tail", "--platform", "toloka", "--count", "2", "-o", "jsonl", "--server", base)
	eventually(t, "the tail follows", func() bool { return strings.Contains(tail.err.String(), "following") })
	before := len(h.got())
	on("deliveries", "replay", d.ID).want(t, 0, d.ID)
	on("deliveries", "replay", d.ID, "--mode", "verbatim", "-o", "json").want(t, 0, d.ID)
	if code := tail.wait(t); code != 0 || strings.Count(tail.out.String(), "\n") != 2 {
		t.Errorf("the tail ended with %d:\n%s", code, tail.out)
	}
	eventually(t, "the replays arrive", func() bool { return len(h.got()) == before+2 })
	on("deliveries", "replay", d.ID, "--mode", "odd").want(t, 2)
	on("deliveries", "replay", "--type", "ASSIGNMENT_CREATED", "--status", "succeeded").want(t, 0, "sent again")
	on("deliveries", "replay", "--status", "cancelled").want(t, 1, "nothing selected")
	on("deliveries", "cancel", d.ID).want(t, 1)
	for format, says := range map[string]string{"curl": "curl ", "http": "HTTP/1.1", "har": `"log"`, "json": `"attempts"`, "go": "func TestListener", "pytest": "def test_listener"} {
		on("deliveries", "export", d.ID, "--format", format).want(t, 0, says)
	}
	on("deliveries", "export", d.ID, "--format", "odd").want(t, 2, "--format", "curl, http, har, json")
	endless := start(t, "", "deliveries", "tail", "--server", base)
	eventually(t, "the tail follows", func() bool { return strings.Contains(endless.err.String(), "following") })
	if code := endless.end(t); code != exitInterrupted {
		t.Errorf("a tail that is ended exits with %d, want %d", code, exitInterrupted)
	}
}

// TestATailTellsOfABreak: whoever looks at a quiet tail knows whether there is a server behind it.
func TestATailTellsOfABreak(t *testing.T) {
	t.Parallel()
	var opened atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "retry: 1\n\n")
		if opened.Add(1) > 2 { // the first two connections break at once
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}
	}))
	t.Cleanup(server.Close)
	tail := start(t, "", "deliveries", "tail", "--server", server.URL)
	eventually(t, "the tail is back", func() bool { return opened.Load() > 2 && strings.Count(tail.err.String(), "the server is back") == 2 })
	tail.end(t)
	if want := "following; Ctrl-C ends it\n" + strings.Repeat("the server is gone; trying again\nthe server is back\n", 2); tail.err.String() != want {
		t.Errorf("told:\n%swant:\n%s", tail.err, want)
	}
}

// TestToken: with a token the commands need it too.
func TestToken(t *testing.T) {
	t.Parallel()
	_, base := serve(t, "--token", "a-long-token")
	call(t, "subscriptions", "list", "--server", base).want(t, 2, "token")
	call(t, "subscriptions", "list", "--server", base, "--token", "a-long-token").want(t, 0)
}

// TestDemo: signed requests of all platforms are verified, one of them at the second try.
func TestDemo(t *testing.T) {
	t.Parallel()
	b := start(t, "", "serve", "--demo", "--addr", "127.0.0.1:0")
	ids := registry(t).IDs()
	eventually(t, "the story is told", func() bool { return strings.Contains(b.err.String(), "story told") })
	for _, id := range ids {
		if !strings.Contains(b.out.String(), id) {
			t.Errorf("nothing of %s arrived", id)
		}
	}
	for line := range strings.Lines(b.out.String()) {
		if !strings.Contains(line, "verified") || strings.Contains(line, "not verified") {
			t.Errorf("not verified: %s", line)
		}
	}
	if strings.Count(b.out.String(), "answered 500") != 1 || !strings.Contains(b.err.String(), fmt.Sprintf("%d of %d platforms", len(ids), len(ids))) {
		t.Errorf("%s%s", b.out, b.err)
	}
	if !strings.Contains(b.err.String(), "nothing is written to disk") {
		t.Error("the demo keeps state although none was asked for")
	}
	if code := b.end(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// TestDemoAgain: in a state directory a second demo takes over the subscriptions of the first.
func TestDemoAgain(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	for range 2 {
		b := start(t, "", "serve", "--demo", "--addr", "127.0.0.1:0", "--state-dir", state, "-o", "jsonl")
		eventually(t, "every platform's request is verified", func() bool {
			if b.finished() {
				t.Fatalf("ended with %d: %s", b.code, b.err)
			}
			for _, id := range registry(t).IDs() {
				if !strings.Contains(b.out.String(), `"platform":"`+id+`"`) {
					return false
				}
			}
			return true
		})
		if strings.Contains(b.out.String(), `"verified":false`) {
			t.Errorf("not verified:\n%s", beginning(b.out.String()))
		}
		list := decode[[]client.Subscription](t, call(t, "subscriptions", "list", "-o", "json", "--server", address(t, b.err)).want(t, 0).out)
		if len(list) != len(registry(t).IDs()) {
			t.Errorf("%d subscriptions", len(list))
		}
		if code := b.end(t); code != 0 {
			t.Errorf("exit code %d: %s", code, b.err)
		}
	}
}

// finished reports whether the program ended by itself.
func (b *background) finished() bool {
	select {
	case <-b.done:
		return true
	default:
		return false
	}
}

// TestDev: one command from nothing to a signed event that is shown.
func TestDev(t *testing.T) {
	t.Parallel()
	secret := secretOf(registry(t).Profiles("argilla")[0])
	h := newTarget(t, "argilla", secret, "200")
	b := start(t, "", "dev", h.url, "--platform", "argilla", "--secret", secret, "--redis", "memory", "--addr", "127.0.0.1:0")
	eventually(t, "the attempt is shown", func() bool { return strings.Contains(b.out.String(), "succeeded") })
	h.allVerified(t, 1)
	call(t, "trigger", "argilla", "record.created", "--wait", "settled", "--server", address(t, b.err)).want(t, 0)
	eventually(t, "the second attempt is shown", func() bool { return strings.Contains(b.out.String(), "record.created") })
	if code := b.end(t); code != 0 {
		t.Errorf("exit code %d: %s", code, b.err)
	}
	call(t, "dev", "ftp://x", "--platform", "argilla", "--redis", "memory", "--addr", "127.0.0.1:0").want(t, 2, "http")
	told := start(t, "", "dev", h.url, "--platform", "argilla", "--redis", "memory", "--addr", "127.0.0.1:0")
	eventually(t, "the new secret is told", func() bool { return strings.Contains(told.err.String(), "  secret") })
}

// TestUsualPortTaken: a demo takes a free port instead and says so; a server that was told its port does not.
func TestUsualPortTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:8080")
	if err == nil {
		t.Cleanup(func() { l.Close() })
	} // else somebody else has it, which serves as well
	b := start(t, "", "serve", "--demo")
	eventually(t, "a free port", func() bool { return strings.Contains(b.err.String(), "127.0.0.1:8080 is taken") })
	if base := address(t, b.err); strings.HasSuffix(base, ":8080") {
		t.Errorf("it listens on %s", base)
	}
	call(t, "serve", "--redis", "memory", "--addr", "127.0.0.1:8080").want(t, 4, "--addr")
}
