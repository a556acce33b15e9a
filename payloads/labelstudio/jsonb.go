package labelstudio

import (
	"cmp"
	"slices"

	"github.com/annohook/annohook/payloads"
)

// jsonb returns a copy of v with the keys of all objects in the order of PostgreSQL's jsonb: shorter keys first, equal lengths by bytes.
func jsonb(v payloads.Value) payloads.Value {
	switch t := v.(type) {
	case payloads.Array:
		list := make(payloads.Array, len(t))
		for i, e := range t {
			list[i] = jsonb(e)
		}
		return list
	case *payloads.Object:
		members := slices.Clone(t.Members())
		slices.SortStableFunc(members, func(a, b payloads.Member) int { return byLength(a.Key, b.Key) })
		pairs := make([]any, 0, 2*len(members))
		for _, m := range members {
			pairs = append(pairs, m.Key, jsonb(m.Value))
		}
		return payloads.Obj(pairs...)
	default:
		return v
	}
}

// byLength compares two keys as jsonb does.
func byLength(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}
