package dashboard

import (
	"errors"
	"slices"
	"strings"

	"github.com/annohook/annohook/payloads"
)

// comparedSeeds is how many examples of an event type are looked at: keys that come from synthetic data differ between them, and those of the
// profile do not.
const comparedSeeds = 4

// compareBodies adds how the bodies of p differ from those of another profile. Keys of one object that differ in the same event types stand
// together, those of the most types first.
func compareBodies(list []bodyDifference, p, other payloads.Platform) ([]bodyDifference, error) {
	var found []bodyDifference
	var shared []string
	for _, et := range p.Events {
		counterpart, ok := other.Event(et.Key)
		if !ok || counterpart.Key != et.Key {
			continue
		}
		shared = append(shared, et.Key)
		here, err := keysOf(p, et)
		if err != nil {
			return nil, err
		}
		there, err := keysOf(other, counterpart)
		if err != nil {
			return nil, err
		}
		found = noteKeys(found, here, there, false, et.Key)
		found = noteKeys(found, there, here, true, et.Key)
	}
	slices.SortStableFunc(found, func(a, b bodyDifference) int { return len(b.Types) - len(a.Types) })
	for _, d := range found {
		d.Profile, d.Of = other.Profile, typesText(d.Types, shared)
		same := func(o bodyDifference) bool {
			return o.Profile == d.Profile && o.Lacks == d.Lacks && o.Parent == d.Parent && slices.Equal(o.Types, d.Types)
		}
		if at := slices.IndexFunc(list, same); at >= 0 {
			list[at].Keys = append(list[at].Keys, d.Keys...)
		} else {
			list = append(list, d)
		}
	}
	return list, nil
}

// noteKeys adds what one body always prints and the other never does.
func noteKeys(list []bodyDifference, own, others bodyKeys, lacks bool, eventType string) []bodyDifference {
	for _, path := range lackedBy(own.always, others.ever) {
		if !keyedByData(path, own.ever, others.ever) {
			list = noteKey(list, path, lacks, eventType)
		}
	}
	return list
}

// noteKey adds an event type to the difference of one key.
func noteKey(list []bodyDifference, path string, lacks bool, eventType string) []bodyDifference {
	d := bodyDifference{Lacks: lacks, Keys: []string{path}}
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		d.Parent, d.Keys = path[:i], []string{path[i+1:]}
	}
	at := slices.IndexFunc(list, func(o bodyDifference) bool { return o.Lacks == lacks && o.Parent == d.Parent && o.Keys[0] == d.Keys[0] })
	if at < 0 {
		at, list = len(list), append(list, d)
	}
	list[at].Types = append(list[at].Types, eventType)
	return list
}

// keyedByData reports whether the object that a key stands in has no key in common with its counterpart: its keys are synthetic data then, as the
// names of labels are.
func keyedByData(path string, own, others []string) bool {
	i := strings.LastIndexByte(path, '.')
	if i < 0 {
		return false
	}
	parent := path[:i+1]
	counterpart := false
	for _, other := range others {
		if strings.HasPrefix(other, parent) {
			counterpart = true
			if slices.Contains(own, other) {
				return false
			}
		}
	}
	return counterpart
}

// typesText tells in few words which of the shared event types these are.
func typesText(types, shared []string) string {
	const few = 3
	rest := lackedBy(shared, types)
	switch {
	case len(rest) == 0:
		return "all"
	case len(types) > few && len(rest) <= few:
		return "all but " + strings.Join(rest, ", ")
	default:
		return strings.Join(types, ", ")
	}
}

// bodyKeys are the paths of the keys in some examples: those that stand in each, and those that stand in any.
type bodyKeys struct{ always, ever []string }

// keysOf looks at the keys of an event type.
func keysOf(p payloads.Platform, et payloads.EventType) (bodyKeys, error) {
	var keys bodyKeys
	counts := map[string]int{}
	for seed := range uint64(comparedSeeds) {
		b := payloads.Build{Seed: seed + 1, IDSeed: seed + 1, Now: exampleTime(), Subscription: exampleSubscription(p, sampleRandom(0))}
		message, _, err := sampleMessage(p, et, b)
		if err != nil {
			return keys, err
		}
		v, err := payloads.ParseValue(message.Body)
		if err != nil {
			return keys, errors.Join(errNoPage, err)
		}
		seen := map[string]bool{}
		walkKeys(v, "", func(path string) {
			if seen[path] {
				return
			}
			seen[path] = true
			if counts[path]++; counts[path] == 1 {
				keys.ever = append(keys.ever, path)
			}
		})
	}
	keys.always = slices.DeleteFunc(slices.Clone(keys.ever), func(path string) bool { return counts[path] < comparedSeeds })
	return keys, nil
}

// walkKeys visits the path of every key; all items of a list have the same.
func walkKeys(v payloads.Value, path string, visit func(string)) {
	switch t := v.(type) {
	case *payloads.Object:
		for _, m := range t.Members() {
			below := strings.TrimPrefix(path+"."+m.Key, ".")
			visit(below)
			walkKeys(m.Value, below, visit)
		}
	case payloads.Array:
		for _, item := range t {
			walkKeys(item, path+"[]", visit)
		}
	}
}

// lackedBy is what list has and other has not, leaving out what stands below a key that is already named.
func lackedBy(list, other []string) []string {
	var rest []string
	for _, path := range list {
		below := slices.ContainsFunc(rest, func(named string) bool {
			return strings.HasPrefix(path, named+".") || strings.HasPrefix(path, named+"[]")
		})
		if !below && !slices.Contains(other, path) {
			rest = append(rest, path)
		}
	}
	return rest
}
