package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/annohook/annohook/subscriptions"
)

// targetFlags describe the subscription that a one-shot send is made for.
type targetFlags struct {
	url            string
	secret         secretFlag
	headers        []string
	scope, options string
	quirks         []string
	timeout        time.Duration
}

func (f *targetFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.url, "to", "", "URL of a listener; sends from this process, without a server")
	f.secret.add(flags, "secret to sign with (with --to); without one nothing is signed")
	flags.StringArrayVar(&f.headers, "header", nil, "further header, `Name: value` (with --to); can be repeated")
	flags.StringVar(&f.scope, "scope", "", "scope of the subscription, a JSON object (with --to)")
	flags.StringVar(&f.options, "options", "", "options of the subscription, a JSON object (with --to)")
	flags.StringArrayVar(&f.quirks, "quirk", nil, "switch a quirk, `name=true` or name=false (with --to); can be repeated")
	flags.DurationVar(&f.timeout, "attempt-timeout", 0, "instead of the platform's timeout (with --to)")
}

// names are the flags that need --to.
func (f *targetFlags) names() []string {
	return []string{"secret", "secret-file", "header", "scope", "options", "quirk", "attempt-timeout"}
}

// subscription is what the flags describe; whoever stores it judges it.
func (f *targetFlags) subscription(p *process, platform, profile string) (subscriptions.Subscription, error) {
	secret, err := f.secret.read(p)
	if err != nil {
		return subscriptions.Subscription{}, err
	}
	sub := subscriptions.Subscription{
		ID: "one-shot", Platform: platform, Profile: profile, URL: f.url, Secret: subscriptions.Secret(secret), Enabled: true, Timeout: f.timeout,
	}
	if sub.Headers, err = parseHeaders(f.headers); err != nil {
		return sub, err
	}
	if sub.Scope, err = parseObject("--scope", f.scope); err != nil {
		return sub, err
	}
	if sub.Options, err = parseObject("--options", f.options); err != nil {
		return sub, err
	}
	sub.Quirks, err = parseQuirks(f.quirks)
	return sub, err
}

func parseHeaders(list []string) (subscriptions.Headers, error) {
	var headers subscriptions.Headers
	for _, text := range list {
		name, value, ok := strings.Cut(text, ":")
		name = strings.TrimSpace(name)
		if !ok || name == "" {
			return nil, &usageError{fmt.Sprintf("--header: %q is not of the form Name: value", name)}
		}
		headers = append(headers, subscriptions.Header{Name: name, Value: strings.TrimSpace(value)})
	}
	return headers, nil
}

// parseObject reads a JSON object as it is written; empty is none.
func parseObject(flag, text string) (json.RawMessage, error) {
	if text == "" {
		return nil, nil
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &object); err != nil || object == nil { // null makes no map
		return nil, &usageError{flag + `: a JSON object such as {"key":1} is needed`}
	}
	return json.RawMessage(text), nil
}

func parseQuirks(list []string) (map[string]bool, error) {
	if len(list) == 0 {
		return nil, nil
	}
	quirks := map[string]bool{}
	for _, text := range list {
		name, value, ok := strings.Cut(text, "=")
		on, err := strconv.ParseBool(value)
		if !ok {
			on, err = true, nil // a name alone switches it on
		}
		if name == "" || err != nil {
			return nil, &usageError{fmt.Sprintf("--quirk: %q is not name=true or name=false", text)}
		}
		quirks[name] = on
	}
	return quirks, nil
}
