package argilla

import (
	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// check refuses headers that would displace the signature.
func check(s subscriptions.Subscription) []payloads.Problem {
	var problems []payloads.Problem
	for _, h := range s.Headers {
		if reserved(h.Name) {
			problems = append(problems, payloads.Problem{
				Field: "headers." + h.Name, Message: "argilla sets this header itself; choose a name other than webhook-id, webhook-timestamp and webhook-signature",
			})
		}
	}
	return problems
}
