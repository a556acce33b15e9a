package payloadtest

import (
	"bytes"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
)

// The bounds of the checks on events.
const (
	seedsTried   = 60 // seeds that checkTexts builds each event with
	minimumTexts = 20 // different texts that they must hold together
)

// checkBuild wants every event type in every variant to build a tree of allowed values, the same one from the same values, which names
// its type where the platform does.
func checkBuild(p payloads.Platform, bad report) {
	s := Subscription(p)
	for _, f := range forms(p) {
		one, err := f.Build(Build(s, f.variant))
		if err != nil {
			bad("%v: %v", f, err)
			continue
		}
		for _, l := range leaves(one) {
			if kind(l.value) == "" || strings.Contains(l.path, "!BADOBJECT") {
				bad("%v: %s holds a %T", f, l.path, l.value)
			}
		}
		if again, err := f.Build(Build(s, f.variant)); err != nil || printed(again) != printed(one) {
			bad("%v: the same values build two events", f)
		}
		if f.Name != "" && !names(one, f.Name) {
			bad("%v: the event does not say %s", f, f.Name)
		}
		if _, err := f.Build(payloads.Build{Variant: f.variant, Now: Now()}); err != nil {
			bad("%v: without a subscription: %v", f, err)
		}
	}
}

func printed(o *payloads.Object) string {
	text, err := o.MarshalJSON()
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func names(o *payloads.Object, name string) bool {
	for _, l := range leaves(o) {
		if l.value == name {
			return true
		}
	}
	return false
}

// checkVariants wants the first variant to be the default and any other name refused.
func checkVariants(p payloads.Platform, bad report) {
	s := Subscription(p)
	for _, e := range p.Events {
		if _, err := e.Build(Build(s, "no such variant")); err == nil {
			bad("%s: an unknown variant is accepted", e.Key)
		}
		if len(e.Variants) == 0 {
			continue
		}
		standard, err := e.Build(Build(s, ""))
		if err != nil {
			bad("%s: %v", e.Key, err)
			continue
		}
		if named, err := e.Build(Build(s, e.Variants[0].Name)); err != nil || printed(named) != printed(standard) {
			bad("%s: the first variant is not the default", e.Key)
		}
	}
}

// checkTimes wants no time after the event's moment, and what was created before what was changed, in each object.
func checkTimes(p payloads.Platform, bad report) {
	for _, f := range forms(p) {
		for seed := range uint64(seedsTried) {
			event, err := f.Build(payloads.Build{Variant: f.variant, Seed: seed, IDSeed: seed, Now: Now(), Subscription: Subscription(p)})
			if err != nil {
				bad("%v: %v", f, err)
				break
			}
			for _, l := range leaves(event) {
				if at, ok := moment(l.value); ok && at.After(Now()) {
					bad("%v: %s is %v, after the event", f, l.path, l.value)
				}
			}
			checkOrder(f, "", event, bad)
		}
	}
}

// checkOrder compares the times that one object holds side by side.
func checkOrder(f form, path string, v payloads.Value, bad report) {
	switch t := v.(type) {
	case payloads.Array:
		for _, e := range t {
			checkOrder(f, path+"[]", e, bad)
		}
	case *payloads.Object:
		for _, early := range []string{"created_at", "createdAt", "inserted_at", "created"} {
			for _, late := range []string{"updated_at", "updatedAt", "lastSavedAt", "last_saved_at", "completed_at", "last_activity_at", "updated"} {
				a, _ := t.Get(early)
				b, _ := t.Get(late)
				from, okA := moment(a)
				to, okB := moment(b)
				if okA && okB && to.Before(from.Truncate(resolution(b))) {
					bad("%v: %s: %s %v is after %s %v", f, path, early, a, late, b)
				}
			}
		}
		for _, m := range t.Members() {
			checkOrder(f, join(path, m.Key), m.Value, bad)
		}
	}
}

// resolution is how fine the time text v is: a second where it has no fraction.
func resolution(v payloads.Value) time.Duration {
	if s, ok := v.(string); ok && strings.Contains(s, ".") {
		return time.Millisecond
	}
	return time.Second
}

// checkIDSeed changes the id seed alone: nothing but ids may change.
func checkIDSeed(p payloads.Platform, bad report) {
	for _, f := range forms(p) {
		b := Build(Subscription(p), f.variant)
		one, err1 := f.Build(b)
		b.IDSeed++
		other, err2 := f.Build(b)
		if err1 != nil || err2 != nil {
			bad("%v: %v %v", f, err1, err2)
			continue
		}
		if shape(one) != shape(other) {
			bad("%v: another id seed changes the shape %s", f, differ(shape(other), shape(one)))
			continue
		}
		before, after := leaves(one), leaves(other)
		for i := range before {
			if !mayBeID(before[i].value) && before[i].value != after[i].value {
				bad("%v: another id seed changes %s from %v to %v", f, before[i].path, before[i].value, after[i].value)
			}
		}
	}
}

// mayBeID tells values that an id can be, or be part of, from content. Everything it refuses can be compared with ==.
func mayBeID(v payloads.Value) bool {
	switch v.(type) {
	case payloads.Array, *payloads.Object:
		return true // empty, and equal by shape
	case nil, bool, float64:
		return false
	}
	_, prose := text(v)
	_, isTime := moment(v)
	return !prose && !isTime
}

// checkTexts wants varied material: many texts over the seeds, some of them not ASCII.
func checkTexts(p payloads.Platform, bad report) {
	texts, foreign := map[string]bool{}, false
	for _, f := range forms(p) {
		for seed := range uint64(seedsTried) {
			event, err := f.Build(payloads.Build{Variant: f.variant, Seed: seed, IDSeed: seed, Now: Now(), Subscription: Subscription(p)})
			if err != nil {
				bad("%v: %v", f, err)
				break
			}
			for _, l := range leaves(event) {
				if s, ok := text(l.value); ok {
					texts[s] = true
					foreign = foreign || bytes.ContainsFunc([]byte(s), func(r rune) bool { return r > 127 })
				}
			}
		}
	}
	if len(texts) < minimumTexts {
		bad("%d different texts over %d seeds, want at least %d", len(texts), seedsTried, minimumTexts)
	}
	if !foreign {
		bad("no text over %d seeds holds a character beyond ASCII", seedsTried)
	}
}

// checkQuirks switches each quirk: the texts of the event stay what they are, because the draws do.
func checkQuirks(p payloads.Platform, bad report) {
	for _, q := range p.Quirks {
		switched := Subscription(p)
		switched.Quirks = map[string]bool{q.Name: !q.Default}
		for _, f := range forms(p) {
			usual, err1 := f.Build(Build(Subscription(p), f.variant))
			odd, err2 := f.Build(Build(switched, f.variant))
			if err1 != nil || err2 != nil {
				bad("quirk %s: %v: %v %v", q.Name, f, err1, err2)
				continue
			}
			texts := map[string]string{}
			for _, l := range leaves(usual) {
				if s, ok := text(l.value); ok {
					texts[l.path] = s
				}
			}
			for _, l := range leaves(odd) {
				if s, ok := text(l.value); ok && texts[l.path] != "" && texts[l.path] != s {
					bad("quirk %s: %v: %s becomes another text", q.Name, f, l.path)
				}
			}
		}
	}
}
