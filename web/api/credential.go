package api

import (
	"slices"
	"strings"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/subscriptions"
)

// credential reports whether header fields of this name carry secrets by their nature.
func credential(name string) bool {
	name = strings.ToLower(name)
	switch name {
	case "authorization", "proxy-authorization", "cookie":
		return true
	}
	return slices.ContainsFunc([]string{"secret", "token", "password", "api-key", "apikey", "credential"}, func(part string) bool {
		return strings.Contains(name, part)
	})
}

// maskedHeaders are a subscription's own fields, with stars for credentials.
func maskedHeaders(headers subscriptions.Headers) subscriptions.Headers {
	masked := slices.Clone(headers)
	for i, f := range masked {
		if credential(f.Name) && f.Value != "" {
			masked[i].Value = subscriptions.Masked
		}
	}
	return masked
}

// unmaskedHeaders puts back what stars stand for in fields that are written as they were shown.
func unmaskedHeaders(given, stored subscriptions.Headers) (subscriptions.Headers, error) {
	headers := slices.Clone(given)
	for i, f := range headers {
		if f.Value != subscriptions.Masked || !credential(f.Name) {
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
