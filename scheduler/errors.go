package scheduler

import (
	"errors"
	"fmt"
	"strings"

	"github.com/annohook/annohook/payloads"
)

// InvalidError is input that cannot be accepted; nothing was stored.
type InvalidError struct {
	Problems []payloads.Problem
}

// Error lists the problems.
func (e *InvalidError) Error() string {
	texts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		texts[i] = p.String()
	}
	return strings.Join(texts, "; ")
}

// invalid makes an InvalidError of one problem.
func invalid(field, message string) error {
	return &InvalidError{Problems: []payloads.Problem{{Field: field, Message: message}}}
}

func (s *Scheduler) unknownPlatform(id string) error {
	return invalid("platform", fmt.Sprintf("unknown platform %q; allowed: %s", id, allowed(s.registry.IDs())))
}

// unknownProfile is about a profile that a platform, which is known, does not have.
func (s *Scheduler) unknownProfile(platform, profile string) error {
	return invalid("profile", fmt.Sprintf("unknown profile %q; allowed: %s", profile, allowed(profileNames(s.registry.Profiles(platform)))))
}

// NoMatchError is a trigger that no subscription wants; nothing was stored.
type NoMatchError struct {
	Reasons []Reason
}

// Reason is why one subscription does not get an event.
type Reason struct {
	SubscriptionID string
	Why            string
}

// Error gives the reasons, the first few of many.
func (e *NoMatchError) Error() string {
	if len(e.Reasons) == 0 {
		return "no subscription of this platform exists"
	}
	const shown = 5
	texts := make([]string, 0, shown+1)
	for i, r := range e.Reasons {
		if i == shown {
			texts = append(texts, "and others")
			break
		}
		texts = append(texts, r.SubscriptionID+": "+r.Why)
	}
	return "no subscription wants this event (" + strings.Join(texts, "; ") + ")"
}

// Errors about deliveries.
var (
	ErrNothingSent = errors.New("no attempt of this delivery was sent, so there is nothing to repeat verbatim")
	ErrCollecting  = errors.New("the delivery is still collecting events")
	ErrNoTarget    = errors.New("the subscription of this delivery does not exist any more")
)

// Refused reports whether an error of Publish or Act says that nothing was stored.
func Refused(err error) bool {
	_, bad := errors.AsType[*InvalidError](err)
	_, unwanted := errors.AsType[*NoMatchError](err)
	return bad || unwanted || errors.Is(err, ErrBusy) || errors.Is(err, ErrWorldChanged)
}
