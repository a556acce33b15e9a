package payloads

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/annohook/annohook/subscriptions"
)

// Registry holds the platforms of one program. It is immutable and safe for concurrent use.
type Registry struct {
	ids      []string
	profiles map[string][]Platform // by id; first is the default profile
}

// NewRegistry collects platforms, each given as the list of its profiles with the default first. It returns an error that names every
// incomplete or clashing value.
func NewRegistry(platforms ...[]Platform) (*Registry, error) {
	r := &Registry{profiles: map[string][]Platform{}}
	var errs []error
	for _, profiles := range platforms {
		if len(profiles) == 0 {
			errs = append(errs, errors.New("a platform without profiles"))
			continue
		}
		id := profiles[0].ID
		if _, taken := r.profiles[id]; taken {
			errs = append(errs, fmt.Errorf("platform %s is listed twice", id))
			continue
		}
		seen := map[string]bool{}
		for _, p := range profiles {
			if p.ID != id {
				errs = append(errs, fmt.Errorf("platform %s lists a profile of %s", id, p.ID))
			}
			if seen[p.Profile] {
				errs = append(errs, fmt.Errorf("platform %s lists profile %s twice", id, p.Profile))
			}
			seen[p.Profile] = true
			if p.Fault != nil {
				errs = append(errs, fmt.Errorf("platform %s: %w", id, p.Fault))
				continue
			}
			errs = append(errs, p.validate()...)
		}
		r.ids = append(r.ids, id)
		r.profiles[id] = slices.Clone(profiles)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return r, nil
}

func (p Platform) validate() []error {
	var errs []error
	need := func(ok bool, what string) {
		if !ok {
			errs = append(errs, fmt.Errorf("platform %s profile %s: %s", p.ID, p.Profile, what))
		}
	}
	need(p.ID != "" && p.Name != "" && p.Profile != "", "id, name and profile are required")
	need(p.Compose != nil && p.Sign != nil, "compose and sign are required")
	need(p.NewNativeID != nil, "new native id is required")
	need(p.Timeout > 0, "timeout is required")
	need(p.Target.Known(), "unknown target rule")
	need(len(p.Events) > 0, "events are required")
	need(p.Secret.Scheme == "" || p.Secret.Generate != nil, "a secret rule needs generate")
	need((p.Verify == nil) == (p.Secret.Scheme == ""), "verify goes with a secret scheme")
	names := map[string]bool{}
	for _, e := range p.Events {
		need(e.Key != "" && e.Method != "" && e.Build != nil && e.Source != "" && e.Fidelity != "", "event type "+e.Key+" is incomplete")
		need(!names[e.Key], "event type "+e.Key+" is listed twice")
		names[e.Key] = true
	}
	if p.TestEvent != "" {
		_, ok := p.Event(p.TestEvent)
		need(ok, "test event "+p.TestEvent+" is not in the catalogue")
	}
	for _, a := range p.Actions {
		need(a.Name != "" && a.Summary != "" && a.Do != nil && a.Source != "" && a.Fidelity != "", "action "+a.Name+" is incomplete")
		for _, key := range a.Raises {
			_, ok := p.Event(key)
			need(ok, "action "+a.Name+" raises "+key+", which is not in the catalogue")
		}
		_, problems := a.Check(nil)
		for _, problem := range problems {
			need(problem.Message == requiredText, "action "+a.Name+": default of "+problem.String())
		}
	}
	need((len(p.Actions) > 0) == (p.Inspect != nil), "inspect goes with actions")
	need(p.Native == nil || p.Native.Handler != nil && p.Native.Credential != "", "a native API needs a handler and a credential")
	for _, q := range p.Quirks {
		need(q.Name != "" && q.Source != "" && q.Fidelity != "", "quirk "+q.Name+" is incomplete")
	}
	for _, f := range p.Facts {
		need(f.Topic != "" && f.Source != "" && f.Fidelity != "", "fact "+f.Topic+" is incomplete")
	}
	return errs
}

// IDs returns the platform ids in the order they were listed.
func (r *Registry) IDs() []string { return slices.Clone(r.ids) }

// Profiles returns every profile of a platform, the default first; nil for an unknown id. The slice must not be changed.
func (r *Registry) Profiles(id string) []Platform { return r.profiles[id] }

// ErrUnknown is returned for a platform or profile that the registry does not have.
var ErrUnknown = errors.New("unknown platform or profile")

// Platform returns one platform in one profile; an empty profile is the default one. ErrUnknown otherwise.
func (r *Registry) Platform(id, profile string) (Platform, error) {
	for _, p := range r.profiles[id] {
		if profile == "" || p.Profile == profile {
			return p, nil
		}
	}
	return Platform{}, fmt.Errorf("%w: %s %s", ErrUnknown, id, profile)
}

// Of returns the platform of a subscription.
func (r *Registry) Of(s subscriptions.Subscription) (Platform, error) {
	return r.Platform(s.Platform, s.Profile)
}

// Event finds an event type by its key or its wire name.
func (p Platform) Event(name string) (EventType, bool) {
	for _, e := range p.Events {
		if e.Key == name {
			return e, true
		}
	}
	for _, e := range p.Events {
		if e.Name != "" && e.Name == name {
			return e, true
		}
	}
	return EventType{}, false
}

// Has reports whether subscriptions have anything in a place: InOptions or InScope.
func (p Platform) Has(place string) bool {
	return slices.ContainsFunc(p.Options, func(o Option) bool { return o.In == place })
}

// Policy is what one subscription's attempts really follow: the platform's values under the subscription's overrides.
type Policy struct {
	Timeout        time.Duration
	Deadline       time.Duration
	SilenceTimeout bool
	Redirect       RedirectRule
	Retry          []time.Duration
}

// Effective returns the policy of one subscription. The deadline is never below the timeout unless the subscription itself says so.
func (p Platform) Effective(s subscriptions.Subscription) Policy {
	policy := Policy{Timeout: p.Timeout, Deadline: p.Deadline, SilenceTimeout: p.SilenceTimeout, Redirect: p.Redirect, Retry: p.Retry}
	if s.Timeout > 0 {
		policy.Timeout = s.Timeout
	}
	policy.Deadline = max(policy.Deadline, policy.Timeout)
	if s.Deadline > 0 {
		policy.Deadline = s.Deadline
	}
	if s.Retry != nil {
		policy.Retry = s.Retry.Delays
	}
	return policy
}

// Verdict judges a reply by the platform's rule.
func (p Platform) Verdict(r Reply) Verdict {
	if p.Judge == nil {
		return JudgeStatus(r)
	}
	return p.Judge(r)
}
