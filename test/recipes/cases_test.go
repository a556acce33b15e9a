package recipes_test

import (
	"bytes"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// check is one request that a listener has to judge.
type check struct {
	Platform string            `json:"platform"`
	Header   map[string]string `json:"header"`
	Body     []byte            `json:"body"`
	Secret   string            `json:"secret"` // the listener's

	name string
	want bool
}

// tooOld is how far from now a request lies that a listener must refuse where its time is signed; fineAge is one it must take.
const (
	tooOld  = 10 * time.Minute
	fineAge = 2 * time.Minute
)

// ownHeader carries a secret on a platform that signs nothing, as its samples expect.
const ownHeader = "X-Webhook-Secret"

// checks lists the requests of one platform: one good one for each profile and event type, and all that can be wrong.
func checks(t *testing.T, profiles []payloads.Platform, now time.Time) []check {
	t.Helper()
	var list []check
	for _, p := range profiles {
		for _, et := range p.Events {
			m := newMaker(t, p, et)
			list = append(list, m.check(p.Profile+" "+et.Key, now, true))
		}
	}
	p := profiles[0]
	list = append(list, short(t, p, now)...)
	return append(list, faults(newMaker(t, p, p.Events[0]), now)...)
}

// shortHex is a quirk with which leading zeros of a signature are not printed. One in sixteen has some, so many are made.
const shortHex, many = "short-hex", 100

func short(t *testing.T, p payloads.Platform, now time.Time) []check {
	t.Helper()
	if !slices.ContainsFunc(p.Quirks, func(q payloads.Quirk) bool { return q.Name == shortHex }) {
		return nil
	}
	m := newMaker(t, p, p.Events[0])
	m.sub.Quirks = map[string]bool{shortHex: true}
	list := make([]check, many)
	for i := range list {
		list[i] = m.check("short", now.Add(-time.Duration(i)*time.Millisecond), true)
	}
	return list
}

func faults(m *maker, now time.Time) []check {
	_, signed := m.sign(now)
	covered := signed != nil && signed.Body
	timed := signed != nil && signed.Prefix != ""

	body := m.check("another body", now, !covered)
	body.Body = bytes.Replace(body.Body, []byte("}"), []byte(" }"), 1)
	empty := m.check("no body", now, !covered)
	empty.Body = []byte{}
	other := m.check("another secret", now, false)
	other.Secret = m.secret(99)
	none := m.check("the listener has no secret", now, false)
	none.Secret = ""
	bare := m.check("no header", now, false)
	bare.Header = map[string]string{}
	naked := m.check("no header and no secret", now, false)
	naked.Header, naked.Secret = map[string]string{}, ""
	list := []check{
		body, empty, other, none, bare, naked,
		m.check("a little old", now.Add(-fineAge), true), m.check("a little ahead", now.Add(fineAge), true),
		m.check("old", now.Add(-tooOld), !timed), m.check("ahead", now.Add(tooOld), !timed),
	}
	for name, value := range m.check("", now, true).Header {
		damaged := m.check("damaged "+name, now, false)
		damaged.Header = maps.Clone(damaged.Header)
		damaged.Header[name] = value[:len(value)/2]
		list = append(list, damaged)
		if timed {
			odd := m.check("odd "+name, now, false)
			odd.Header = maps.Clone(odd.Header)
			odd.Header[name] = "{v=1, ts=1e400, sign=é}, v1,="
			list = append(list, odd)
		}
	}
	return list
}

// maker makes requests of one event.
type maker struct {
	t        *testing.T
	platform payloads.Platform
	sub      subscriptions.Subscription
	message  payloads.Message
}

func newMaker(t *testing.T, p payloads.Platform, et payloads.EventType) *maker {
	t.Helper()
	m := &maker{t: t, platform: p}
	m.sub = subscriptions.Subscription{ID: "s", Platform: p.ID, Profile: p.Profile, URL: "http://127.0.0.1:9/", Enabled: true}
	m.sub.NativeID = p.NewNativeID([16]byte{1}, time.Unix(0, 0).UTC(), 1)
	if p.Verify == nil {
		m.sub.Headers = subscriptions.Headers{{Name: ownHeader, Value: m.secret(1)}}
	} else {
		m.sub.Secret = subscriptions.Secret(m.secret(1))
	}
	tree, err := et.Build(payloads.Build{Seed: 7, IDSeed: 7, Now: time.Unix(1_700_000_000, 0).UTC(), Subscription: m.sub})
	if err != nil {
		t.Fatal(err)
	}
	messages, err := p.Compose(payloads.Item{Subscription: m.sub, Type: et, Event: tree})
	if err != nil || len(messages) == 0 {
		t.Fatalf("%s %s: %d messages, %v", p.ID, et.Key, len(messages), err)
	}
	m.message = messages[0]
	if p.Batch != nil {
		if m.message, err = p.Batch.Join(messages[:1]); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// secret is the n-th secret of the platform's own form.
func (m *maker) secret(n byte) string {
	if m.platform.Secret.Generate == nil {
		return "s3cret-" + string('a'+rune(n%26))
	}
	var random [64]byte
	for i := range random {
		random[i] = n + byte(i)
	}
	return m.platform.Secret.Generate(random)
}

// sign returns the fields that a check is about: those of the signature, or the secret's.
func (m *maker) sign(at time.Time) (map[string]string, *payloads.Signature) {
	m.t.Helper()
	signed, err := m.platform.Sign(m.message, payloads.Stamp{Subscription: m.sub, DeliveryID: "d", Attempt: 1, Time: at, Random: [16]byte{7}})
	if err != nil {
		m.t.Fatal(err)
	}
	if signed.Signature == nil {
		return map[string]string{ownHeader: signed.Header.Get(ownHeader)}, nil
	}
	other := m.sub
	other.Secret = subscriptions.Secret(m.secret(2))
	again, err := m.platform.Sign(m.message, payloads.Stamp{Subscription: other, DeliveryID: "e", Attempt: 2, Time: at.Add(time.Second), Random: [16]byte{8}})
	if err != nil {
		m.t.Fatal(err)
	}
	fields := map[string]string{}
	for _, f := range signed.Header {
		if f.Value != again.Header.Get(f.Name) { // what differs between attempts and secrets is what a listener looks at
			fields[f.Name] = f.Value
		}
	}
	return fields, signed.Signature
}

func (m *maker) check(name string, at time.Time, want bool) check {
	m.t.Helper()
	header, _ := m.sign(at)
	secret := m.secret(1)
	return check{Platform: m.platform.ID, Header: header, Body: m.message.Body, Secret: secret, name: name, want: want}
}
