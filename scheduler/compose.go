package scheduler

import (
	"errors"
	"fmt"
	"slices"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// composed is what one event became for one subscription.
type composed struct {
	sub      subscriptions.Subscription
	platform payloads.Platform
	etype    payloads.EventType
	messages []payloads.Message
}

// compose builds one event for one subscription and fixes its bytes. A reason instead of an error means that its scope does not hold it.
func (s *Scheduler) compose(e history.Event, t Trigger, sub subscriptions.Subscription) (composed, string, error) {
	p, err := s.registry.Of(sub)
	if err != nil {
		return composed{}, "", err
	}
	et, ok := p.Event(t.Type)
	if !ok {
		return composed{}, "its profile " + sub.Profile + " has no event type " + t.Type, nil
	}
	if t.Variant != "" && !slices.Contains(et.VariantNames(), t.Variant) {
		return composed{}, "its profile " + sub.Profile + " has no variant " + t.Variant, nil
	}
	tree, err := et.Build(payloads.Build{Variant: t.Variant, Seed: e.Seed, IDSeed: e.IDSeed, Now: e.Now, Subject: e.Subject, Subscription: sub})
	if err != nil {
		return composed{}, "", unbuilt(e, p, err)
	}
	if err := t.Override.Apply(tree); err != nil {
		return composed{}, "", overrideProblem(err, p)
	}
	if p.Matches != nil && !t.direct {
		if ok, why := p.Matches(sub, et, tree); !ok {
			return composed{}, why, nil
		}
	}
	c := composed{sub: sub, platform: p, etype: et}
	c.messages, err = p.Compose(payloads.Item{Subscription: sub, Type: et, Event: tree})
	switch {
	case err == nil && t.Body != nil:
		// The request is the one of a built event, whose method may be the subscription's choice; the bytes alone are the user's.
		c.messages = []payloads.Message{{Method: methodOf(c.messages, et), Body: t.Body}}
		return c, "", nil
	case err == nil:
		return c, "", nil
	case e.Subject != nil:
		return composed{}, "", unbuilt(e, p, err)
	default:
		return composed{}, "", invalid("data", fmt.Sprintf("%s cannot print this event: %v", p.Name, err))
	}
}

// methodOf is the method of the request that an event became; that of its type where it became none.
func methodOf(messages []payloads.Message, et payloads.EventType) string {
	if len(messages) == 0 {
		return et.Method
	}
	return messages[0].Method
}

// unbuilt words the failure of a builder. Where an action raised the event, it is nobody's input that is wrong.
func unbuilt(e history.Event, p payloads.Platform, err error) error {
	if e.Subject != nil {
		return fmt.Errorf("print %s of action %s in profile %s: %w", e.Type, e.Action, p.Profile, err)
	}
	return invalid("variant", err.Error())
}

func overrideProblem(err error, p payloads.Platform) error {
	field := "set"
	if path, ok := errors.AsType[*payloads.PathError](err); ok {
		field = fmt.Sprintf("set[%d].path", path.Index)
	}
	return invalid(field, fmt.Sprintf("%v (profile %s)", err, p.Profile))
}
