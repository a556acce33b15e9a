package dashboard

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// tutorialUntil is how many deliveries a newcomer may have made: with more, the reader is none.
const tutorialUntil = 20

// tutorial leads a newcomer to the first delivery that a listener takes. Its steps are ticked off by what is on record.
type tutorial struct {
	Server   string
	Platform payloads.Platform
	Type     string
	Listen   string // address a listener is told to listen on
	Hook     string // URL of that listener
	Secret   string // an example of the platform's form; empty: nothing is signed, or the secret is known to its subscription only
	Token    bool   // calls of the API need one

	Subscription  *subscriptions.Subscription // that the reader deals with; nil: none
	Subscriptions int
	Sent          bool             // an event was
	Answered      bool             // by a listener
	Last          *history.Summary // the newest delivery; nil: none
}

// Whole reports that every step is done.
func (t *tutorial) Whole() bool { return t.Subscriptions > 0 && t.Sent && t.Answered }

// Subscribed reports that there is somebody to send to.
func (t *tutorial) Subscribed() bool { return t.Subscriptions > 0 }

// secretFlag is what the listener is told of the secret. That of a subscription which exists is shown on its own page only.
func (t *tutorial) secretFlag() string {
	switch {
	case t.Secret != "":
		return " --secret '" + t.Secret + "'"
	case t.Subscription != nil && t.Subscription.Secret != "":
		return ` --secret "$SECRET"`
	default:
		return ""
	}
}

// Start starts a listener.
func (t *tutorial) Start() string {
	return "annohook listen --platform " + t.Platform.ID + " --addr " + t.Listen + t.secretFlag()
}

// Curl registers the listener.
func (t *tutorial) Curl() string {
	auth, secret := "", ""
	if t.Token {
		auth = ` -H "Authorization: Bearer $ANNOHOOK_TOKEN"`
	}
	if t.Secret != "" {
		secret = `,"secret":"` + t.Secret + `"`
	}
	return "curl -X POST " + t.Server + "/api/v1/subscriptions \\\n  -H 'Content-Type: application/json'" + auth + " \\\n" +
		`  -d '{"platform":"` + t.Platform.ID + `","url":"` + t.Hook + `"` + secret + `}'`
}

// Trigger sends the first event from a terminal.
func (t *tutorial) Trigger() string {
	text := "annohook trigger " + t.Platform.ID + " " + t.Type + " --server " + t.Server
	if t.Token {
		text += ` --token "$ANNOHOOK_TOKEN"`
	}
	return text
}

// Dev does it all.
func (t *tutorial) Dev() string {
	return "annohook dev http://127.0.0.1:3000/hook --platform " + t.Platform.ID
}

// tutorial is nil for readers who have seen a delivery succeed, but for the very first ones, and where there is no platform.
func (d *dashboard) tutorial(r *http.Request, stats scheduler.Stats, items []history.Summary, subs []subscriptions.Subscription) (*tutorial, error) {
	const first = 2
	sums, all := byStatus(stats)
	ids := d.registry.IDs()
	if len(ids) == 0 || all > tutorialUntil || sums[history.Succeeded] > 0 && all > first {
		return nil, nil //nolint:nilnil // no tutorial is no error
	}
	id, sub := ids[0], newcomers(items, subs)
	if sub != nil {
		id = sub.Platform
	}
	p, err := d.registry.Platform(id, "")
	if err != nil {
		return nil, fmt.Errorf("platform of the tutorial: %w", err)
	}
	t := &tutorial{
		Server: d.server(r), Platform: p, Token: d.token, Listen: "127.0.0.1:9000", Hook: "http://127.0.0.1:9000/", Subscriptions: len(subs), Sent: len(items) > 0,
		Secret: string(exampleSubscription(p, [16]byte{}).Secret),
	}
	if sub != nil {
		t.of(*sub)
	}
	if t.Sent {
		t.Last = &items[0]
	}
	for _, item := range items {
		t.Answered = t.Answered || item.LastStatus != 0
	}
	for _, et := range p.Events {
		if !et.Unlisted && t.Type == "" {
			t.Type = et.Key
		}
	}
	return t, nil
}

// newcomers is the subscription that the reader deals with: that of the newest delivery, or else the first; nil: there is none.
func newcomers(items []history.Summary, subs []subscriptions.Subscription) *subscriptions.Subscription {
	if len(subs) == 0 {
		return nil
	}
	at := -1
	if len(items) > 0 {
		at = slices.IndexFunc(subs, func(s subscriptions.Subscription) bool { return s.ID == items[0].SubscriptionID })
	}
	return &subs[max(at, 0)]
}

// of makes the commands those for a subscription that exists.
func (t *tutorial) of(sub subscriptions.Subscription) {
	t.Subscription, t.Secret = &sub, ""
	if addr := listenAddress(sub.URL); addr != "" {
		t.Listen = addr
	}
	if len(sub.Events) > 0 {
		if et, ok := t.Platform.Event(sub.Events[0]); ok {
			t.Type = et.Key
		}
	}
}

// listenAddress is where a listener of this machine would have to listen to be reached under a URL; "" where that is another machine, or
// nothing that may stand in a command line.
func listenAddress(target string) string {
	u, err := url.Parse(target)
	if err != nil || u.Port() == "" || !plainHost.MatchString(u.Host) {
		return ""
	}
	ip := net.ParseIP(u.Hostname())
	if u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return ""
	}
	return u.Host
}
