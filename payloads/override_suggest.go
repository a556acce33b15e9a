package payloads

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Bounds of the search for what a wrong path may have meant.
const (
	maxSuggestions    = 3
	maxNamedKeys      = 12   // existing keys listed where nothing is near
	maxVisitedNodes   = 5000 // of the event
	maxDistanceLetter = 64   // keys longer than this are not compared
)

// missing explains that steps[at] does not exist in parent.
func missing(root *Object, path string, steps []pathStep, at int, parent Value) *PathError {
	e := &PathError{Path: path, Missing: printPath(steps[:at+1])}
	place := "the event"
	if at > 0 {
		place = fmt.Sprintf("%q", printPath(steps[:at]))
	}
	step := steps[at]
	switch node := parent.(type) {
	case Array:
		switch {
		case !step.isIndex:
			e.Reason = fmt.Sprintf("%s is a list of %d, so an index in brackets is needed", place, len(node))
		case len(node) == 0:
			e.Reason = place + " is an empty list"
		default:
			e.Reason = fmt.Sprintf("%s has %d elements, so the last index is %d", place, len(node), len(node)-1)
		}
		return e
	case *Object:
		if node == nil {
			break
		}
		if step.isIndex {
			e.Reason = place + " is an object, so a key is needed"
			return e
		}
		e.Reason = fmt.Sprintf("%s has no key %q", place, step.key)
		e.Suggestions = suggest(root, node, steps, at)
		if len(e.Suggestions) == 0 {
			e.Reason += existing(node)
		}
		return e
	}
	e.Reason = fmt.Sprintf("%s is %s and has nothing inside", place, kindOf(parent))
	return e
}

// suggest looks for near keys beside the missing one, then for the same key anywhere else.
func suggest(root, parent *Object, steps []pathStep, at int) []string {
	type candidate struct {
		key      string
		distance int
	}
	var near []candidate
	wanted := steps[at].key
	for _, key := range parent.Keys() {
		if d := distance(strings.ToLower(wanted), strings.ToLower(key)); d <= max(1, len(wanted)/3) {
			near = append(near, candidate{key, d})
		}
	}
	slices.SortStableFunc(near, func(a, b candidate) int { return cmp.Compare(a.distance, b.distance) })
	var paths []string
	for _, c := range near[:min(len(near), maxSuggestions)] {
		corrected := slices.Clone(steps)
		corrected[at].key = c.key
		if !exists(root, corrected) {
			corrected = corrected[:at+1]
		}
		paths = append(paths, printPath(corrected))
	}
	if len(paths) == 0 {
		paths = elsewhere(root, steps)
	}
	return paths
}

// elsewhere finds places that end like steps: the whole of it first ("record.id" for "data.record.id"), then its last key alone.
func elsewhere(root *Object, steps []pathStep) []string {
	whole, last := printPath(steps), steps[len(steps)-1]
	if last.isIndex {
		return nil
	}
	var best, rest []string
	visited := 0
	walk(root, nil, &visited, func(at []pathStep) {
		if at[len(at)-1] != last {
			return
		}
		text := printPath(at)
		if strings.HasSuffix(text, "."+whole) || strings.HasSuffix(text, "]"+whole) {
			best = append(best, text)
		} else {
			rest = append(rest, text)
		}
	})
	found := append(best, rest...)
	return found[:min(len(found), maxSuggestions)]
}

// walk visits every key and index of the tree in order, down to maxVisitedNodes.
func walk(v Value, at []pathStep, visited *int, visit func([]pathStep)) {
	if *visited++; *visited > maxVisitedNodes || len(at) > MaxDepth {
		return
	}
	switch t := v.(type) {
	case *Object:
		if t == nil {
			return
		}
		for _, m := range t.members {
			next := append(slices.Clip(at), pathStep{key: m.Key})
			visit(next)
			walk(m.Value, next, visited, visit)
		}
	case Array:
		for i, item := range t {
			next := append(slices.Clip(at), pathStep{index: i, isIndex: true})
			visit(next)
			walk(item, next, visited, visit)
		}
	}
}

func exists(root *Object, steps []pathStep) bool {
	var place Value = root
	for _, s := range steps {
		switch node := place.(type) {
		case *Object:
			if s.isIndex || node == nil || node.index(s.key) < 0 {
				return false
			}
			place, _ = node.Get(s.key)
		case Array:
			if !s.isIndex || s.index >= len(node) {
				return false
			}
			place = node[s.index]
		default:
			return false
		}
	}
	return true
}

// existing lists the keys there are.
func existing(o *Object) string {
	keys := o.Keys()
	if len(keys) == 0 {
		return ", it is empty"
	}
	if len(keys) > maxNamedKeys {
		return fmt.Sprintf(", it has %s and %d more", strings.Join(keys[:maxNamedKeys], ", "), len(keys)-maxNamedKeys)
	}
	return ", it has " + strings.Join(keys, ", ")
}

// kindOf names the JSON type of a value that is neither object nor list, with its article.
func kindOf(v Value) string {
	switch v.(type) {
	case nil, *Object: // a nil object prints as null
		return "null"
	case bool:
		return "a boolean"
	case string:
		return "a string"
	default:
		return "a number"
	}
}

// distance counts the insertions, deletions, replacements and swaps of neighbours that turn a into b.
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	if len(from) > maxDistanceLetter || len(to) > maxDistanceLetter {
		return maxDistanceLetter
	}
	before, previous, current := make([]int, len(to)+1), make([]int, len(to)+1), make([]int, len(to)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := 1; i <= len(from); i++ {
		current[0] = i
		for j := 1; j <= len(to); j++ {
			cost := 1
			if from[i-1] == to[j-1] {
				cost = 0
			}
			current[j] = min(previous[j]+1, current[j-1]+1, previous[j-1]+cost)
			if i > 1 && j > 1 && from[i-1] == to[j-2] && from[i-2] == to[j-1] {
				current[j] = min(current[j], before[j-2]+1)
			}
		}
		before, previous, current = previous, current, before
	}
	return previous[len(to)]
}
