package datasaur

import (
	"bytes"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// check refuses scope and options, which Datasaur does not have, and a signature given by hand.
func check(s subscriptions.Subscription) []payloads.Problem {
	var problems []payloads.Problem
	if !isEmpty(s.Scope) {
		problems = append(problems, payloads.Problem{Field: "scope", Message: "Datasaur has no scopes; leave it out"})
	}
	if !isEmpty(s.Options) {
		problems = append(problems, payloads.Problem{Field: "options", Message: "Datasaur has no options; leave them out"})
	}
	if s.Headers.Get(HeaderSignature) != "" {
		problems = append(problems, payloads.Problem{Field: "headers." + HeaderSignature, Message: "is made by Datasaur from the secret and cannot be given"})
	}
	return problems
}

// isEmpty reports whether data is absent, null or an empty object.
func isEmpty(data []byte) bool {
	v, err := payloads.ParseValue(bytes.TrimSpace(data))
	if len(data) == 0 {
		return true
	}
	o, ok := v.(*payloads.Object)
	return err == nil && (v == nil || ok && o.Len() == 0)
}
