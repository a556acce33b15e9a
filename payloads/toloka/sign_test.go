package toloka_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest"
	"github.com/annohook/annohook/payloads/toloka"
	"github.com/annohook/annohook/subscriptions"
)

// TestSignedSample goes from the documents' event through Compose and Join to the documents' 273 bytes, and on to their signature.
func TestSignedSample(t *testing.T) {
	p, want := platform(), readCaptured(t, "signed-sample.json")
	list, err := p.Compose(payloads.Item{Type: payloads.EventType{Method: "POST"}, Event: firstEvent(t, want)})
	if err != nil {
		t.Fatal(err)
	}
	m, err := p.Batch.Join(list)
	if err != nil {
		t.Fatal(err)
	}
	if string(m.Body) != string(want) || len(m.Body) != 273 {
		t.Fatalf("composed %d bytes:\n%s\nwant\n%s", len(m.Body), m.Body, want)
	}
	const (
		documented  = "609af3eefd4c12b6afad30ab456efcd21fe82f4247d3340151a3ca0c97a6cbcb"
		leadingZero = "0ae07193782fe3f854c5ee96ee09869297406c3216006dc99ce91fd20d493892"
	)
	tests := []struct {
		name   string
		ms     int64
		quirks map[string]bool
		want   string
	}{
		{"documented", 946728000000, nil, "{v=1, ts=946728000000, sign=" + documented + "}"},
		{"leading zero", 946728000022, nil, "{v=1, ts=946728000022, sign=" + leadingZero + "}"},
		{"short hex", 946728000022, map[string]bool{toloka.QuirkShortHex: true}, "{v=1, ts=946728000022, sign=" + leadingZero[1:] + "}"},
		{"header order", 946728000000, map[string]bool{toloka.QuirkHeaderOrder: true}, "{v=1, sign=" + documented + ", ts=946728000000}"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := subscriptions.Subscription{Secret: "12345", Quirks: tt.quirks}
			signed, err := p.Sign(m, payloads.Stamp{Subscription: s, Time: time.UnixMilli(tt.ms)})
			if err != nil {
				t.Fatal(err)
			}
			if got := signed.Header.Get("Toloka-Signature"); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if _, err := p.Verify(payloadtest.Receive(m, signed), "12345", time.UnixMilli(tt.ms)); err != nil {
				t.Errorf("verify: %v", err)
			}
		})
	}
}

func TestVerifyRefuses(t *testing.T) {
	m := payloads.Message{Method: "POST", Body: readCaptured(t, "signed-sample.json")}
	const sign = "609af3eefd4c12b6afad30ab456efcd21fe82f4247d3340151a3ca0c97a6cbcb"
	tests := []struct {
		name, value string
		accepted    bool
	}{
		{"documented", "{v=1, ts=946728000000, sign=" + sign + "}", true},
		{"other order, no spaces", "{sign=" + sign + ",ts=946728000000,v=1}", true},
		{"a part that is not known", "{v=1, ts=946728000000, alg=x, sign=" + sign + "}", true},
		{"nothing", "", false},
		{"no braces", "v=1, ts=946728000000, sign=" + sign, false},
		{"one brace", "{", false},
		{"stripe's style", "t=946728000000,v1=" + sign, false},
		{"json", `{"v":1,"ts":946728000000,"sign":"` + sign + `"}`, false},
		{"other version", "{v=2, ts=946728000000, sign=" + sign + "}", false},
		{"other time", "{v=1, ts=946728000001, sign=" + sign + "}", false},
		{"time in seconds", "{v=1, ts=946728000, sign=" + sign + "}", false},
		{"no time", "{v=1, ts=, sign=" + sign + "}", false},
		{"negative time", "{v=1, ts=-946728000000, sign=" + sign + "}", false},
		{"sign twice", "{v=1, ts=946728000000, sign=" + sign + ", sign=" + sign + "}", false},
		{"upper case", "{v=1, ts=946728000000, sign=" + strings.ToUpper(sign) + "}", false},
		{"cut", "{v=1, ts=946728000000, sign=" + sign[:34] + "}", false},
		{"zero in front", "{v=1, ts=946728000000, sign=0" + sign + "}", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := payloadtest.Receive(m, payloads.Signed{Header: payloads.H("Toloka-Signature", tt.value)})
			if _, err := platform().Verify(r, "12345", time.UnixMilli(946728000000)); (err == nil) != tt.accepted {
				t.Errorf("error %v, want accepted %v", err, tt.accepted)
			}
		})
	}
}

func TestOwnHeadersCannotForgeASignature(t *testing.T) {
	s := payloadtest.Subscription(platform())
	s.Headers = subscriptions.Headers{{Name: "toloka-signature", Value: "{forged}"}, {Name: "content-type", Value: "text/plain"}, {Name: "X-A", Value: "b"}}
	if problems := platform().Check(s); len(problems) != 1 || problems[0].Field != "headers.Toloka-Signature" {
		t.Errorf("problems %v, want one at headers.Toloka-Signature", problems)
	}
	signed, err := platform().Sign(payloads.Message{Method: "POST", Body: []byte("{}")}, payloadtest.Stamp(s))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, h := range signed.Header {
		names = append(names, h.Name)
	}
	if diff := cmp.Diff([]string{"Toloka-Signature", "content-type", "X-A"}, names); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	if got := signed.Header.Get("Toloka-Signature"); got == "{forged}" {
		t.Error("the subscription's field replaced the signature")
	}
}
