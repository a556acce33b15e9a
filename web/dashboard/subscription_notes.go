package dashboard

import (
	"strconv"

	"github.com/annohook/annohook/payloads"
)

// changeNote says what one kind of change does to deliveries that wait already.
type changeNote struct {
	What, Text string
}

// Notes tells what a change of the subscription does to what waits: attempts read it anew each time, bodies are fixed once.
func (e editor) Notes() []changeNote {
	target := "hold from the next attempt on: retries that wait go to the new target, with the new values."
	if e.Platform.Batch != nil {
		target += " A batch that is collecting is closed first and still goes to the old one."
	}
	return []changeNote{
		{"URL, secret and headers", target},
		{"Timeout and retries", "count from the next attempt on, for what waits too."},
		{"Events, scope, options, quirks, profile", "count for new events; what waits keeps its bytes."},
		{"Disabling", disabling(e.Platform)},
	}
}

// disabling says what switching a subscription off does.
func disabling(p payloads.Platform) string {
	if p.OnDisable == payloads.PendingCancel {
		return "cancels what waits, and no new event is taken."
	}
	return "keeps new events out; retries that wait go on."
}

// Text says how many deliveries wait; "" for none.
func (w waitingView) Text() string {
	switch {
	case w.Number == 0:
		return ""
	case w.More:
		return "more than " + strconv.Itoa(w.Number) + " deliveries wait"
	case w.Number == 1:
		return "1 delivery waits"
	default:
		return strconv.Itoa(w.Number) + " deliveries wait"
	}
}

// Disable says what switching it off does now.
func (p subscriptionPage) Disable() string { return "Disabling " + disabling(p.Platform) + p.now() }

// Rotate says what a new secret does now.
func (p subscriptionPage) Rotate() string {
	text := "A new secret is made and shown once. The old one stops to count at once: retries that wait are signed with the new one."
	if p.Platform.Secret.Shared {
		text = "A new secret is made and shown once. It replaces the secret of every " + p.Platform.Name + " subscription at once, retries that wait included."
	}
	return text + p.now() + " Listeners that know the old one refuse until you give them the new one."
}

// Delete says what deleting does now.
func (p subscriptionPage) Delete() string {
	return "What waits is cancelled. Deliveries that were made stay in the list." + p.now()
}

func (p subscriptionPage) now() string {
	if text := p.Waiting.Text(); text != "" {
		return " Now " + text + "."
	}
	return ""
}
