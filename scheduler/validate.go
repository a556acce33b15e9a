package scheduler

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/http/httpguts"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// check finds everything wrong with a subscription; its target is judged only where that is asked for.
func (s *Scheduler) check(sub subscriptions.Subscription, p payloads.Platform, target bool) []payloads.Problem {
	var problems []payloads.Problem
	add := func(field, message string) {
		problems = append(problems, payloads.Problem{Field: field, Message: message})
	}
	if target {
		if err := s.checkURL(sub.URL); err != nil {
			add("url", err.Error())
		}
	}
	if utf8.RuneCountInString(sub.Description) > subscriptions.MaxDescriptionRunes || !utf8.ValidString(sub.Description) {
		add("description", fmt.Sprintf("at most %d characters of UTF-8 are allowed", subscriptions.MaxDescriptionRunes))
	}
	problems = append(problems, checkSecret(sub, p)...)
	problems = append(problems, checkEvents(sub, p)...)
	problems = append(problems, checkHeaders(sub.Headers)...)
	problems = append(problems, checkQuirks(sub, p)...)
	problems = append(problems, checkLimits(sub)...)
	if !p.Has(payloads.InScope) && !emptyObject(sub.Scope) {
		add("scope", p.Name+" has no scopes; leave it out")
	}
	if !p.Has(payloads.InOptions) && !emptyObject(sub.Options) {
		add("options", p.Name+" has no options; leave them out")
	}
	if p.Check != nil {
		problems = append(problems, p.Check(sub)...)
	}
	return problems
}

const (
	maxIDBytes = 64

	// notInID are characters that ids cannot have: what ends or escapes a path in URLs, and what splits keys of stores.
	notInID = `/?#%\:{}`
)

// checkID judges an id that a caller chose. Every subscription must be reachable at its path: clients take the segments . and .. away.
func checkID(id string) []payloads.Problem {
	if len(id) <= maxIDBytes && visible(id) && !strings.ContainsAny(id, notInID) && id != "." && id != ".." {
		return nil
	}
	without := strings.Join(strings.Split(notInID, ""), " ")
	return []payloads.Problem{{
		Field: "id", Message: fmt.Sprintf("up to %d visible ASCII characters without %s are allowed; . and .. are not", maxIDBytes, without),
	}}
}

func emptyObject(raw []byte) bool {
	text := strings.TrimSpace(string(raw))
	if text == "" || text == "null" {
		return true
	}
	return strings.HasPrefix(text, "{") && strings.TrimSpace(strings.TrimPrefix(text, "{")) == "}"
}

func visible(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > unicode.MaxASCII || r == 0x7f })
}

func unsignedText(p payloads.Platform) string {
	return p.Name + " signs nothing, so it has no secret; put a static credential into headers instead"
}

func checkSecret(sub subscriptions.Subscription, p payloads.Platform) []payloads.Problem {
	problem := func(message string) []payloads.Problem {
		return []payloads.Problem{{Field: "secret", Message: message}}
	}
	switch {
	case sub.Secret == "":
		if p.Secret.Auto {
			return problem(p.Name + " always has a secret; it cannot be removed")
		}
		return nil
	case p.Secret.Scheme == "":
		return problem(unsignedText(p))
	case string(sub.Secret) == subscriptions.Masked:
		return problem("these stars stand for a secret that is not shown; leave the field out to keep it")
	case len(sub.Secret) > subscriptions.MaxSecretBytes:
		return problem(fmt.Sprintf("at most %d bytes are allowed", subscriptions.MaxSecretBytes))
	case p.Secret.Check != nil:
		if wrong := p.Secret.Check(string(sub.Secret)); wrong != "" {
			return problem(wrong)
		}
	}
	return nil
}

func checkEvents(sub subscriptions.Subscription, p payloads.Platform) []payloads.Problem {
	var problems []payloads.Problem
	var names []string
	for _, et := range p.Events {
		if !et.Unlisted {
			names = append(names, et.Key)
		}
	}
	for i, name := range sub.Events {
		field := "events[" + strconv.Itoa(i) + "]"
		et, ok := p.Event(name)
		switch {
		case !ok || et.Unlisted:
			problems = append(problems, payloads.Problem{Field: field, Message: fmt.Sprintf("unknown event type %q; allowed: %s", name, allowed(names))})
		case slices.Contains(sub.Events[:i], name):
			problems = append(problems, payloads.Problem{Field: field, Message: fmt.Sprintf("event type %q is named twice", name)})
		}
	}
	return problems
}

// ownHeaders are set by the program itself and cannot be given.
func ownHeaders() []string {
	return []string{"Host", "Content-Length", "Transfer-Encoding", "Trailer", "Upgrade", "Te"}
}

func checkHeaders(headers subscriptions.Headers) []payloads.Problem {
	var problems []payloads.Problem
	if len(headers) > subscriptions.MaxHeaders {
		problems = append(problems, payloads.Problem{Field: "headers", Message: fmt.Sprintf("at most %d headers are allowed", subscriptions.MaxHeaders)})
	}
	for _, h := range headers {
		field := "headers." + strconv.QuoteToASCII(h.Name)
		switch {
		case !httpguts.ValidHeaderFieldName(h.Name) || len(h.Name) > subscriptions.MaxHeaderNameBytes:
			problems = append(problems, payloads.Problem{Field: field, Message: fmt.Sprintf("not a header name; letters, digits and !#$%%&'*+-.^_`|~ are allowed, at most %d", subscriptions.MaxHeaderNameBytes)})
		case slices.ContainsFunc(ownHeaders(), func(own string) bool { return strings.EqualFold(own, h.Name) }):
			problems = append(problems, payloads.Problem{Field: field, Message: "this header belongs to the connection and cannot be set"})
		case !httpguts.ValidHeaderFieldValue(h.Value) || len(h.Value) > subscriptions.MaxHeaderValueBytes:
			problems = append(problems, payloads.Problem{Field: field, Message: fmt.Sprintf("not a header value; at most %d bytes without line breaks and control characters are allowed", subscriptions.MaxHeaderValueBytes)})
		}
	}
	return problems
}

func checkQuirks(sub subscriptions.Subscription, p payloads.Platform) []payloads.Problem {
	var problems []payloads.Problem
	names := make([]string, len(p.Quirks))
	for i, q := range p.Quirks {
		names[i] = q.Name
	}
	for name := range sub.Quirks {
		if !slices.Contains(names, name) {
			problems = append(problems, payloads.Problem{Field: "quirks." + name, Message: fmt.Sprintf("unknown quirk; profile %s of %s has: %s", p.Profile, p.Name, allowed(names))})
		}
	}
	slices.SortFunc(problems, func(a, b payloads.Problem) int { return strings.Compare(a.Field, b.Field) })
	return problems
}

func checkLimits(sub subscriptions.Subscription) []payloads.Problem {
	var problems []payloads.Problem
	between := func(field string, d, most time.Duration) {
		if d < 0 || d > most {
			problems = append(problems, payloads.Problem{Field: field, Message: fmt.Sprintf("%s is outside 0s to %s", d, most)})
		}
	}
	between("timeout", sub.Timeout, subscriptions.MaxTimeout)
	between("deadline", sub.Deadline, subscriptions.MaxTimeout)
	if sub.Retry != nil {
		if len(sub.Retry.Delays) > subscriptions.MaxRetries {
			problems = append(problems, payloads.Problem{Field: "retry.delays", Message: fmt.Sprintf("at most %d retries are allowed", subscriptions.MaxRetries)})
		}
		for i, d := range sub.Retry.Delays {
			between("retry.delays["+strconv.Itoa(i)+"]", d, subscriptions.MaxRetryDelay)
		}
	}
	if sub.Concurrency < 0 || sub.Concurrency > subscriptions.MaxConcurrency {
		problems = append(problems, payloads.Problem{Field: "concurrency", Message: fmt.Sprintf("%d is outside 0 to %d", sub.Concurrency, subscriptions.MaxConcurrency)})
	}
	if sub.Rate < 0 || sub.Rate > maxRate {
		problems = append(problems, payloads.Problem{Field: "rate", Message: fmt.Sprintf("%v is outside 0 to %d attempts a second", sub.Rate, maxRate)})
	}
	return problems
}

const maxRate = 10_000
