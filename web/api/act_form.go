package api

import (
	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
)

func actFields() []string {
	return []string{"platform", "action", "params", "profile", "seed", "now", "subscription_ids"}
}

// readAct reads the body of POST /actions. What only the scheduler and the platform know (names, parameters) is left to them.
func readAct(body []byte, platforms []string) (scheduler.Act, error) {
	f, err := readForm(body, actFields())
	if err != nil {
		return scheduler.Act{}, err
	}
	act := scheduler.Act{
		Platform: f.platform(platforms), Action: f.text("action"), Profile: f.chosen("profile"), Params: f.params(), Now: f.moment(),
		Seed: f.seed(), SubscriptionIDs: f.subscriptionIDs(),
	}
	f.require("action")
	return act, f.result()
}

func (f *form) params() *payloads.Object {
	raw := f.get("params")
	if raw == nil {
		return nil
	}
	v, err := payloads.ParseValue(raw)
	object, ok := v.(*payloads.Object)
	if err != nil || !ok {
		f.bad("params", "must be an object of the action's parameters"+why(err))
		return nil
	}
	return object
}
