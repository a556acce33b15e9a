package e2e_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/web/client"
)

// TestDemo: one command, and within seconds signed deliveries of all five platforms are verified by the reference listeners.
func TestDemo(t *testing.T) {
	t.Parallel()
	s := start(t, "--demo")
	want := []string{"aquarium", "argilla", "datasaur", "label-studio", "toloka"}
	eventually(t, 30*time.Second, "a delivery of each platform succeeded", func() bool {
		stats := read[client.Stats](s, "/api/v1/stats")
		for _, platform := range want {
			if stats.Deliveries[platform]["succeeded"] == 0 {
				return false
			}
		}
		return true
	})
	if n := len(read[client.SubscriptionList](s, "/api/v1/subscriptions").Items); n != 5 {
		t.Errorf("%d subscriptions, want one for each platform", n)
	}
	for _, platform := range want {
		for _, d := range s.all("status=succeeded&platform=" + platform) {
			attempts := s.delivery(d.ID).Attempts // the story has a listener that fails at first
			a := attempts[len(attempts)-1]
			if platform != "label-studio" && a.Signature == nil {
				t.Errorf("%s %s is not signed", platform, d.EventType)
			}
			if a.Response == nil || a.Response.Status/100 != 2 {
				t.Errorf("%s %s was answered %+v", platform, d.EventType, a.Response)
			}
		}
	}
	if page := s.get("/"); !strings.Contains(string(page.body), "/deliveries/") {
		t.Error("the page shows no delivery")
	}
}

// command runs annohook against the server and returns what it prints; another exit code than code fails the test.
func (s *server) command(code int, args ...string) string {
	s.t.Helper()
	p := launch(s.t, s.home, searchPath(), append(args, "--server", s.base)...)
	if got := p.wait(60 * time.Second); got != code {
		s.t.Errorf("%s: exit %d, want %d\n%s%s", strings.Join(args, " "), got, code, p.out.String(), p.log.String())
	}
	return p.out.String()
}

// TestCommands plays a short session at the command line against a server.
func TestCommands(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory", "--time-scale", "0.001")
	h := listen(t, "toloka", hookOptions{script: "200,500"})
	h.setSecret("of the session")
	run := s.command
	run(0, "ready", "--wait")
	if found := run(0, "doctor"); !strings.Contains(found, "workers") || strings.Contains(found, "fail ") {
		t.Errorf("doctor found %s", found)
	}
	added := decode[client.Subscription](t, []byte(run(0, "subscriptions", "add", "--platform", "toloka", "--url", h.url, "--secret", "of the session", "-o", "json")))
	if len(h.got()) != 0 || !strings.Contains(run(0, "subscriptions", "list"), added.ID) {
		t.Errorf("the subscription %q is not in the list", added.ID)
	}
	run(0, "trigger", "toloka", "ASSIGNMENT_CREATED", "--wait", "settled", "--expect", "status=2xx")
	h.verified()
	run(1, "trigger", "toloka", "ASSIGNMENT_CREATED", "--wait", "settled", "--expect", "status=2xx")
	run(2, "trigger", "toloka", "NO_SUCH_EVENT")
	deliveries := run(0, "deliveries", "list", "-o", "jsonl")
	lines := strings.Split(strings.TrimSpace(deliveries), "\n")
	for _, line := range lines {
		if !json.Valid([]byte(line)) {
			t.Errorf("no JSON: %q", line)
		}
	}
	if len(lines) != 2 {
		t.Errorf("%d deliveries, want 2:\n%s", len(lines), deliveries)
	}
}

// TestOneShot: the same signed request without any server.
func TestOneShot(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		platform, event, secret string
	}{
		{"argilla", "record.completed", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
		{"datasaur", "PROJECT_CREATED", "plain text secret"},
		{"toloka", "POOL_CLOSED", "another secret"},
		{"aquarium", "issue-exported", "visible-secret"},
	} {
		h := listen(t, tc.platform, hookOptions{})
		h.setSecret(tc.secret)
		p := launch(t, t.TempDir(), searchPath(), "trigger", tc.platform, tc.event, "--to", h.url, "--secret", tc.secret)
		if code := p.wait(20 * time.Second); code != 0 || len(h.got()) != 1 {
			t.Errorf("%s: exit %d, %d requests: %s", tc.platform, code, len(h.got()), p.log.String())
		}
		h.verified()
	}
	p := launch(t, t.TempDir(), searchPath(), "trigger", "datasaur", "PROJECT_CREATED", "--to", deadURL(t), "--expect", "status=2xx")
	if code := p.wait(20 * time.Second); code == 0 {
		t.Error("nobody listened, and the exit code is 0")
	}
}
