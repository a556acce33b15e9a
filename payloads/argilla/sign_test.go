package argilla_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/argilla"
	"github.com/annohook/annohook/payloads/payloadtest"
	"github.com/annohook/annohook/payloads/signature"
	"github.com/annohook/annohook/subscriptions"
)

// The vectors were computed with the standardwebhooks Python library 1.0.0; id and time as the server would make them.
func TestSignatureVectors(t *testing.T) {
	tests := map[string]struct{ body, want string }{
		"ping": {
			`{"type": "ping", "version": 1, "timestamp": "2024-09-26T14:17:20.000000Z", "data": {"agent": "argilla-server", "version": "2.8.0"}}`,
			"v1,A20EJ5NWsCoZh7zI8XDkkJY0GsVdsuFq0hWtDOrCAco=",
		},
		"escapes": {
			`{"type": "record.created", "data": {"fields": {"t": "\u00e9\ud83d\ude00</b>&\u007f\u2028/\b\f\n\r\t\"\\"}, "n": [1.0, 1e-05, 1e+16, 1.2345678901234568e+17, 0.1, 2.5625]}}`,
			"v1,xfMo/i++sr3QUOzrft0l4ATCITzfJyMxHnhycK1H62M=",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			value, err := payloads.ParseValue([]byte(test.body))
			if err != nil {
				t.Fatal(err)
			}
			event, ok := value.(*payloads.Object)
			if !ok {
				t.Fatal("no object")
			}
			body := compose(t, event)
			if string(body) != test.body {
				t.Errorf("body: got %s, want %s", body, test.body)
			}
			p := platform()
			stamp := payloads.Stamp{Subscription: payloadtest.Subscription(p), Time: time.Unix(1727360240, 999_999_999)}
			signed, err := p.Sign(payloads.Message{Method: "POST", Body: body}, stamp)
			if err != nil {
				t.Fatal(err)
			}
			want := payloads.H(
				"Accept", "*/*",
				"Accept-Encoding", "gzip, deflate, br",
				"Connection", "keep-alive",
				"User-Agent", "python-httpx/0.27.2",
				"webhook-id", "msg_AAAAAAAAAAAAAAAAAAAAAA",
				"webhook-timestamp", "1727360240",
				"webhook-signature", test.want,
				"content-type", "application/json",
			)
			if diff := cmp.Diff(signed.Header, want); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEveryAttemptHasItsOwnID(t *testing.T) {
	p := platform()
	s := payloadtest.Subscription(p)
	m := payloads.Message{Method: "POST", Body: compose(t, build(t, "record.created", "", 1, nil))}
	first := payloadtest.Stamp(s)
	second := first
	second.Attempt, second.Random[0], second.Time = 2, 200, first.Time.Add(10*time.Second)
	one, err1 := p.Sign(m, first)
	two, err2 := p.Sign(m, second)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	form := regexp.MustCompile(`^msg_[A-Za-z0-9_-]{22}$`)
	for _, name := range []string{"webhook-id", "webhook-timestamp", "webhook-signature"} {
		if one.Header.Get(name) == two.Header.Get(name) {
			t.Errorf("%s is the same at both attempts", name)
		}
	}
	if id := two.Header.Get("webhook-id"); !form.MatchString(id) {
		t.Errorf("webhook-id %s", id)
	}
}

func TestSecrets(t *testing.T) {
	rule := platform().Secret
	if got := rule.Generate([64]byte{}); len(got) != 88 || !strings.HasSuffix(got, "==") || strings.HasPrefix(got, "whsec_") {
		t.Errorf("generated %q", got)
	}
	key24, key23, key65 := strings.Repeat("A", 32), strings.Repeat("A", 30)+"A=", strings.Repeat("A", 86)+"A="
	for secret, fine := range map[string]bool{
		key24: true, "whsec_" + key24: true, key23: false, key65: false, "": false, "whsec_": false, "not base64!": false,
		strings.Repeat("_", 32): false, strings.TrimRight(rule.Generate([64]byte{}), "="): false,
	} {
		if wrong := rule.Check(secret); (wrong == "") != fine {
			t.Errorf("secret %q: %q", secret, wrong)
		}
	}
}

func TestSignNeedsASecret(t *testing.T) {
	stamp := payloadtest.Stamp(subscriptions.Subscription{})
	if _, err := platform().Sign(payloads.Message{}, stamp); !errors.Is(err, argilla.ErrNoSecret) {
		t.Errorf("no secret: %v", err)
	}
	stamp.Subscription.Secret = "short"
	if _, err := platform().Sign(payloads.Message{}, stamp); !errors.Is(err, signature.ErrKey) {
		t.Errorf("bad secret: %v", err)
	}
}

func TestCustomHeaders(t *testing.T) {
	p := platform()
	s := payloadtest.Subscription(p)
	plain, err := p.Sign(payloads.Message{Body: []byte("{}")}, payloadtest.Stamp(s))
	if err != nil {
		t.Fatal(err)
	}
	s.Headers = subscriptions.Headers{{Name: "x-team", Value: "a"}, {Name: "user-agent", Value: "mine"}, {Name: "Webhook-Id", Value: "forged"}}
	signed, err := p.Sign(payloads.Message{Body: []byte("{}")}, payloadtest.Stamp(s))
	if err != nil {
		t.Fatal(err)
	}
	want := plain.Header.With(payloads.Field{Name: "user-agent", Value: "mine"}).With(payloads.Field{Name: "x-team", Value: "a"})
	if diff := cmp.Diff(signed.Header, want); diff != "" {
		t.Error(diff)
	}
}

func TestVerifyShowsItsSteps(t *testing.T) {
	p := platform()
	s := payloadtest.Subscription(p)
	m := payloads.Message{Method: "POST", Body: compose(t, build(t, "ping", "", 1, nil))}
	stamp := payloadtest.Stamp(s)
	signed, err := p.Sign(m, stamp)
	if err != nil {
		t.Fatal(err)
	}
	r := payloadtest.Receive(m, signed)
	steps, err := p.Verify(r, string(s.Secret), stamp.Time)
	if err != nil || len(steps) != 6 {
		t.Errorf("%d steps, %v", len(steps), err)
	}
	for name, test := range map[string]struct {
		change func()
		now    time.Time
		want   error
	}{
		"too old":   {func() {}, stamp.Time.Add(301 * time.Second), signature.ErrTooOld},
		"too new":   {func() {}, stamp.Time.Add(-302 * time.Second), signature.ErrTooNew},
		"in time":   {func() {}, stamp.Time.Add(299 * time.Second), nil},
		"two sigs":  {func() { r.Header.Set("webhook-signature", "v1a,xx v1,AAAA "+signed.Signature.Value) }, stamp.Time, nil},
		"no comma":  {func() { r.Header.Set("webhook-signature", "v1") }, stamp.Time, signature.ErrMismatch},
		"no header": {func() { r.Header.Del("webhook-timestamp") }, stamp.Time, signature.ErrMissing},
	} {
		t.Run(name, func(t *testing.T) {
			r = payloadtest.Receive(m, signed)
			test.change()
			if _, err := p.Verify(r, string(s.Secret), test.now); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

// A listener uses the specification's own library directly, not our wrapper.
func TestTheLibraryVerifiesEveryEvent(t *testing.T) {
	p := platform()
	s := payloadtest.Subscription(p)
	listener, err := standardwebhooks.NewWebhook(string(s.Secret))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range p.Events {
		m := payloads.Message{Method: "POST", Body: compose(t, build(t, e.Key, "", 5, nil))}
		stamp := payloadtest.Stamp(s)
		stamp.Time = time.Now() // the library reads the clock itself
		signed, err := p.Sign(m, stamp)
		if err != nil {
			t.Fatal(err)
		}
		r := payloadtest.Receive(m, signed)
		if err := listener.Verify(r.Body, r.Header); err != nil {
			t.Errorf("%s: %v", e.Key, err)
		}
		if err := listener.Verify(append(r.Body, ' '), r.Header); err == nil {
			t.Errorf("%s: a longer body is accepted", e.Key)
		}
	}
}
