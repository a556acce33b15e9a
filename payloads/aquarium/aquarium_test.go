package aquarium_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/aquarium"
	"github.com/annohook/annohook/payloads/payloadtest"
	"github.com/annohook/annohook/subscriptions"
)

func current() payloads.Platform    { return aquarium.Platforms()[0] }
func documented() payloads.Platform { return aquarium.Platforms()[1] }

func TestPlatforms(t *testing.T) {
	for _, p := range aquarium.Platforms() {
		t.Run(p.Profile, func(t *testing.T) { payloadtest.Run(t, p) })
	}
	if _, err := payloads.NewRegistry(aquarium.Platforms()); err != nil {
		t.Error(err)
	}
}

func FuzzVerify(f *testing.F) { payloadtest.Fuzz(f, current()) }

func BenchmarkCompose(b *testing.B) { payloadtest.Benchmark(b, current()) }

func TestAllocations(t *testing.T) { payloadtest.Allocations(t, current(), 600) }

// FuzzScope wants Check and Matches to agree on any text: what is refused matches nothing.
func FuzzScope(f *testing.F) {
	for _, text := range []string{`{"project":"a"}`, `{}`, `null`, ``, `{"project":""}`, `{"Project":"a"}`, `{"project":"a","project":"b"}`, `{"project":null}`, `[]`, `{"project":"a"} x`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p := current()
		s := payloadtest.Subscription(p)
		s.Scope = json.RawMessage(text)
		ok, why := p.Matches(s, p.Events[0], payloads.Obj("project", "\x00 a project nobody has"))
		switch {
		case len(p.Check(s)) > 0 && ok:
			t.Errorf("the scope %q is refused and still matches", text)
		case !ok && why == "":
			t.Errorf("the scope %q: no reason", text)
		}
	})
}

func TestPolicy(t *testing.T) {
	for _, p := range aquarium.Platforms() {
		got := p.Effective(subscriptions.Subscription{})
		want := payloads.Policy{
			Timeout: 20 * time.Second, Deadline: 20 * time.Second, Redirect: payloads.RedirectNever,
			Retry: []time.Duration{10 * time.Second, 60 * time.Second, 180 * time.Second},
		}
		if diff := cmp.Diff(got, want); diff != "" {
			t.Error(diff)
		}
		if p.OnDisable != payloads.PendingCancel || !p.Secret.Shared || p.Secret.Auto || p.DisableAfter != 0 {
			t.Errorf("on disable %v, shared %v, auto %v, disable after %d", p.OnDisable, p.Secret.Shared, p.Secret.Auto, p.DisableAfter)
		}
	}
}

func TestNamesAndFidelity(t *testing.T) {
	want := map[string]payloads.Fidelity{
		"dataset-complete": payloads.Assumed, "dataset-failed": payloads.Assumed, "issues-created": payloads.Assumed,
		"issue-update": payloads.Assumed, "issue-exported": payloads.Documented, "test": payloads.Assumed,
	}
	for _, p := range aquarium.Platforms() {
		got := map[string]payloads.Fidelity{}
		for _, e := range p.Events {
			got[e.Name] = e.Fidelity
			if e.Unlisted != (e.Key == "test") || e.Once != (e.Key == "test") {
				t.Errorf("%s: unlisted %v, once %v", e.Key, e.Unlisted, e.Once)
			}
		}
		if diff := cmp.Diff(got, want); diff != "" {
			t.Error(diff)
		}
	}
}

func TestHeader(t *testing.T) {
	sign := func(change func(*subscriptions.Subscription)) payloads.Signed {
		s := payloadtest.Subscription(current())
		s.Secret = "s3cret"
		change(&s)
		signed, err := current().Sign(payloads.Message{Method: "POST", Body: []byte("{}")}, payloadtest.Stamp(s))
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	common := payloads.H("Accept-Encoding", "gzip, deflate", "Accept", "*/*", "Connection", "keep-alive", "Content-Type", "application/json")
	agent := payloads.H("User-Agent", "python-requests/2.31.0")
	secret := payloads.Field{Name: "X-Aquarium-Secret", Value: "s3cret", Secret: true}
	tests := map[string]struct {
		change func(*subscriptions.Subscription)
		want   payloads.Header
	}{
		"secret":        {func(*subscriptions.Subscription) {}, slices.Concat(agent, common, payloads.Header{secret})},
		"no secret":     {func(s *subscriptions.Subscription) { s.Secret = "" }, slices.Concat(agent, common)},
		"no user agent": {func(s *subscriptions.Subscription) { s.Quirks = map[string]bool{"no-user-agent": true} }, append(slices.Clone(common), secret)},
		"custom": {
			func(s *subscriptions.Subscription) {
				s.Headers = subscriptions.Headers{{Name: "x-aquarium-secret", Value: "forged"}, {Name: "accept", Value: "text/plain"}, {Name: "x-a", Value: "b"}}
			},
			slices.Concat(agent, common, payloads.Header{secret}, payloads.H("x-a", "b")).With(payloads.Field{Name: "accept", Value: "text/plain"}),
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			signed := sign(test.change)
			if diff := cmp.Diff(signed.Header, test.want); diff != "" {
				t.Error(diff)
			}
			if (signed.Signature == nil) != (name == "no secret") {
				t.Errorf("signature %v", signed.Signature)
			}
		})
	}
	signature := sign(func(*subscriptions.Subscription) {}).Signature
	if signature.Value != subscriptions.Masked || signature.Body || signature.Scheme != "shared secret" {
		t.Errorf("signature %+v", signature)
	}
}

func TestVerify(t *testing.T) {
	header := func(values ...string) payloads.Received {
		return payloads.Received{Header: http.Header{"X-Aquarium-Secret": values}}
	}
	for name, test := range map[string]struct {
		received payloads.Received
		secret   string
		want     error
	}{
		"right":              {header("a"), "a", nil},
		"wrong":              {header("b"), "a", aquarium.ErrMismatch},
		"prefix":             {header("ab"), "a", aquarium.ErrMismatch},
		"missing":            {payloads.Received{}, "a", aquarium.ErrMissing},
		"empty":              {header(""), "a", aquarium.ErrMissing},
		"twice":              {header("a", "a"), "a", aquarium.ErrSeveral},
		"no secret, no head": {payloads.Received{}, "", aquarium.ErrNoSecret},
		"no secret":          {header(""), "", aquarium.ErrNoSecret},
	} {
		t.Run(name, func(t *testing.T) {
			steps, err := current().Verify(test.received, test.secret, time.Time{})
			if !errors.Is(err, test.want) || len(steps) == 0 {
				t.Errorf("got %v after %v, want %v", err, steps, test.want)
			}
		})
	}
}

func TestSecretRule(t *testing.T) {
	for secret, fine := range map[string]bool{
		"s3cret": true, "!~": true, "": false, "with blank": false, "tab\t": false, "line\n": false, "sécret": false, "\x7f": false,
	} {
		if wrong := current().Secret.Check(secret); (wrong == "") != fine {
			t.Errorf("%q: %q", secret, wrong)
		}
	}
}

func TestScope(t *testing.T) {
	p := current()
	event := payloads.Obj("event", "test", "project", "urban-driving")
	for scope, test := range map[string]struct{ fine, matches bool }{
		``:                            {true, true},
		`{}`:                          {true, true},
		`null`:                        {true, true},
		`{"project":"urban-driving"}`: {true, true},
		`{"project":"other"}`:         {true, false},
		`{"project":""}`:              {false, false},
		`{"project":null}`:            {false, false},
		`{"project":7}`:               {false, false},
		`{"Project":"urban-driving"}`: {false, false},
		`{"project":"urban-driving","project":"other"}`:  {false, false},
		`{"project":"` + strings.Repeat("é", 200) + `"}`: {true, false},
		`{"project":"` + strings.Repeat("é", 201) + `"}`: {false, false},
	} {
		s := payloadtest.Subscription(p)
		s.Scope = json.RawMessage(scope)
		if problems := p.Check(s); (len(problems) == 0) != test.fine {
			t.Errorf("%s: %v", scope, problems)
		}
		if ok, why := p.Matches(s, p.Events[0], event); ok != test.matches || ok != (why == "") {
			t.Errorf("%s: matches %v, %q", scope, ok, why)
		}
	}
	s := payloadtest.Subscription(p)
	s.Scope = json.RawMessage(`{"project":"a"}`)
	if ok, _ := p.Matches(s, p.Events[0], payloads.Obj("event", "test")); ok {
		t.Error("an event without project is in a scope")
	}
}

func TestCheckHeaders(t *testing.T) {
	s := payloadtest.Subscription(current())
	s.Headers = subscriptions.Headers{{Name: "X-AQUARIUM-SECRET", Value: "x"}}
	var got []string
	for _, problem := range current().Check(s) {
		got = append(got, problem.Field)
	}
	if diff := cmp.Diff(got, []string{"headers.X-AQUARIUM-SECRET"}); diff != "" {
		t.Error(diff)
	}
}

func TestNativeIDIsUUID4(t *testing.T) {
	got := current().NewNativeID([16]byte{6: 0xff, 8: 0xff}, payloadtest.Now(), 1)
	if want := "00000000-0000-4f00-bf00-000000000000"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
