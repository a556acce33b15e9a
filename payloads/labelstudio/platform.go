package labelstudio

import (
	"embed"
	"fmt"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// ID is the platform's id.
const ID = "label-studio"

// The profiles.
const (
	profile122        = "1.22"
	profile2607       = "2026-07"
	profileDocumented = "documented"
)

// jobTimeout is how long the server's job queue lets one emission run; here it caps one attempt, redirects included.
const jobTimeout = 180 * time.Second

// files are the platform's stories and samples.
//
//go:embed stories/*.json code
var files embed.FS

// Platforms returns Label Studio in its profiles, the default first.
func Platforms() []payloads.Platform {
	deeds := actions()
	folder, err := payloads.ReadFolder(files, deeds)
	if err != nil {
		return []payloads.Platform{{ID: ID, Fault: err}}
	}
	list := []payloads.Platform{server122Platform(), server2607Platform(), documentedPlatform()}
	for i := range list {
		list[i].Actions, list[i].Stories, list[i].Inspect, list[i].Spacing = deeds, folder.Stories, inspect, spacing
		list[i].Code, list[i].Native.Client = folder.Code, folder.Client
	}
	return list
}

// common is what all profiles share.
func common(gen generation, profile, note string) payloads.Platform {
	return payloads.Platform{
		ID: ID, Name: "Label Studio", Profile: profile, ProfileNote: note, Docs: "https://labelstud.io/guide/webhook_reference",
		Events: events(gen), Options: options(), Quirks: quirks(gen), Facts: facts(gen),
		Check: check, Matches: matches, NewNativeID: newNativeID,
		Compose: compose, Sign: sign, Native: native(gen, profile),
		Deadline: jobTimeout, SilenceTimeout: true, Redirect: payloads.RedirectAsRequests, Target: payloads.TargetAsRequests, Chain: chain,
	}
}

func server122Platform() payloads.Platform {
	p := common(server122, profile122, "What the open-source server 1.22 sends: one attempt, one second of patience, the listener's status ignored.")
	p.Timeout = time.Second
	p.Judge = judge122
	return p
}

func server2607Platform() payloads.Platform {
	p := common(server2607, profile2607, "What the open-source server of July 2026 sends: one attempt, and a webhook that fails 50 times in a row is switched off.")
	p.Timeout = 10 * time.Second
	p.Judge = judge2607
	p.DisableAfter = 50
	// The hooks of an emission are read once, before its first slice, so the slices that wait still go out.
	p.OnDisable = payloads.PendingContinue
	return p
}

func documentedPlatform() payloads.Platform {
	p := common(documents, profileDocumented, "What the vendor's webhook reference prints: bodies of 2021 without counters, singular names, a policy it does not tell.")
	p.Timeout = 20 * time.Second
	p.Retry = []time.Duration{10 * time.Second, 60 * time.Second, 180 * time.Second}
	return p
}

// OutcomeIgnored is the outcome of an attempt whose status was no 2xx on a server that does not look at it.
const OutcomeIgnored = "ignored by Label Studio 1.22"

// judge122 is the rule of a server that posts and looks away. A reply outside 2xx is told as what it is, but nothing follows from it.
func judge122(r payloads.Reply) payloads.Verdict {
	switch v := payloads.JudgeStatus(r); {
	case v.Success:
		return v
	case r.Failure != payloads.FailureNone && r.Failure != payloads.FailureStatus:
		return payloads.Verdict{
			Outcome: payloads.OutcomeFailed,
			Why:     fmt.Sprintf("no complete reply: %s; the server writes it to its log and does not try again", r.Failure),
		}
	default:
		return payloads.Verdict{
			Outcome: OutcomeIgnored,
			Why:     fmt.Sprintf("status %d is outside 200 to 299, which this server neither notices nor tries again", r.Status),
		}
	}
}

// judge2607 is the rule of a server that counts what fails and never tries again.
func judge2607(r payloads.Reply) payloads.Verdict {
	v := payloads.JudgeStatus(r)
	v.Retry = false
	if !v.Success {
		v.Why += "; counted, not tried again"
	}
	return v
}

// chain puts the slices of an event in order: for each subscription on its own, or, as the single-threaded server really does, slice by
// slice over all of them.
func chain(s subscriptions.Subscription) payloads.Chain {
	if s.Quirk(quirkInlineOrder, false) {
		return payloads.ChainEvent
	}
	return payloads.ChainSubscription
}
