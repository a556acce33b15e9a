package dashboard

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// editor is the form of a subscription with what the platform allows in it.
type editor struct {
	Form     *form
	ID       string // of the subscription that is edited; empty: a new one
	Enabled  bool   // it is now
	Platform payloads.Platform
	Profiles []profileChoice
	Action   string
	Signed   bool // a secret may be given
	Types    []typeChoice
	Scope    []optionView
	Options  []optionView
	Schedule scheduleView
	Waiting  waitingView
	Bounds   limits
}

// limits are what fields may hold at the most, for their hints.
type limits struct {
	Description, Headers, Retries, Concurrency int
}

// profileChoice is one profile and what is different in it.
type profileChoice struct {
	payloads.Platform
	Differs []string // from the platform's default profile
}

// typeChoice is an event type that can be subscribed to.
type typeChoice struct {
	Key, Summary string
	Profiles     []string // that have it; empty: all
}

// optionView is one key of scope or options with its field.
type optionView struct {
	payloads.Option
	Input input // where Typed
	Typed bool
	Bool  bool
}

// checkPath judges a form without storing anything.
const checkPath = "/subscription-check"

// editor prepares the form f of the subscription sub; a new one has no id.
func (d *dashboard) editor(p payloads.Platform, f *form, sub subscriptions.Subscription) editor {
	e := editor{
		Form: f, ID: sub.ID, Enabled: sub.Enabled, Platform: p, Profiles: profileChoices(d.registry.Profiles(p.ID)), Action: "/subscriptions",
		Signed: p.Secret.Scheme != "", Schedule: d.scheduleOf(p, sub),
		Bounds: limits{
			Description: subscriptions.MaxDescriptionRunes, Headers: subscriptions.MaxHeaders, Retries: subscriptions.MaxRetries,
			Concurrency: subscriptions.MaxConcurrency,
		},
	}
	if sub.ID != "" {
		e.Action = subscriptionPath(sub.ID)
	}
	e.Types = typeChoices(d.registry.Profiles(p.ID))
	for _, o := range p.Options {
		view := newOptionView(f, o)
		if o.In == "scope" {
			e.Scope = append(e.Scope, view)
		} else {
			e.Options = append(e.Options, view)
		}
	}
	return e
}

func newOptionView(f *form, o payloads.Option) optionView {
	name := optionField(o)
	v := optionView{Option: o, Typed: ownField(o), Bool: o.Kind == optionBoolean, Input: input{Name: name, Label: o.Name, Type: "text", Value: f.Get(name)}}
	if v.Typed && claimed(f, o) {
		for _, p := range f.Problems {
			if p.Field == optionPath(o) {
				v.Input.Wrong = append(v.Input.Wrong, p.Message)
			}
		}
	}
	return v
}

// claimed reports whether a problem with the option is shown at its field: it is when something stands there.
func claimed(f *form, o payloads.Option) bool { return ownField(o) && f.text(optionField(o)) != "" }

// Raw is the field for the JSON of scope or options; what is wrong with a key that has a field of its own is told there.
func (e editor) Raw(name string) input {
	label := "Other keys of the " + name + ", as JSON"
	list := e.Options
	if name == "scope" {
		list = e.Scope
	}
	if !slices.ContainsFunc(list, func(o optionView) bool { return o.Typed }) {
		label = strings.ToUpper(name[:1]) + name[1:] + ", as JSON"
	}
	in := input{Name: name, Label: label, Hint: "A JSON object, or empty.", Value: e.Form.Get(name), Rows: 2}
	rest := form{Values: e.Form.Values}
	for _, p := range e.Form.Problems {
		told := slices.ContainsFunc(e.Platform.Options, func(o payloads.Option) bool { return optionPath(o) == p.Field && claimed(e.Form, o) })
		if !told {
			rest.Problems = append(rest.Problems, p)
		}
	}
	in.Wrong = rest.Wrong(name)
	return in
}

// RawOpen reports whether the JSON of scope or options holds something to look at, or is the only way to give its keys.
func (e editor) RawOpen(name string) bool {
	in := e.Raw(name)
	return in.Value != "" || len(in.Wrong) > 0
}

// Has reports whether there is anything to say about scope or options.
func (e editor) Has(name string) bool {
	return name == "scope" && len(e.Scope) > 0 || name == "options" && len(e.Options) > 0 || e.RawOpen(name)
}

// Chosen is the profile that the form names, or the platform's own.
func (e editor) Chosen() string {
	if name := e.Form.text("profile"); name != "" {
		return name
	}
	return e.Platform.Profile
}

// Loose lists the problems that no field of the form shows.
func (e editor) Loose() []string {
	shown := []string{
		"url", "profile", "secret", "events", "headers", "description", "scope", "options", "quirks", "timeout", "deadline", "retry",
		"concurrency", "rate",
	}
	var list []string
	for _, p := range e.Form.Problems {
		if !slices.Contains(shown, baseField(p.Field)) {
			list = append(list, p.String())
		}
	}
	return list
}

// SecretHint says what happens to the secret when its field stays empty.
func (e editor) SecretHint() string {
	switch {
	case e.Form.Editing:
		return "Empty: the secret stays as it is."
	case e.Platform.Secret.Auto:
		return "Empty: one is made and shown once."
	case e.Platform.Secret.Shared:
		return "Empty: the secret there is, if any, stays."
	default:
		return "Empty: requests carry no signature."
	}
}

// Open reports whether the part of the form that is folded away holds something to look at.
func (e editor) Open() bool {
	f := e.Form
	for _, name := range []string{"headers", "profile", "options", "quirks", "timeout", "deadline", "retry", "concurrency", "rate"} {
		if len(f.Wrong(name)) > 0 || name != "profile" && f.text(name) != "" {
			return true
		}
	}
	for name := range f.Values {
		if (strings.HasPrefix(name, quirkPrefix) || strings.HasPrefix(name, optionPrefix+"options.")) && f.text(name) != "" {
			return true
		}
	}
	return f.text("profile") != "" && f.text("profile") != e.Profiles[0].Profile
}

// Quirk is the field of one quirk.
func (e editor) Quirk(name string) input {
	return input{Name: quirkField(name), Value: e.Form.Get(quirkField(name))}
}

func typeChoices(profiles []payloads.Platform) []typeChoice {
	var list []typeChoice
	for _, row := range typeRows(profiles) {
		if !row.Unlisted {
			list = append(list, typeChoice{Key: row.Key, Summary: row.Summary, Profiles: row.Profiles})
		}
	}
	return list
}

func profileChoices(profiles []payloads.Platform) []profileChoice {
	list := make([]profileChoice, len(profiles))
	for i, p := range profiles {
		list[i] = profileChoice{Platform: p}
		if i > 0 {
			list[i].Differs = profileDifferences(profiles[0], p)
		}
	}
	return list
}

// profileDifferences tells what a subscription gets differently in profile p than in the default one.
func profileDifferences(standard, p payloads.Platform) []string {
	var list []string
	add := func(differ bool, format string, args ...any) {
		if differ {
			list = append(list, fmt.Sprintf(format, args...))
		}
	}
	more, fewer := typesOnlyIn(p, standard), typesOnlyIn(standard, p)
	add(len(more) > 0, "has %s", strings.Join(more, ", "))
	add(len(fewer) > 0, "lacks %s", strings.Join(fewer, ", "))
	here, there := p.Effective(subscriptions.Subscription{}), standard.Effective(subscriptions.Subscription{})
	add(attemptWaits(here) != attemptWaits(there), "waits %s", attemptWaits(here))
	if !slices.Equal(p.Retry, standard.Retry) {
		add(len(p.Retry) == 0, "makes one attempt, no retries")
		add(len(p.Retry) > 0, "retries %s", delays(p.Retry))
	}
	add(p.Redirect != standard.Redirect && p.Redirect == payloads.RedirectNever, "follows no redirects")
	add(p.Redirect != standard.Redirect && p.Redirect != payloads.RedirectNever, "follows redirects")
	add(p.DisableAfter != standard.DisableAfter && p.DisableAfter > 0, "switches off after %d failures in a row", p.DisableAfter)
	add(p.DisableAfter != standard.DisableAfter && p.DisableAfter == 0, "never switches off by itself")
	add(p.OnDisable != standard.OnDisable && p.OnDisable == payloads.PendingCancel, "disabling cancels what waits")
	add(p.OnDisable != standard.OnDisable && p.OnDisable == payloads.PendingContinue, "disabling lets retries go on")
	add(p.Secret.Scheme != standard.Secret.Scheme, "signs with %s", orNothing(p.Secret.Scheme))
	return list
}

func orNothing(scheme string) string {
	if scheme == "" {
		return "nothing"
	}
	return scheme
}

// typesOnlyIn lists the event types of p that can be subscribed to and that other does not have.
func typesOnlyIn(p, other payloads.Platform) []string {
	var list []string
	for _, et := range p.Events {
		_, has := other.Event(et.Key)
		if !et.Unlisted && !has {
			list = append(list, et.Key)
		}
	}
	return list
}

// Sense says what the timeout bounds.
func (e editor) Sense() string {
	if e.Platform.SilenceTimeout {
		return "to connect and for each silence"
	}
	return "for the whole exchange"
}

// DeadlineDefault is the platform's deadline.
func (e editor) DeadlineDefault() time.Duration { return max(e.Platform.Deadline, e.Platform.Timeout) }
