package dashboard

import (
	"net/http"
	"slices"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/web/api"
)

// platformPage is what "/platforms/{platform}" shows: one profile of a platform.
type platformPage struct {
	Platform payloads.Platform
	Profiles []payloads.Platform
	Policy   payloads.Policy
	Axis     *retryAxis
	Answers  []answerRow
	Types    []typeRow
	Code     []codeView
	Native   *nativeView // nil: it has none
	Compare  *comparison // nil: there is one profile only
	Redirect bool        // redirects are followed
	Pending  bool        // retries go on when the subscription is switched off
}

// codeView is one sample, or one of several in tabs.
type codeView struct {
	Group, ID, Language, Text string
}

// nativeView is the platform's own API on this server.
type nativeView struct {
	*payloads.Native
	Base  string
	Code  []codeView
	Token bool // the server asks for one, which is the key here
}

func (d *dashboard) showPlatform(w http.ResponseWriter, r *http.Request) error {
	p, err := d.platformOf(r)
	if err != nil {
		return err
	}
	page := platformPage{
		Platform: p, Profiles: d.registry.Profiles(p.ID), Policy: p.Effective(exampleSubscription(p, [16]byte{})), Answers: answerRows(p),
		Types: typeRows([]payloads.Platform{p}), Code: codeViews("code", p.Code, ""), Redirect: p.Redirect != payloads.RedirectNever,
		Pending: p.OnDisable == payloads.PendingContinue,
	}
	page.Axis = newRetryAxis(page.Policy.Retry)
	if p.Native != nil {
		base := d.server(r) + api.NativePath(p, page.Profiles[0].Profile == p.Profile)
		page.Native = &nativeView{Native: p.Native, Base: base, Code: codeViews("client", p.Native.Client, base), Token: d.token}
	}
	if page.Compare, err = d.compared(p, page.Profiles); err != nil {
		return err
	}
	return d.render(w, r, http.StatusOK, "platform", p.Name, page)
}

// Fact is the first fact of a topic; nil without one.
func (p platformPage) Fact(topic string) *payloads.Fact { return factOf(p.Platform, topic) }

func factOf(p payloads.Platform, topic string) *payloads.Fact {
	i := slices.IndexFunc(p.Facts, func(f payloads.Fact) bool { return f.Topic == topic })
	if i < 0 {
		return nil
	}
	return &p.Facts[i]
}

// compared is compare, remembered: it makes some hundred examples.
func (d *dashboard) compared(p payloads.Platform, profiles []payloads.Platform) (*comparison, error) {
	key := p.ID + "@" + p.Profile
	if known, ok := d.comparisons.Load(key); ok {
		if c, ok := known.(*comparison); ok {
			return c, nil
		}
	}
	c, err := compare(p, profiles)
	if err == nil {
		d.comparisons.Store(key, c)
	}
	return c, err
}

func codeViews(group string, samples []payloads.CodeSample, base string) []codeView {
	views := make([]codeView, len(samples))
	for i, s := range samples {
		views[i] = codeView{Group: group, ID: group + "-" + fieldID(s.Language), Language: s.Language, Text: s.At(base)}
	}
	return views
}
