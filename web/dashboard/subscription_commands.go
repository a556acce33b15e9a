package dashboard

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/subscriptions"
)

// commandsView is how a subscription like this one is made from a terminal. Secrets are stars.
type commandsView struct {
	CLI, Curl string
	Stars     bool // something must be put in their place
}

func (d *dashboard) commands(r *http.Request, p payloads.Platform, sub subscriptions.Subscription) commandsView {
	v := commandsView{CLI: cliCommand(sub), Curl: curlCommand(p, sub)}
	v.Stars = strings.Contains(v.CLI, subscriptions.Masked)
	server := d.server(r)
	v.CLI += " \\\n  --server " + quoted(server)
	auth := ""
	if d.token {
		v.CLI += ` --token "$ANNOHOOK_TOKEN"`
		auth = ` -H "Authorization: Bearer $ANNOHOOK_TOKEN"`
	}
	v.Curl = "curl -X POST " + quoted(server+"/api/v1/subscriptions") + auth + " \\\n  -H 'Content-Type: application/json' \\\n  -d " + quoted(v.Curl)
	return v
}

func cliCommand(sub subscriptions.Subscription) string {
	parts := []string{"annohook subscriptions add " + quoted(sub.Platform) + " " + quoted(sender.MaskURL(sub.URL))}
	add := func(flag, value string) { parts = append(parts, "--"+flag+" "+quoted(value)) }
	if sub.Profile != "" {
		add("profile", sub.Profile)
	}
	if sub.Secret != "" {
		add("secret", subscriptions.Masked)
	}
	switch {
	case len(sub.Events) > 0:
		add("event", strings.Join(sub.Events, ","))
	case sub.Events != nil:
		add("event", "none")
	}
	for _, h := range sub.Headers.Masked() {
		add("header", h.Name+": "+h.Value)
	}
	for i, raw := range [][]byte{sub.Scope, sub.Options} {
		if len(raw) > 0 {
			add([]string{"scope", "options"}[i], string(raw))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(sub.Quirks)) {
		add("quirk", name+"="+strconv.FormatBool(sub.Quirks[name]))
	}
	for _, part := range []struct{ flag, value string }{
		{"timeout", durationField(sub.Timeout)},
		{"deadline", durationField(sub.Deadline)},
		{"retry", strings.ReplaceAll(retryText(sub.Retry), " ", "")},
		{"description", sub.Description},
	} {
		if part.value != "" {
			add(part.flag, part.value)
		}
	}
	if sub.Concurrency > 0 {
		add("concurrency", strconv.Itoa(sub.Concurrency))
	}
	if sub.Rate > 0 {
		add("rate", strconv.FormatFloat(sub.Rate, 'f', -1, 64))
	}
	if !sub.Enabled {
		parts = append(parts, "--disable")
	}
	return strings.Join(parts, " \\\n  ")
}

func retryText(retry *subscriptions.Retry) string {
	if retry == nil {
		return ""
	}
	return retryField(retry.Delays)
}

// requestBody is a subscription as our API takes it. Fields with their default are left out.
type requestBody struct {
	Platform    string                `json:"platform"`
	Profile     string                `json:"profile,omitempty"`
	URL         string                `json:"url"`
	Secret      string                `json:"secret,omitempty"`
	Events      *[]string             `json:"events,omitempty"`
	Headers     subscriptions.Headers `json:"headers,omitempty"`
	Description string                `json:"description,omitempty"`
	Enabled     *bool                 `json:"enabled,omitempty"`
	Scope       json.RawMessage       `json:"scope,omitempty"`
	Options     json.RawMessage       `json:"options,omitempty"`
	Quirks      map[string]bool       `json:"quirks,omitempty"`
	Timeout     string                `json:"timeout,omitempty"`
	Deadline    string                `json:"deadline,omitempty"`
	Retry       *retryBody            `json:"retry,omitempty"`
	Concurrency int                   `json:"concurrency,omitempty"`
	Rate        float64               `json:"rate,omitempty"`
}

type retryBody struct {
	Delays []string `json:"delays"`
}

// curlCommand is the body of the request that makes a subscription like sub.
func curlCommand(p payloads.Platform, sub subscriptions.Subscription) string {
	b := requestBody{
		Platform: p.ID, Profile: sub.Profile, URL: sender.MaskURL(sub.URL), Secret: sub.Secret.String(), Headers: sub.Headers.Masked(),
		Description: sub.Description, Scope: sub.Scope, Options: sub.Options, Quirks: sub.Quirks, Timeout: durationField(sub.Timeout),
		Deadline: durationField(sub.Deadline), Concurrency: sub.Concurrency, Rate: sub.Rate,
	}
	if sub.Events != nil {
		b.Events = &sub.Events
	}
	if !sub.Enabled {
		b.Enabled = &sub.Enabled
	}
	if sub.Retry != nil {
		b.Retry = &retryBody{Delays: []string{}}
		for _, d := range sub.Retry.Delays {
			b.Retry.Delays = append(b.Retry.Delays, d.String())
		}
	}
	var text strings.Builder
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(b); err != nil { //nolint:gosec // the secret in it is stars
		return "{}" // a scope or options that are no JSON were never stored
	}
	return strings.TrimSuffix(text.String(), "\n")
}

// quoted is text as one word of a POSIX shell.
func quoted(text string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:,@%+=", r)
	}
	if text != "" && !strings.ContainsFunc(text, func(r rune) bool { return !plain(r) }) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
