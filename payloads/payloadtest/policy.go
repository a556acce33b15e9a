package payloadtest

import (
	"strings"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// checkPolicy wants times within the bounds of a subscription.
func checkPolicy(p payloads.Platform, bad report) {
	if p.Timeout > subscriptions.MaxTimeout {
		bad("timeout %v is above %v", p.Timeout, subscriptions.MaxTimeout)
	}
	if p.Deadline != 0 && p.Deadline < p.Timeout {
		bad("deadline %v is below the timeout %v", p.Deadline, p.Timeout)
	}
	if len(p.Retry) > subscriptions.MaxRetries {
		bad("%d retries, more than %d", len(p.Retry), subscriptions.MaxRetries)
	}
	for _, d := range p.Retry {
		if d < 0 || d > subscriptions.MaxRetryDelay {
			bad("retry delay %v is outside 0 to %v", d, subscriptions.MaxRetryDelay)
		}
	}
	checkTarget(p, bad)
	if (p.Verify == nil) != (len(p.Recipe) == 0) {
		bad("a recipe goes with verify")
	}
}

// checkTarget wants a fact that goes with the rule: it names the client, or claims to know none.
func checkTarget(p payloads.Platform, bad report) {
	for _, f := range p.Facts {
		switch {
		case f.Topic != "target":
		case !strings.Contains(f.Text, p.Target.String()):
			bad("the fact on the topic target does not name %q, which is the rule", p.Target)
		case p.Target == payloads.TargetAsWritten && f.Fidelity != payloads.Assumed:
			bad("a target as written is no client's way, so its fact is assumed")
		}
	}
}

// checkJudge walks every status and every failure through the platform's rule.
func checkJudge(p payloads.Platform, bad report) {
	judge := func(r payloads.Reply) {
		v := p.Verdict(r)
		if v.Outcome == "" || v.Why == "" {
			bad("status %d failure %q: outcome and why are required", r.Status, r.Failure)
		}
		if v.Success && v.Retry {
			bad("status %d failure %q: a success that is tried again", r.Status, r.Failure)
		}
	}
	for status := 100; status <= 599; status++ {
		judge(payloads.Reply{Status: status})
	}
	for _, f := range payloads.Failures() {
		judge(payloads.Reply{Failure: f})
		if v := p.Verdict(payloads.Reply{Failure: f}); v.Success && f != payloads.FailureStatus {
			bad("failure %q is a success", f)
		}
	}
}

// checkSecrets wants generated secrets that differ, fit and pass the platform's own rule.
func checkSecrets(p payloads.Platform, bad report) {
	if p.Secret.Generate == nil {
		return
	}
	one, other := p.Secret.Generate(random64(0)), p.Secret.Generate(random64(64))
	switch {
	case one == "":
		bad("a generated secret is empty")
	case one == other:
		bad("two generated secrets are equal")
	case one != p.Secret.Generate(random64(0)):
		bad("the same random bytes give two secrets")
	case len(one) > subscriptions.MaxSecretBytes:
		bad("a generated secret has %d bytes, more than %d", len(one), subscriptions.MaxSecretBytes)
	}
	if p.Secret.Check == nil {
		return
	}
	if wrong := p.Secret.Check(one); wrong != "" {
		bad("a generated secret is refused: %s", wrong)
	}
	for _, s := range []string{"", "Tr0ub4dor&3 \x00\n", "šnek-Sekret-☃", strings.Repeat("Qz", 2000)} {
		if wrong := p.Secret.Check(s); s != "" && strings.Contains(wrong, s) {
			bad("the complaint about a secret repeats it")
		}
	}
}

// checkNativeID wants ids that depend on nothing but the arguments, and on the random bytes or the number among them.
func checkNativeID(p payloads.Platform, bad report) {
	one := p.NewNativeID(random16(0), Now(), 1)
	if one == "" {
		bad("a native id is empty")
	}
	if one != p.NewNativeID(random16(0), Now(), 1) {
		bad("the same arguments give two native ids")
	}
	if one == p.NewNativeID(random16(100), Now(), 2) {
		bad("two subscriptions get the native id %s", one)
	}
}
