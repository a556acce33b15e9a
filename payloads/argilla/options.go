package argilla

import (
	"bytes"
	"encoding/json"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// check refuses what an Argilla webhook does not have: a scope, options, and headers that would displace the signature.
func check(s subscriptions.Subscription) []payloads.Problem {
	var problems []payloads.Problem
	if !empty(s.Scope) {
		problems = append(problems, payloads.Problem{Field: "scope", Message: "argilla webhooks see every dataset of the server; leave the scope out"})
	}
	if !empty(s.Options) {
		problems = append(problems, payloads.Problem{Field: "options", Message: "argilla webhooks have no options; leave them out"})
	}
	for _, h := range s.Headers {
		if reserved(h.Name) {
			problems = append(problems, payloads.Problem{
				Field: "headers." + h.Name, Message: "argilla sets this header itself; choose a name other than webhook-id, webhook-timestamp and webhook-signature",
			})
		}
	}
	return problems
}

// empty is true for nothing, null and an object without keys.
func empty(raw json.RawMessage) bool {
	text := bytes.TrimSpace(raw)
	if len(text) == 0 || bytes.Equal(text, []byte("null")) {
		return true
	}
	var o map[string]json.RawMessage
	return json.Unmarshal(text, &o) == nil && len(o) == 0
}
