package datasaur

import (
	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// check refuses a signature given by hand.
func check(s subscriptions.Subscription) []payloads.Problem {
	if s.Headers.Get(HeaderSignature) == "" {
		return nil
	}
	return []payloads.Problem{{Field: "headers." + HeaderSignature, Message: "is made by Datasaur from the secret and cannot be given"}}
}
