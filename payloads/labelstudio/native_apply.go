package labelstudio

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// apply writes the form into a subscription. What our API calls events is the truth of what is sent: nil while the webhook is for all
// actions, whose list is then only kept; else the list, which is empty when a request did not name it.
func (f *hookForm) apply(s *subscriptions.Subscription, update bool) error {
	before := s.Clone()
	if f.project > 0 {
		s.Scope = json.RawMessage(`{"` + scopeKey + `":` + strconv.FormatInt(f.project, 10) + `}`)
	}
	if f.url != nil {
		s.URL = *f.url
	}
	if f.headers != nil {
		s.Headers = nil
		for _, m := range f.headers.Members() {
			value, _ := m.Value.(string)
			s.Headers = append(s.Headers, subscriptions.Header{Name: m.Key, Value: value})
		}
	}
	if f.active != nil {
		s.Enabled = *f.active
	}
	all := s.Events == nil
	if f.sendAll != nil {
		all = *f.sendAll
	}
	names := actionNames(f.actions)
	s.Events = names
	if all {
		s.Events = nil
	} else {
		names = nil // they are the events
	}
	if update && (f.active != nil && s.Enabled || s.URL != before.URL || f.headers != nil && !slices.Equal(s.Headers, before.Headers)) {
		s.ConsecutiveFailures = 0
	}
	if s.Enabled {
		s.DisabledReason = ""
	}
	return f.applyOptions(s, names)
}

// actionNames is the set of actions as a list that is never nil.
func actionNames(names []string) []string {
	out := append([]string{}, names...)
	slices.Sort(out)
	return slices.Compact(out)
}

func (f *hookForm) applyOptions(s *subscriptions.Subscription, kept []string) error {
	o, err := object(s.Options)
	if err != nil {
		o = payloads.Obj()
	}
	if f.sendPayload != nil {
		o.Set(optionPayload, *f.sendPayload)
		if *f.sendPayload {
			o.Delete(optionPayload) // the default
		}
	}
	o.Delete(optionActions)
	if len(kept) > 0 {
		list := make(payloads.Array, len(kept))
		for i, name := range kept {
			list[i] = name
		}
		o.Set(optionActions, list)
	}
	s.Options = nil
	if o.Len() == 0 {
		return nil
	}
	s.Options, err = payloads.JSON(o)
	return err
}
