package labelstudio_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/labelstudio"
	"github.com/annohook/annohook/payloads/payloadtest"
	"github.com/annohook/annohook/subscriptions"
)

func TestDefaultProfile(t *testing.T) {
	t.Parallel()
	r, err := payloads.NewRegistry(labelstudio.Platforms())
	if err != nil {
		t.Fatal(err)
	}
	p, err := r.Platform("label-studio", "")
	if err != nil || p.Profile != "1.22" {
		t.Errorf("default profile %q, %v", p.Profile, err)
	}
	var profiles []string
	for _, p := range r.Profiles("label-studio") {
		profiles = append(profiles, p.Profile)
	}
	if diff := cmp.Diff([]string{"1.22", "2026-07", "documented"}, profiles); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPolicy(t *testing.T) {
	t.Parallel()
	tests := []struct {
		profile string
		timeout time.Duration
		retry   string
		disable int
	}{
		{"1.22", time.Second, "[]", 0},
		{"2026-07", 10 * time.Second, "[]", 50},
		{"documented", 20 * time.Second, "[10s 1m0s 3m0s]", 0},
	}
	for _, tt := range tests {
		p := platform(t, tt.profile)
		if p.Timeout != tt.timeout || fmt.Sprint(p.Retry) != tt.retry || p.DisableAfter != tt.disable {
			t.Errorf("%s: timeout %v, retry %v, off after %d", tt.profile, p.Timeout, p.Retry, p.DisableAfter)
		}
		if !p.SilenceTimeout || p.Deadline != 180*time.Second || p.Redirect != payloads.RedirectAsRequests {
			t.Errorf("%s: silence %v, deadline %v, redirect %v", tt.profile, p.SilenceTimeout, p.Deadline, p.Redirect)
		}
		if p.Verify != nil || p.Secret.Scheme != "" || p.Secret.Generate != nil {
			t.Errorf("%s signs", tt.profile)
		}
		if got := p.NewNativeID([16]byte{1}, payloadtest.Now(), 42); got != "42" {
			t.Errorf("%s: native id %q", tt.profile, got)
		}
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	const ignored = "ignored by Label Studio 1.22"
	type verdict struct {
		Success, Retry, Counts bool
		Outcome                string
	}
	success := verdict{Success: true, Outcome: "succeeded"}
	tests := []struct {
		profile string
		reply   payloads.Reply
		want    verdict
	}{
		{"1.22", payloads.Reply{Status: 200}, success},
		{"1.22", payloads.Reply{Status: 299}, success},
		{"1.22", payloads.Reply{Status: 199}, verdict{Outcome: ignored}},
		{"1.22", payloads.Reply{Status: 304}, verdict{Outcome: ignored}},
		{"1.22", payloads.Reply{Status: 404}, verdict{Outcome: ignored}},
		{"1.22", payloads.Reply{Status: 500}, verdict{Outcome: ignored}},
		{"1.22", payloads.Reply{Failure: payloads.FailureTimeout}, verdict{Outcome: "failed"}},
		{"1.22", payloads.Reply{Failure: payloads.FailureRefused}, verdict{Outcome: "failed"}},
		{"1.22", payloads.Reply{Status: 200, Failure: payloads.FailureReset}, verdict{Outcome: "failed"}},
		{"1.22", payloads.Reply{Status: 302, Failure: payloads.FailureRedirect}, verdict{Outcome: "failed"}},
		{"2026-07", payloads.Reply{Status: 204}, success},
		{"2026-07", payloads.Reply{Status: 500}, verdict{Counts: true, Outcome: "failed"}},
		{"2026-07", payloads.Reply{Failure: payloads.FailureDNS}, verdict{Counts: true, Outcome: "failed"}},
		{"documented", payloads.Reply{Status: 201}, success},
		{"documented", payloads.Reply{Status: 500}, verdict{Retry: true, Counts: true, Outcome: "failed"}},
		{"documented", payloads.Reply{Failure: payloads.FailureTimeout}, verdict{Retry: true, Counts: true, Outcome: "failed"}},
	}
	for _, tt := range tests {
		v := platform(t, tt.profile).Verdict(tt.reply)
		got := verdict{Success: v.Success, Retry: v.Retry, Counts: v.Counts, Outcome: v.Outcome}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s %d %s (-want +got):\n%s", tt.profile, tt.reply.Status, tt.reply.Failure, diff)
		}
	}
}

func TestChain(t *testing.T) {
	t.Parallel()
	for _, p := range labelstudio.Platforms() {
		s := payloadtest.Subscription(p)
		if got := p.Chain(s); got != payloads.ChainSubscription {
			t.Errorf("%s: chain %v", p.Profile, got)
		}
		s.Quirks = map[string]bool{"inline-order": true}
		if got := p.Chain(s); got != payloads.ChainEvent {
			t.Errorf("%s: chain %v with inline-order", p.Profile, got)
		}
	}
}

// TestHeaders checks the library's rule for custom fields: in place of its own, in the custom spelling, else behind them.
func TestHeaders(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		headers    subscriptions.Headers
		postgresql bool
		want       string
	}{
		{
			"none", nil, false,
			"User-Agent: python-requests/2.32.4|Accept-Encoding: gzip, deflate|Accept: */*|Connection: keep-alive|Content-Type: application/json",
		},
		{
			"own fields",
			subscriptions.Headers{{Name: "X-Team", Value: "a"}, {Name: "Authorization", Value: "Token t"}},
			false,
			"User-Agent: python-requests/2.32.4|Accept-Encoding: gzip, deflate|Accept: */*|Connection: keep-alive|X-Team: a|" +
				"Authorization: Token t (secret)|Content-Type: application/json",
		},
		{
			"replaced in place",
			subscriptions.Headers{{Name: "user-agent", Value: "mine"}, {Name: "ACCEPT", Value: "text/html"}},
			false,
			"user-agent: mine|Accept-Encoding: gzip, deflate|ACCEPT: text/html|Connection: keep-alive|Content-Type: application/json",
		},
		{
			"content type",
			subscriptions.Headers{{Name: "content-type", Value: "text/plain"}, {Name: "X-A", Value: "1"}},
			false,
			"User-Agent: python-requests/2.32.4|Accept-Encoding: gzip, deflate|Accept: */*|Connection: keep-alive|content-type: text/plain|X-A: 1",
		},
		{
			"the sender's own",
			subscriptions.Headers{{Name: "content-length", Value: "3"}, {Name: "HOST", Value: "x"}},
			false,
			"User-Agent: python-requests/2.32.4|Accept-Encoding: gzip, deflate|Accept: */*|Connection: keep-alive|Content-Type: application/json",
		},
		{
			"jsonb order",
			subscriptions.Headers{{Name: "X-Zebra", Value: "1"}, {Name: "X-B", Value: "2"}, {Name: "X-A", Value: "3"}},
			true,
			"User-Agent: python-requests/2.32.4|Accept-Encoding: gzip, deflate|Accept: */*|Connection: keep-alive|X-A: 3|X-B: 2|X-Zebra: 1|" +
				"Content-Type: application/json",
		},
	}
	p := platform(t, "1.22")
	for _, tt := range tests {
		s := payloadtest.Subscription(p)
		s.Headers, s.Quirks = tt.headers, map[string]bool{"postgresql": tt.postgresql}
		signed, err := p.Sign(payloads.Message{}, payloadtest.Stamp(s))
		if err != nil {
			t.Fatal(err)
		}
		fields := make([]string, len(signed.Header))
		for i, f := range signed.Header {
			fields[i] = f.Name + ": " + f.Value
			if f.Secret {
				fields[i] += " (secret)"
			}
		}
		if diff := cmp.Diff(tt.want, strings.Join(fields, "|")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	tests := []struct {
		options, scope string
		want           []string // fields of the problems
	}{
		{``, ``, nil},
		{`null`, `null`, nil},
		{`{}`, `{}`, nil},
		{`{"send_payload":false,"batch_size":1}`, `{"project":1}`, nil},
		{`{"batch_size":100000}`, `{"project":2147483647}`, nil},
		{`{"batch_size":5e3}`, ``, nil},
		{`{"send_payload":"no"}`, ``, []string{"options.send_payload"}},
		{`{"send_payload":null,"batch_size":0}`, ``, []string{"options.send_payload", "options.batch_size"}},
		{`{"batch_size":100001}`, ``, []string{"options.batch_size"}},
		{`{"batch_size":1.5}`, ``, []string{"options.batch_size"}},
		{`{"batch_size":99999999999999999999}`, ``, []string{"options.batch_size"}},
		{`{"batch":1}`, ``, []string{"options.batch"}},
		{`{"batch_size":1,"batch_size":2}`, ``, []string{"options"}},
		{`[]`, `7`, []string{"options", "scope"}},
		{``, `{"project":0}`, []string{"scope.project"}},
		{``, `{"project":"1"}`, []string{"scope.project"}},
		{``, `{"project":2147483648}`, []string{"scope.project"}},
		{``, `{"pool":1}`, []string{"scope.pool"}},
	}
	for _, p := range labelstudio.Platforms() {
		for _, tt := range tests {
			s := payloadtest.Subscription(p)
			s.Options, s.Scope = json.RawMessage(tt.options), json.RawMessage(tt.scope)
			var got []string
			for _, problem := range p.Check(s) {
				got = append(got, problem.Field)
				if problem.Message == "" {
					t.Errorf("%s: a problem without words", problem.Field)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s options %s scope %s (-want +got):\n%s", p.Profile, tt.options, tt.scope, diff)
			}
		}
	}
}

func TestMatches(t *testing.T) {
	t.Parallel()
	p := platform(t, "documented")
	tests := []struct {
		scope, event, body string
		want               bool
	}{
		{``, "PROJECT_CREATED", `{"project":{"id":3}}`, true},
		{`{}`, "TASKS_DELETED", `{"tasks":[]}`, true},
		{`{"project":3}`, "PROJECT_CREATED", `{"project":{"id":3}}`, false},
		{`{"project":3}`, "PROJECT_DELETED", `{"project":{"id":3}}`, false},
		{`{"project":3}`, "PROJECT_DELETED", `{"id":3}`, false},
		{`{"project":3}`, "PROJECT_UPDATED", `{"project":{"id":3}}`, true},
		{`{"project":3}`, "PROJECT_UPDATED", `{"project":{"id":3.0}}`, true},
		{`{"project":3}`, "PROJECT_UPDATED", `{"project":{"id":4}}`, false},
		{`{"project":3}`, "PROJECT_UPDATED", `{"project":{"id":"3"}}`, false},
		{`{"project":3}`, "PROJECT_UPDATED", `{"project":{}}`, false},
		{`{"project":3}`, "TASKS_DELETED", `{"tasks":[]}`, false},
		{`{"project":3}`, "TASKS_DELETED", `{"project":null}`, false},
		{`{"project":3}`, "TASK_DELETED", `{"id":1,"project":{"id":3}}`, true},
	}
	for _, tt := range tests {
		s := payloadtest.Subscription(p)
		s.Scope = json.RawMessage(tt.scope)
		e, ok := p.Event(tt.event)
		if !ok {
			t.Fatalf("no %s", tt.event)
		}
		got, why := p.Matches(s, e, parse(t, tt.body))
		if got != tt.want || got == (why != "") {
			t.Errorf("scope %s %s %s: %v %q", tt.scope, tt.event, tt.body, got, why)
		}
	}
}

// FuzzCheck gives the parser of options and scope whatever a client sends: never a panic; what passes works in Compose and Matches.
func FuzzCheck(f *testing.F) {
	for _, seed := range []string{``, `{}`, `{"send_payload":true,"batch_size":3}`, `{"project":7}`, `{"project":1e3}`, `[[`, `{"batch_size":-0.0}`, "\x00"} {
		f.Add(seed, seed)
	}
	p := platform(f, "1.22")
	e, _ := p.Event("TASKS_DELETED")
	f.Fuzz(func(t *testing.T, options, scope string) {
		s := payloadtest.Subscription(p)
		s.Options, s.Scope = json.RawMessage(options), json.RawMessage(scope)
		problems := p.Check(s)
		o, err := e.Build(payloadtest.Build(s, ""))
		if err != nil {
			t.Fatal(err)
		}
		list, err := p.Compose(payloads.Item{Subscription: s, Type: e, Event: o})
		if err != nil || len(list) == 0 || len(list) > 6 {
			t.Fatalf("%d messages, %v", len(list), err)
		}
		if ok, why := p.Matches(s, e, o); !ok && len(problems) == 0 {
			t.Errorf("scope %s passes but does not hold the event built for it: %s", scope, why)
		}
	})
}
