package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/web/client"
)

func TestPlatformsShowsEverything(t *testing.T) {
	t.Parallel()
	r := registry(t)
	list := decode[[]client.Platform](t, call(t, "platforms", "-o", "json").want(t, 0).out)
	if len(list) != len(r.IDs()) {
		t.Fatalf("%d platforms, want %d", len(list), len(r.IDs()))
	}
	for _, id := range r.IDs() {
		call(t, "platforms").want(t, 0, id)
		for _, pl := range r.Profiles(id) {
			text := call(t, "platforms", id, "--profile", pl.Profile).want(t, 0).out
			for _, e := range pl.Events {
				if !strings.Contains(text, e.Key) {
					t.Errorf("%s %s does not list %s", id, pl.Profile, e.Key)
				}
			}
		}
	}
}

// TestExamples: every event type of every profile and variant has an example whose body is its schema's, and whose signature is right.
func TestExamples(t *testing.T) {
	t.Parallel()
	r := registry(t)
	for _, id := range r.IDs() {
		for _, pl := range r.Profiles(id) {
			for _, e := range pl.Events {
				for _, variant := range append([]string{""}, e.VariantNames()...) {
					v, body, err := example(pl, e, variant, 7)
					if err != nil {
						t.Errorf("%s %s %s %s: %v", id, pl.Profile, e.Key, variant, err)
						continue
					}
					if _, err := payloads.ParseValue(v.Schema); err != nil || len(v.Headers) == 0 {
						t.Errorf("%s %s: schema %v, %d headers", id, e.Key, err, len(v.Headers))
					}
					if v.Body.Text == nil || *v.Body.Text != string(body) {
						t.Errorf("%s %s: the body is not shown as it is", id, e.Key)
					}
				}
			}
		}
		e := r.Profiles(id)[0].Events[0].Key
		call(t, "platforms", id, e).want(t, 0, "fidelity:", e)
		call(t, "platforms", id, e, "--schema").want(t, 0, "json-schema.org")
		decode[client.EventExample](t, call(t, "platforms", id, e, "-o", "json").want(t, 0).out)
		bare := call(t, "platforms", id, e, "--body", "--seed", "3").want(t, 0).out
		if again := call(t, "platforms", id, e, "--body", "--seed", "3").out; again != bare || bare == "" {
			t.Errorf("%s %s: the same seed gives another body", id, e)
		}
	}
}

func TestSignAndVerify(t *testing.T) {
	t.Parallel()
	r := registry(t)
	for _, id := range r.IDs() {
		pl := r.Profiles(id)[0]
		secret := secretOf(pl)
		if secret == "" {
			continue
		}
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			body := `{"text":"Grüße, \"x\""}`
			got := callWith(t, body, "sign", id, "--secret", secret, "--at", "2026-01-02T03:04:05Z", "--random", strings.Repeat("ab", 16), "-o", "json").want(t, 0)
			s := decode[signed](t, got.out)
			args := []string{"verify", id, "--secret", secret, "--at", "2026-01-02T03:04:06Z", "--body", body}
			for _, h := range s.Headers {
				if h[1] == "********" { // the header is the secret itself
					h[1] = secret
				}
				args = append(args, "--header", h[0]+": "+h[1])
			}
			if v := decode[verified](t, call(t, append(args, "-o", "json")...).want(t, 0).out); !v.Verified || len(v.Steps) == 0 {
				t.Errorf("%+v", v)
			}
			call(t, args...).want(t, 0, "verified")
			wrong := append([]string{}, args...)
			wrong[3] = pl.Secret.Generate([64]byte{9})
			call(t, wrong...).want(t, 1, "refused")
			again := callWith(t, body, "sign", id, "--secret", secret, "--at", "2026-01-02T03:04:05Z", "--random", strings.Repeat("ab", 16), "-o", "json")
			if again.out != got.out {
				t.Error("the same time and random bytes give another signature")
			}
			text := callWith(t, body, "sign", id, "--secret-file", "-", "--body", "x")
			text.want(t, exitCode(checkSecret(pl, body)))
		})
	}
}

// TestDatasaurVector is the example of the documents.
func TestDatasaurVector(t *testing.T) {
	t.Parallel()
	got := call(t, "sign", "datasaur", "--secret", "s3cret", "--body", `{"body":"sample"}`)
	got.want(t, 0, `signed string: {"body":"sample"}`, "X-Datasaur-Signature")
}

func TestVerifyWholeRequest(t *testing.T) {
	t.Parallel()
	s := decode[signed](t, callWith(t, "{}", "sign", "datasaur", "--secret", "x", "-o", "json").want(t, 0).out)
	var b strings.Builder
	b.WriteString("POST /hook HTTP/1.1\r\nHost: example\r\nContent-Length: 2\r\n")
	for _, h := range s.Headers {
		b.WriteString(h[0] + ": " + h[1] + "\r\n")
	}
	b.WriteString("\r\n{}")
	callWith(t, b.String(), "verify", "datasaur", "--secret", "x", "--request", "-").want(t, 0, "verified")
	callWith(t, strings.TrimSuffix(b.String(), "}"), "verify", "datasaur", "--secret", "x", "--request", "-").want(t, 2, "cut short")
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	tests := []struct {
		args []string
		want string
	}{
		{[]string{"trigger", ""}, "argilla"},
		{[]string{"trigger", "argilla", ""}, "record.completed"},
		{[]string{"trigger", "argilla", "ping", ""}, "record.completed"},
		{[]string{"trigger", "label-studio", "--profile", ""}, "documented"},
		{[]string{"trigger", "label-studio", "--profile", "documented", ""}, "TASK_CREATED"},
		{[]string{"platforms", "toloka", ""}, "POOL_CLOSED"},
		{[]string{"listen", "--platform", ""}, "toloka"},
		{[]string{"listen", "--platform", "label-studio", "--profile", ""}, "2026-07"},
		{[]string{"sign", ""}, "aquarium"},
		{[]string{"deliveries", "list", "--status", ""}, "collecting"},
		{[]string{"deliveries", "list", "--platform", "toloka", "--type", ""}, "POOL_CLOSED"},
		{[]string{"deliveries", "export", "--format", ""}, "curl"},
		{[]string{"deliveries", "replay", "--mode", ""}, "verbatim"},
		{[]string{"version", "-o", ""}, "jsonl"},
		{[]string{"trigger", "x", "--expect", ""}, "status=2xx"},
		{[]string{"trigger", "x", "--wait", ""}, "settled"},
		{[]string{"trigger", "aquarium", "issue-exported", "--variant", ""}, "crop"},
		{[]string{"platforms", "aquarium", "issue-exported", "--variant", ""}, "crop"},
		{[]string{"trigger", "toloka", "POOL_CLOSED", "--quirk", ""}, "key-order=true"},
		{[]string{"subscriptions", "add", "toloka", "--quirk", ""}, "key-order=true"},
		{[]string{"subscriptions", "add", "--platform", "argilla", "--event", ""}, "record.completed"},
		{[]string{"serve", "--redis", ""}, "memory"},
		{[]string{"serve", "--roles", ""}, "api,worker"},
		{[]string{"dev", "--log-level", ""}, "debug"},
	}
	for _, tc := range tests {
		if got := call(t, append([]string{"__complete"}, tc.args...)...); !strings.Contains(got.out, tc.want) {
			t.Errorf("%q completes to %q, want %q among it", tc.args, got.out, tc.want)
		}
	}
	if got := call(t, "__complete", "trigger", "argilla", "ping", ""); strings.Contains(got.out, "ping") {
		t.Error("an event that is given already is proposed again")
	}
	if got := call(t, "__complete", "subscriptions", "add", "argilla", "--event", ""); strings.Contains(got.out, "ping") {
		t.Error("an event that cannot be subscribed to is proposed")
	}
}

func TestDryRunPrintsExactBytes(t *testing.T) {
	t.Parallel()
	r := registry(t)
	for _, id := range r.IDs() {
		pl := r.Profiles(id)[0]
		for _, e := range pl.Events {
			args := []string{"trigger", id, e.Key, "--dry-run", "--seed", "5", "--now", "2026-01-02T03:04:05Z", "-o", "jsonl"}
			first, second := call(t, args...).want(t, 0), call(t, args...)
			a, b := decode[client.Request](t, firstLine(first.out)), decode[client.Request](t, firstLine(second.out))
			if a.Method != e.Method || a.Body.Text == nil || *a.Body.Text != *b.Body.Text {
				t.Errorf("%s %s: %s, and the same seed and time give the same body: %t", id, e.Key, a.Method, *a.Body.Text == *b.Body.Text)
			}
		}
	}
	text := call(t, "trigger", "toloka", "POOL_CLOSED", "--dry-run", "--body", "exact é bytes").want(t, 0)
	if !strings.HasSuffix(text.out, "\n\nexact é bytes\n") || !strings.HasPrefix(text.out, "POST http://127.0.0.1:9000/webhook\n") {
		t.Errorf("%q", text.out)
	}
	many := call(t, "trigger", "toloka", "POOL_CLOSED", "ASSIGNMENT_CREATED", "--dry-run", "--count", "2", "--seed", "1", "-o", "jsonl").want(t, 0)
	if n := strings.Count(many.out, "\n"); n != 4 {
		t.Errorf("%d requests, want 4", n)
	}
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// TestDryRunHidesCredentials: a key in a header is stars here as it is in every answer of a server.
func TestDryRunHidesCredentials(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json"} {
		got := call(t, "trigger", "toloka", "POOL_CLOSED", "--dry-run", "--header", "X-Api-Key: open-sesame", "--header", "X-Plain: seen", "-o", format).want(t, 0)
		if strings.Contains(got.out, "open-sesame") || !strings.Contains(got.out, "********") || !strings.Contains(got.out, "seen") {
			t.Errorf("%s: %s", format, got.out)
		}
	}
}

func TestOverrides(t *testing.T) {
	t.Parallel()
	got := call(t, "trigger", "argilla", "record.completed", "--dry-run", "--set", "type=one", "--set-json", "version=2", "--set", "type=a=b", "--merge",
		`{"added":{"x":1.50}}`).want(t, 0)
	for _, want := range []string{`{"type": "a=b", "version": 2, `, `"added": {"x": 1.5`} {
		if !strings.Contains(got.out, want) {
			t.Errorf("%s is not in %s", want, got.out)
		}
	}
	callWith(t, `{"type":null}`, "trigger", "argilla", "record.completed", "--dry-run", "--merge", "-").want(t, 0)
}

func TestCutAssignment(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in, path, value string
		ok              bool
	}{
		{"a=b", "a", "b", true},
		{"a.b[0].c=", "a.b[0].c", "", true},
		{"a=b=c", "a", "b=c", true},
		{`a["x=y"]=z`, `a["x=y"]`, "z", true},
		{`a["\"="]=z`, `a["\"="]`, "z", true},
		{"nothing", "", "", false},
		{`"open=1`, "", "", false},
	}
	for _, tc := range tests {
		path, value, ok := cutAssignment(tc.in)
		if path != tc.path || value != tc.value || ok != tc.ok {
			t.Errorf("cutAssignment(%q) = %q, %q, %t", tc.in, path, value, ok)
		}
	}
}

func FuzzCutAssignment(f *testing.F) {
	f.Add("a=b")
	f.Add(`a["x=y"]=z`)
	f.Fuzz(func(t *testing.T, text string) {
		path, value, ok := cutAssignment(text)
		if ok && path+"="+value != text {
			t.Errorf("%q was cut into %q and %q", text, path, value)
		}
	})
}

func FuzzVisible(f *testing.F) {
	f.Add("plain\x1b[31mred\x00\u202e\xff")
	f.Fuzz(func(t *testing.T, text string) {
		for _, r := range visibleLine(text) {
			if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == '\u202e' || r == '\n' {
				t.Errorf("%q lets %U through", text, r)
			}
		}
	})
}

func TestEventOf(t *testing.T) {
	t.Parallel()
	r := registry(t)
	tests := []struct{ platform, body, want string }{
		{"argilla", `{"type":"record.completed","data":{"type":"ping"}}`, "record.completed"},
		{"label-studio", `{"action":"TASKS_CREATED"}`, "TASKS_CREATED"},
		{"toloka", `{"events":[{"type":"POOL_CLOSED"},{"type":"ASSIGNMENT_CREATED"},{"type":"POOL_CLOSED"}]}`, "POOL_CLOSED ×2, ASSIGNMENT_CREATED"},
		{"toloka", `no JSON`, "-"},
		{"toloka", `{"x":1}`, "-"},
	}
	for _, tc := range tests {
		pl, err := r.Platform(tc.platform, "")
		if err != nil {
			t.Fatal(err)
		}
		if got := eventOf(pl, []byte(tc.body)); got != tc.want {
			t.Errorf("%s %s: %q, want %q", tc.platform, tc.body, got, tc.want)
		}
	}
}

func TestConfigShow(t *testing.T) {
	t.Parallel()
	got := call(t, "config", "show", "--origin", "--token", "a-long-token", "--time-scale", "0.5").want(t, 0, "********", "flag", "--time-scale")
	if strings.Contains(got.out, "a-long-token") {
		t.Error("the token is shown")
	}
	if got := call(t, "config", "show", "--redis", "redis://me:hidden@127.0.0.1:6379").want(t, 0, "********@127.0.0.1").out; strings.Contains(got, "hidden") {
		t.Error("the password of the Redis is shown")
	}
	values := decode[[]shownValue](t, call(t, "config", "show", "-o", "json").want(t, 0).out)
	for _, v := range values {
		if v.Origin != "default" {
			t.Errorf("%s comes from %s", v.Name, v.Origin)
		}
	}
	if got := call(t, "config", "show").out; strings.Contains(got, "ORIGIN") {
		t.Error("origins are shown without --origin")
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	if v := decode[client.Version](t, call(t, "version", "-o", "json").want(t, 0).out); v.Name != "annohook" || v.Version != "test" {
		t.Errorf("%+v", v)
	}
	if buildVersion() == "" {
		t.Error("no version")
	}
}

func TestRate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"": 0, "10": 100 * time.Millisecond, "0.5": 2 * time.Second, "20/s": 50 * time.Millisecond} {
		if got, err := parseRate(text); got != want || err != nil {
			t.Errorf("parseRate(%q) = %s, %v", text, got, err)
		}
	}
	for _, text := range []string{"0", "-1", "NaN", "x", "1e9"} {
		if _, err := parseRate(text); err == nil {
			t.Errorf("parseRate(%q) is accepted", text)
		}
	}
}

func TestExpectations(t *testing.T) {
	t.Parallel()
	ms := 12.5
	outcome := "succeeded"
	ok := client.Delivery{ID: "a", Status: "succeeded", Attempts: []client.Attempt{{
		DurationMS: &ms, Outcome: &outcome, Response: &client.Response{Status: http.StatusNoContent}, Signature: &client.Signature{},
	}}}
	dead := client.Delivery{ID: "b", Status: "failed", Attempts: []client.Attempt{{Error: &client.AttemptError{Kind: "refused"}}, {DurationMS: &ms, Error: &client.AttemptError{Kind: "timeout"}}}}
	tests := []struct {
		text string
		of   []client.Delivery
		want bool
	}{
		{"status=2xx", []client.Delivery{ok}, true},
		{"status=204", []client.Delivery{ok}, true},
		{"status!=204", []client.Delivery{ok}, false},
		{"status<300", []client.Delivery{ok}, true},
		{"status!=5xx", []client.Delivery{ok}, true},
		{"status=2xx", []client.Delivery{ok, dead}, false},
		{"status=2xx", nil, false},
		{"latency<1s", []client.Delivery{ok}, true},
		{"latency<=12ms", []client.Delivery{ok}, false},
		{"latency>=12ms", []client.Delivery{ok}, true},
		{"latency<1s", []client.Delivery{{}}, false},
		{"attempts=1", []client.Delivery{ok}, true},
		{"attempts>1", []client.Delivery{dead}, true},
		{"attempts=1", []client.Delivery{ok, dead}, false},
		{"deliveries=2", []client.Delivery{ok, dead}, true},
		{"deliveries=0", nil, true},
		{"outcome=failed", []client.Delivery{dead}, true},
		{"outcome!=failed", []client.Delivery{dead}, false},
		{"error=timeout", []client.Delivery{dead}, true},
		{"error=none", []client.Delivery{ok}, true},
		{"signed", []client.Delivery{ok}, true},
		{"signed", []client.Delivery{dead}, false},
	}
	for _, tc := range tests {
		list, err := parseExpectations([]string{tc.text})
		if err != nil {
			t.Errorf("%s: %v", tc.text, err)
			continue
		}
		if got, why := list[0].holds(tc.of); got != tc.want {
			t.Errorf("%s of %d deliveries is %t (%s)", tc.text, len(tc.of), got, why)
		}
	}
	if list, err := parseExpectations([]string{"status=2xx, attempts=1", "signed"}); err != nil || len(list) != 3 {
		t.Errorf("%d expectations, %v", len(list), err)
	}
	for _, text := range []string{
		"", "status", "status=6xx", "status=99", "status<2xx", "latency=fast", "latency", "attempts=-1", "attempts", "deliveries=x", "outcome=odd", "outcome<failed", "signed=1", "mood=good",
	} {
		if _, err := parseExpectations([]string{text}); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}

func FuzzExpectation(f *testing.F) {
	for _, text := range []string{"status=2xx", "latency<1s", "attempts>=1", "outcome!=failed", "signed"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := parseExpectation(text)
		if err != nil {
			return
		}
		if ok, got := e.holds([]client.Delivery{{}}); !ok && got == "" {
			t.Errorf("%q fails without saying why", text)
		}
	})
}
