package invented

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
	"github.com/annohook/annohook/payloads/internal/wire"
	"github.com/annohook/annohook/subscriptions"
)

// ID is the platform's id.
const ID = "postbox"

// The event types.
const (
	NoteAdded   = "note.added"   // variants short (default) and long
	NoteRemoved = "note.removed" // only in profile v1
	Sheets      = "sheets"       // composed into as many messages as options.parts says
	Ping        = "ping"         // cannot be subscribed to, sent once
)

// SignatureHeader carries hex HMAC-SHA256 of "<attempt>.<body>", and AttemptHeader the attempt.
const (
	SignatureHeader = "X-Postbox-Signature"
	AttemptHeader   = "x-postbox-attempt"
)

// Options are a subscription's options.
type Options struct {
	Window string `json:"window,omitempty"` // of a batch; empty: none
	Max    int    `json:"max,omitempty"`    // events of a batch; 0: 10
	Parts  int    `json:"parts,omitempty"`  // messages of a Sheets event; 0: 1
	Chain  string `json:"chain,omitempty"`  // "", "subscription" or "event"
}

// Platforms returns the profiles: v1 does everything, v2 cancels what is pending when a subscription is disabled, switches one off after three
// failures and shares one secret.
func Platforms() []payloads.Platform {
	v1 := payloads.Platform{
		ID: ID, Name: "Postbox", Profile: "v1", ProfileNote: "everything", Docs: "https://example.com/postbox",
		Events: events(), Recipe: []string{"take the attempt header, a dot and the body", "HMAC-SHA256 with the secret", "compare with the signature header"},
		Code: []payloads.CodeSample{{Language: "Python", Text: "def verify(headers, body, secret): ...\n"}, {Language: "Go", Text: "func Verify() bool\n"}},
		Options: []payloads.Option{
			{In: "options", Name: "window", Kind: "duration", Summary: "of a batch", Fidelity: payloads.Assumed},
			{In: "scope", Name: "box", Kind: "string", Summary: "one box only", Fidelity: payloads.Assumed},
		},
		Quirks:      []payloads.Quirk{{Name: "loud", Summary: "the text ends in !", Fidelity: payloads.Assumed, Source: "invented"}},
		Facts:       []payloads.Fact{{Topic: "timeout", Text: "two seconds", Source: "invented", Fidelity: payloads.Assumed}},
		TestEvent:   Ping,
		Check:       check,
		Matches:     matches,
		NewNativeID: func(_ [16]byte, _ time.Time, n int64) string { return strconv.FormatInt(n, 10) },
		Compose:     compose, Sign: sign, Verify: verify,
		Secret: payloads.SecretRule{
			Scheme:   "hmac-sha256",
			Generate: func(random [64]byte) string { return hex.EncodeToString(random[:16]) },
			Check: func(s string) string {
				if len(s) < 4 {
					return "at least 4 characters are required"
				}
				return ""
			},
		},
		Timeout: 2 * time.Second, Retry: []time.Duration{10 * time.Second, time.Minute, 3 * time.Minute},
		Batch:   &payloads.Batch{Settings: batchSettings, Join: join},
		Chain:   chain,
		Stories: stories(), Inspect: inspect, Spacing: Spacing, Native: &payloads.Native{
			Handler: newHandler, Roots: []string{"/postbox-token"}, Credential: KeyHeader + ": KEY",
			Client: []payloads.CodeSample{{Language: "Python", Text: "client = Postbox(\"{base}\")\n"}},
		},
	}
	v1.Actions = actions(v1.Events)
	v2 := v1
	v2.Profile, v2.ProfileNote = "v2", "strict"
	v2.Events = events()[:1]
	v2.Events = append(v2.Events, events()[3])
	v2.Actions = actions(v2.Events)
	v2.Secret.Shared = true
	v2.OnDisable = payloads.PendingCancel
	v2.DisableAfter = 3
	v2.Retry = nil
	return []payloads.Platform{v1, v2}
}

func events() []payloads.EventType {
	base := payloads.EventType{Method: http.MethodPost, Fidelity: payloads.Assumed, Source: "invented", Summary: "happens"}
	added, removed, sheets, ping := base, base, base, base
	added.Key, added.Name, added.Title = NoteAdded, "NOTE_ADDED", "Note added"
	added.Variants = []payloads.Variant{{Name: "short", Fidelity: payloads.Assumed}, {Name: "long", Fidelity: payloads.Assumed}}
	removed.Key, removed.Name, removed.Title, removed.Method = NoteRemoved, "NOTE_REMOVED", "Note removed", http.MethodPut
	sheets.Key, sheets.Name, sheets.Title = Sheets, "SHEETS", "Sheets"
	ping.Key, ping.Title, ping.Unlisted, ping.Once = Ping, "Ping", true, true
	added.Build, removed.Build, sheets.Build, ping.Build = note("NOTE_ADDED"), note("NOTE_REMOVED"), note("SHEETS"), note("PING")
	return []payloads.EventType{added, removed, sheets, ping}
}

func note(name string) func(payloads.Build) (*payloads.Object, error) {
	return func(b payloads.Build) (*payloads.Object, error) {
		if b.Subject != nil {
			return raised(name, b)
		}
		source := synth.New(b.Seed, b.IDSeed)
		text := source.Sentence()
		switch b.Variant {
		case "", "short":
		case "long":
			text += " " + source.Sentence()
		default:
			return nil, fmt.Errorf("no variant %q", b.Variant)
		}
		if b.Variant != "" && name != "NOTE_ADDED" {
			return nil, fmt.Errorf("no variant %q", b.Variant)
		}
		if b.Subscription.Quirk("loud", false) {
			text += "!"
		}
		box := "A"
		if scoped := scope(b.Subscription); scoped != "" {
			box = scoped
		}
		return payloads.Obj("type", name, "at", wire.ISOMilliZ(b.Now), "note", payloads.Obj("id", source.UUID(), "text", text, "box", box, "words", 1.0)), nil
	}
}

// OptionsOf reads the options of a subscription.
func OptionsOf(s subscriptions.Subscription) Options {
	o, err := parse(s)
	if err != nil {
		return Options{Max: 10}
	}
	return o
}

func parse(s subscriptions.Subscription) (Options, error) {
	o := Options{}
	if len(s.Options) > 0 {
		if err := json.Unmarshal(s.Options, &o); err != nil {
			return o, errors.New("an object with window, max, parts and chain is allowed")
		}
	}
	if o.Max == 0 {
		o.Max = 10
	}
	return o, nil
}

func scope(s subscriptions.Subscription) string {
	var v struct {
		Box string `json:"box"`
	}
	if len(s.Scope) == 0 || json.Unmarshal(s.Scope, &v) != nil {
		return ""
	}
	return v.Box
}

func check(s subscriptions.Subscription) []payloads.Problem {
	o, err := parse(s)
	if err != nil {
		return []payloads.Problem{{Field: "options", Message: err.Error()}}
	}
	if o.Window != "" {
		if d, err := time.ParseDuration(o.Window); err != nil || d < 0 || d > time.Hour {
			return []payloads.Problem{{Field: "options.window", Message: "a duration from 0s to 1h is allowed"}}
		}
	}
	return nil
}

func matches(s subscriptions.Subscription, _ payloads.EventType, event *payloads.Object) (bool, string) {
	want := scope(s)
	inner, _ := event.Get("note")
	object, ok := inner.(*payloads.Object)
	if want == "" || !ok {
		return true, ""
	}
	if box, _ := object.Get("box"); box != want {
		return false, fmt.Sprintf("its scope is box %s", want)
	}
	return true, ""
}

func batchSettings(s subscriptions.Subscription) (window time.Duration, maxEvents int) {
	o := OptionsOf(s)
	window, err := time.ParseDuration(o.Window)
	if err != nil {
		return 0, o.Max
	}
	return window, o.Max
}

func chain(s subscriptions.Subscription) payloads.Chain {
	switch OptionsOf(s).Chain {
	case "subscription":
		return payloads.ChainSubscription
	case "event":
		return payloads.ChainEvent
	default:
		return payloads.ChainNone
	}
}
