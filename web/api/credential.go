package api

import (
	"slices"
	"strings"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/subscriptions"
)

// unmaskedHeaders puts back what stars stand for in fields that are written as they were shown.
func unmaskedHeaders(given, stored subscriptions.Headers) (subscriptions.Headers, error) {
	headers := slices.Clone(given)
	for i, f := range headers {
		if f.Value != subscriptions.Masked || !subscriptions.Credential(f.Name) {
			continue
		}
		at := slices.IndexFunc(stored, func(old subscriptions.Header) bool { return strings.EqualFold(old.Name, f.Name) })
		if at < 0 {
			return nil, &scheduler.InvalidError{Problems: []payloads.Problem{{
				Field: "headers." + plain(f.Name), Message: "the stars stand for a value that is not shown; write it out, or leave headers out to keep them",
			}}}
		}
		headers[i].Value = stored[at].Value
	}
	return headers, nil
}
