package payloadtest

import (
	"fmt"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// Finding is one thing wrong with a platform value.
type Finding struct {
	Check   string // name of the check that found it
	Message string
}

// report collects what one check finds.
type report func(format string, args ...any)

// check is one property that every platform value has.
type check struct {
	name string
	run  func(payloads.Platform, report)
}

// checks lists the properties in the order they are examined. The first must hold for the others to be safe to run.
func checks() []check {
	return []check{
		{"registry", checkRegistry},
		{"sources", checkSources},
		{"names", checkNames},
		{"policy", checkPolicy},
		{"judge", checkJudge},
		{"secrets", checkSecrets},
		{"native id", checkNativeID},
		{"options", checkOptions},
		{"build", checkBuild},
		{"variants", checkVariants},
		{"times", checkTimes},
		{"id seed", checkIDSeed},
		{"texts", checkTexts},
		{"quirks", checkQuirks},
		{"compose", checkCompose},
		{"batch", checkBatch},
		{"headers", checkHeaders},
		{"sign", checkSign},
		{"own signature", checkOwnSignature},
		{"unsigned", checkUnsigned},
		{"verify", checkVerify},
		{"secrecy", checkSecrecy},
		{"actions", checkActions},
		{"world", checkWorld},
		{"stories", checkStories},
	}
}

// Examine runs every check on p and returns what is wrong, nothing for a value that may be used. A value that no registry accepts is not
// examined further.
func Examine(p payloads.Platform) []Finding {
	var found []Finding
	for _, c := range checks() {
		found = append(found, examine(p, c)...)
		if c.name == "registry" && len(found) > 0 {
			return found
		}
	}
	return found
}

func examine(p payloads.Platform, c check) []Finding {
	var found []Finding
	c.run(p, func(format string, args ...any) {
		found = append(found, Finding{Check: c.name, Message: fmt.Sprintf(format, args...)})
	})
	return found
}

func checkRegistry(p payloads.Platform, bad report) {
	if _, err := payloads.NewRegistry([]payloads.Platform{p}); err != nil {
		bad("%v", err)
	}
}

// form is one event type in one variant.
type form struct {
	payloads.EventType
	variant string
}

// String returns the name that golden files use.
func (f form) String() string {
	if f.variant == "" {
		return f.Key
	}
	return f.Key + "." + f.variant
}

// forms lists every event type in every variant; a type without variants once.
func forms(p payloads.Platform) []form {
	var list []form
	for _, e := range p.Events {
		if len(e.Variants) == 0 {
			list = append(list, form{EventType: e})
		}
		for _, v := range e.Variants {
			list = append(list, form{EventType: e, variant: v.Name})
		}
	}
	return list
}

// messages makes the requests of one event as they go on the wire: built, composed and, on a batching platform, joined.
func messages(p payloads.Platform, e payloads.EventType, b payloads.Build) ([]payloads.Message, error) {
	event, err := e.Build(b)
	if err != nil {
		return nil, fmt.Errorf("build: %w", err)
	}
	list, err := p.Compose(payloads.Item{Subscription: b.Subscription, Type: e, Event: event})
	if err != nil {
		return nil, fmt.Errorf("compose: %w", err)
	}
	if p.Batch == nil {
		return list, nil
	}
	joined, err := p.Batch.Join(list)
	if err != nil {
		return nil, fmt.Errorf("join: %w", err)
	}
	return []payloads.Message{joined}, nil
}

// first returns the first request of the first event type.
func first(p payloads.Platform, s subscriptions.Subscription) (payloads.Message, error) {
	list, err := messages(p, p.Events[0], Build(s, ""))
	if err != nil {
		return payloads.Message{}, err
	}
	if len(list) == 0 {
		return payloads.Message{}, fmt.Errorf("event type %s composes no message", p.Events[0].Key)
	}
	return list[0], nil
}
