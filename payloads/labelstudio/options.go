package labelstudio

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// Bounds and defaults of the options.
const (
	defaultBatchSize = 5000 // WEBHOOK_BATCH_SIZE
	maxBatchSize     = 100_000
	maxProject       = math.MaxInt32 // of a Django AutoField
)

// Names of the options and of the scope's one key.
const (
	optionPayload = "send_payload"
	optionBatch   = "batch_size"
	optionActions = "actions"
	scopeKey      = "project"
)

// hookOptions is a subscription's options with the defaults filled in.
type hookOptions struct {
	sendPayload bool
	batchSize   int
	actions     []string // kept of a webhook that is for all actions
}

// optionsOf reads the options. What check does not let pass counts as absent.
func optionsOf(s subscriptions.Subscription) hookOptions {
	set := hookOptions{sendPayload: true, batchSize: defaultBatchSize}
	o, err := object(s.Options)
	if err != nil {
		return set
	}
	if v, ok := o.Get(optionPayload); ok {
		if send, ok := v.(bool); ok {
			set.sendPayload = send
		}
	}
	if v, ok := o.Get(optionBatch); ok {
		if n, ok := whole(v, maxBatchSize); ok {
			set.batchSize = int(n)
		}
	}
	if v, ok := o.Get(optionActions); ok {
		set.actions, _ = actionsIn(v)
	}
	return set
}

// actionsIn reads a list of actions of the server's registry, each once.
func actionsIn(v payloads.Value) ([]string, bool) {
	list, ok := v.(payloads.Array)
	if !ok {
		return nil, false
	}
	names := make([]string, 0, len(list))
	for _, item := range list {
		name, _ := item.(string)
		if slices.Contains(names, name) || !slices.ContainsFunc(registry(), func(a registered) bool { return a.name == name }) {
			return nil, false
		}
		names = append(names, name)
	}
	return names, true
}

// scopeProject returns the project that a subscription looks at, 0 for the whole organization.
func scopeProject(s subscriptions.Subscription) int64 {
	o, err := object(s.Scope)
	if err != nil {
		return 0
	}
	v, _ := o.Get(scopeKey)
	n, _ := whole(v, maxProject)
	return n
}

// object reads a JSON object; nothing and null are the empty one.
func object(data json.RawMessage) (*payloads.Object, error) {
	if data = bytes.TrimSpace(data); len(data) == 0 || string(data) == "null" {
		return payloads.Obj(), nil
	}
	v, err := payloads.ParseValue(data)
	if err != nil {
		return nil, fmt.Errorf("must be a JSON object: %w", err)
	}
	o, ok := v.(*payloads.Object)
	if !ok {
		return nil, errors.New("must be a JSON object")
	}
	return o, nil
}

// whole returns v where it is a whole number from 1 to most, else 0.
func whole(v payloads.Value, most int64) (int64, bool) {
	n, ok := payloads.WholeNumber(v)
	if !ok || n < 1 || n > most {
		return 0, false
	}
	return n, true
}

// check returns what is wrong with the options and the scope of a subscription.
func check(s subscriptions.Subscription) []payloads.Problem {
	return append(checkOptions(s.Options), checkScope(s.Scope)...)
}

func checkOptions(data json.RawMessage) []payloads.Problem {
	o, err := object(data)
	if err != nil {
		return []payloads.Problem{{Field: "options", Message: err.Error()}}
	}
	var problems []payloads.Problem
	for _, m := range o.Members() {
		field := "options." + m.Key
		switch m.Key {
		case optionPayload:
			if _, ok := m.Value.(bool); !ok {
				problems = append(problems, payloads.Problem{Field: field, Message: "must be true or false"})
			}
		case optionBatch:
			if _, ok := whole(m.Value, maxBatchSize); !ok {
				problems = append(problems, payloads.Problem{Field: field, Message: fmt.Sprintf("must be a whole number from 1 to %d", maxBatchSize)})
			}
		case optionActions:
			if _, ok := actionsIn(m.Value); !ok {
				problems = append(problems, payloads.Problem{Field: field, Message: "must be a list of the server's actions, each once"})
			}
		default:
			problems = append(problems, payloads.Problem{
				Field: field, Message: "is unknown; allowed are " + optionPayload + ", " + optionBatch + " and " + optionActions,
			})
		}
	}
	return problems
}

func checkScope(data json.RawMessage) []payloads.Problem {
	o, err := object(data)
	if err != nil {
		return []payloads.Problem{{Field: "scope", Message: err.Error()}}
	}
	var problems []payloads.Problem
	for _, m := range o.Members() {
		field := "scope." + m.Key
		if m.Key != scopeKey {
			problems = append(problems, payloads.Problem{Field: field, Message: "is unknown; allowed is " + scopeKey})
			continue
		}
		if _, ok := whole(m.Value, maxProject); !ok {
			problems = append(problems, payloads.Problem{Field: field, Message: "must be the number of a project, 1 or more; {} is the organization"})
		}
	}
	return problems
}

// matches says whether a subscription hears of an event. An organization hears everything. A project hears events that name it, but never
// of its creation or deletion, and not of the deletion of all its tasks, which names no project (webhooks/utils.py@f3e7459a,
// get_active_webhooks).
func matches(s subscriptions.Subscription, e payloads.EventType, event *payloads.Object) (ok bool, why string) {
	if e.Key == labelLinkCreated && s.Quirk(quirkLabelLinks, false) {
		return false, "the server fails before it sends " + e.Key + " (quirk " + quirkLabelLinks + ")"
	}
	want := scopeProject(s)
	if want == 0 {
		return true, ""
	}
	if e.Key == projectCreated || e.Key == projectDeleted {
		return false, e.Key + " goes to organization webhooks only"
	}
	v, _ := event.Get("project")
	project, _ := v.(*payloads.Object)
	if project == nil {
		return false, "the event names no project"
	}
	id, _ := project.Get("id")
	got, isNumber := payloads.WholeNumber(id)
	if !isNumber {
		return false, "the project of the event has no number"
	}
	if got != want {
		return false, fmt.Sprintf("the event is of project %d, the webhook of project %d", got, want)
	}
	return true, ""
}
