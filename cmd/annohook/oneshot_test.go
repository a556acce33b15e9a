package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/web/client"
)

// TestOneShotOfEveryPlatform: signed as the reference listener wants it, in one attempt, without any server.
func TestOneShotOfEveryPlatform(t *testing.T) {
	t.Parallel()
	r := registry(t)
	for _, id := range r.IDs() {
		pl := r.Profiles(id)[0]
		for _, e := range pl.Events {
			secret := secretOf(pl)
			h := newTarget(t, id, secret, "200")
			args := []string{"trigger", id, e.Key, "--to", h.url, "--seed", "3", "-o", "json", "--expect", "status=200,attempts=1,latency<20s"}
			if secret != "" {
				args = append(args, "--secret", secret, "--expect", "signed")
			}
			list := decode[[]client.Delivery](t, call(t, args...).want(t, 0).out)
			got := h.allVerified(t, len(list))
			if len(list) == 0 || list[0].Status != "succeeded" || list[0].EventType != e.Key {
				t.Errorf("%s %s: %+v", id, e.Key, list)
				continue
			}
			if sent := list[0].Attempts[0].Request.Body.Text; *sent != string(got[0].Body) {
				t.Errorf("%s %s: the body shown is not the body that arrived", id, e.Key)
			}
		}
	}
}

func TestOneShotOutcomes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		script string
		args   []string
		code   int
		says   string
	}{
		{"200", nil, 0, "record.updated  succeeded  200"},
		{"500", nil, 1, "failed"},
		{"500", []string{"--expect", "status=500,outcome=failed"}, 0, "status: status 500"},
		{"200", []string{"--expect", "status=500"}, 1, "expected status=500, got status 200"},
		{"200", []string{"--expect", "latency<0s"}, 1, "expected latency<0s"},
		{"200", []string{"--expect", "attempts=2"}, 1, "expected attempts=2, got 1 attempt ("},
		{"reset", []string{"--expect", "error=reset"}, 0, "reset"},
		{"200", []string{"--expect", "error=none"}, 0, "succeeded"},
		{"reset", []string{"--expect", "error=rest"}, 2, `"rest" is not one of: none, dns, refused`},
		{"200@3s", []string{"--attempt-timeout", "100ms"}, 1, "timeout"},
		{"200@30s", []string{"--timeout", "100ms"}, 5, "timed out"},
		{"200", []string{"--count", "3", "--rate", "1000"}, 0, "succeeded"},
	}
	for _, tc := range tests {
		t.Run(tc.script+" "+strings.Join(tc.args, " "), func(t *testing.T) {
			t.Parallel()
			h := newTarget(t, "argilla", "", tc.script)
			call(t, append([]string{"trigger", "argilla", "record.updated", "--to", h.url}, tc.args...)...).want(t, tc.code, tc.says)
		})
	}
}

// TestOneShotRetries: the platform's schedule, shortened: four attempts with the same body, a new id and signature each time.
func TestOneShotRetries(t *testing.T) {
	t.Parallel()
	r := registry(t)
	secret := secretOf(r.Profiles("argilla")[0])
	h := newTarget(t, "argilla", secret, "500,500,500,200")
	got := call(t, "trigger", "argilla", "record.completed", "--to", h.url, "--secret", secret, "--retry", "--time-scale", "0.001", "-o", "jsonl",
		"--expect", "attempts=4,status=2xx").want(t, 0, "attempt failed: status after ")
	if strings.Contains(got.err, "level=") {
		t.Errorf("each attempt is logged beside what is told of it:\n%s", got.err)
	}
	receipts := h.allVerified(t, 4)
	ids := map[string]bool{}
	for _, receipt := range receipts {
		ids[receipt.Header.Get("webhook-id")] = true
		if string(receipt.Body) != string(receipts[0].Body) {
			t.Error("a retry has another body")
		}
	}
	if len(ids) != 4 {
		t.Errorf("%d ids, want a new one each time", len(ids))
	}
	d := decode[client.Delivery](t, got.out)
	if d.Status != "succeeded" || len(d.Attempts) != 4 || d.SettledAt == nil {
		t.Errorf("%+v", d)
	}
	failing := newTarget(t, "argilla", "", "500")
	call(t, "trigger", "argilla", "ping", "--to", failing.url, "--retry", "--time-scale", "0.001").want(t, 1)
	hanging := newTarget(t, "argilla", "", "500")
	call(t, "trigger", "argilla", "record.created", "--to", hanging.url, "--retry", "--timeout", "200ms").want(t, 5, "record.created  retrying")
}

// TestOneShotBatches: with the schedule, events of a batching platform go out together as they do there.
func TestOneShotBatches(t *testing.T) {
	t.Parallel()
	h := newTarget(t, "toloka", "s", "200")
	call(t, "trigger", "toloka", "ASSIGNMENT_CREATED", "--to", h.url, "--secret", "s", "--retry", "--count", "25",
		"--options", `{"batch":{"window":"1s","max_events":10}}`, "--expect", "deliveries=3,status=2xx").want(t, 0)
	sizes := 0
	for _, receipt := range h.allVerified(t, 3) {
		var envelope struct {
			Events []json.RawMessage `json:"events"`
		}
		if err := json.Unmarshal(receipt.Body, &envelope); err != nil {
			t.Fatal(err)
		}
		sizes += len(envelope.Events)
	}
	if sizes != 25 {
		t.Errorf("%d events arrived, want 25", sizes)
	}
}

func TestOneShotSubscriptionFlags(t *testing.T) {
	t.Parallel()
	h := newTarget(t, "label-studio", "", "200")
	call(t, "trigger", "label-studio", "PROJECT_UPDATED", "--to", h.url, "--header", "X-Mine: yes", "--scope", `{"project":7}`, "--quirk", "inline-order").want(t, 0)
	if got := h.allVerified(t, 1)[0]; got.Header.Get("X-Mine") != "yes" || !strings.Contains(string(got.Body), `"id": 7`) {
		t.Errorf("header %v, body %s", got.Header, got.Body)
	}
	call(t, "trigger", "label-studio", "PROJECT_UPDATED", "--to", h.url, "--quirk", "odd").want(t, 2, "quirk")
	call(t, "trigger", "label-studio", "PROJECT_UPDATED", "--to", h.url, "--header", "Host: x").want(t, 2, "Host")
	secret := "user:hidden"
	masked := call(t, "trigger", "datasaur", "PROJECT_CREATED", "--dry-run", "--to", "http://"+secret+"@127.0.0.1:9/x").want(t, 0, "********@", "Authorization: ********")
	if strings.Contains(masked.out, "hidden") {
		t.Error("the password is shown")
	}
}

func TestListen(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, platform, secret, sent string
		args                         []string
		statuses                     string // of the answers
		code                         int
		says                         []string
	}{
		{"verified", "toloka", "s", "s", []string{"--count", "2", "--respond", "500,200"}, "500 200", 0, []string{"verified", "POOL_CLOSED", "Toloka-Signature"}},
		{"refused", "toloka", "s", "other", []string{"--count", "1"}, "401", 1, []string{"refused", "1 request refused"}},
		{"lenient", "toloka", "s", "other", []string{"--count", "1", "--lenient"}, "200", 1, []string{"refused"}},
		{"unsigned platform", "label-studio", "", "", []string{"--count", "1", "--brief"}, "200", 0, []string{"nothing is signed"}},
		{"no secret", "toloka", "", "s", []string{"--count", "1", "-o", "jsonl"}, "200", 0, []string{`"verified":false`, `"answered":200`}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			args := []string{"listen", "--platform", tc.platform, "--addr", "127.0.0.1:0"}
			if tc.secret != "" {
				args = append(args, "--secret", tc.secret)
			}
			l := start(t, "", append(args, tc.args...)...)
			url := address(t, l.err)
			event := registry(t).Profiles(tc.platform)[0].Events[0].Key
			for status := range strings.FieldsSeq(tc.statuses) {
				send := []string{"trigger", tc.platform, event, "--to", url, "--expect", "status=" + status}
				if tc.sent != "" {
					send = append(send, "--secret", tc.sent)
				}
				call(t, send...).want(t, 0)
			}
			r := result{code: l.wait(t), out: l.out.String(), err: l.err.String()}
			r.want(t, tc.code, tc.says...)
		})
	}
	l := start(t, "", "listen", "--platform", "toloka", "--addr", "127.0.0.1:0", "--delay", "50ms")
	began := time.Now()
	call(t, "trigger", "toloka", "POOL_CLOSED", "--to", address(t, l.err)).want(t, 0)
	if took := time.Since(began); took < 50*time.Millisecond {
		t.Errorf("answered after %s although --delay is 50ms", took)
	}
	if code := l.end(t); code != 0 {
		t.Errorf("an endless listener that is ended exits with %d", code)
	}
}

// address waits for the address that the program tells.
func address(t *testing.T, said *syncBuffer) string {
	t.Helper()
	var found string
	eventually(t, "an address", func() bool {
		_, rest, ok := strings.Cut(said.String(), "http://127.0.0.1:")
		end := strings.IndexAny(rest, " /\n")
		if ok && end > 0 {
			found = "http://127.0.0.1:" + rest[:end]
		}
		return found != ""
	})
	return found
}

// TestListenTellsWhatASecretIsWorth: nobody takes a listener that cannot verify for one that does.
func TestListenTellsWhatASecretIsWorth(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ platform, secret, says string }{
		{"argilla", "", "not verified"},
		{"argilla", "short", "no request is right with this one"},
		{"label-studio", "any", "nothing to verify"},
	} {
		args := []string{"listen", "--platform", tc.platform, "--addr", "127.0.0.1:0"}
		if tc.secret != "" {
			args = append(args, "--secret", tc.secret)
		}
		l := start(t, "", args...)
		eventually(t, tc.says, func() bool { return strings.Contains(l.err.String(), tc.says) })
		if code := l.end(t); code != 0 {
			t.Errorf("%v: exit code %d", args, code)
		}
	}
}
