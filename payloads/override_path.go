package payloads

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// MaxPathBytes bounds the length of an override's path.
const MaxPathBytes = 1000

// maxIndexDigits bounds an index in a path; no list of an event comes near it.
const maxIndexDigits = 9

// PathError says why a path of an override names no place in the event.
type PathError struct {
	Index       int      // which assignment, from 0
	Path        string   // as given
	Missing     string   // the shortest part of Path that does not exist; empty when the path cannot be read
	Reason      string   // what is wrong there, a few words
	Suggestions []string // existing paths that may have been meant, best first, at most 3
}

// Error tells path, reason and suggestions in one line.
func (e *PathError) Error() string {
	text := fmt.Sprintf("path %q: %s", e.Path, e.Reason)
	if len(e.Suggestions) > 0 {
		quoted := make([]string, len(e.Suggestions))
		for i, s := range e.Suggestions {
			quoted[i] = strconv.Quote(s)
		}
		text += "; did you mean " + strings.Join(quoted, " or ") + "?"
	}
	return text
}

// pathStep is one key or index of a path.
type pathStep struct {
	key     string
	index   int
	isIndex bool
}

// parsePath reads keys separated by points, indices in brackets, and keys in brackets as JSON strings where a key holds a point, a
// bracket or a quote, or is empty.
func parsePath(path string) ([]pathStep, *PathError) {
	fail := func(reason string) ([]pathStep, *PathError) {
		return nil, &PathError{Path: path, Reason: reason}
	}
	if path == "" {
		return fail("is empty")
	}
	if len(path) > MaxPathBytes {
		return nil, &PathError{Path: path[:40] + "…", Reason: fmt.Sprintf("is longer than %d bytes", MaxPathBytes)}
	}
	var steps []pathStep
	rest := path
	for rest != "" {
		var step pathStep
		var reason string
		switch {
		case rest[0] == '[':
			step, rest, reason = parseBracket(rest)
		case len(steps) == 0:
			step, rest, reason = parseKey(rest)
		case rest[0] == '.':
			step, rest, reason = parseKey(rest[1:])
		default:
			reason = fmt.Sprintf("expected a point or a bracket before %q", rest)
		}
		if reason != "" {
			return fail(reason)
		}
		steps = append(steps, step)
	}
	return steps, nil
}

func parseKey(text string) (step pathStep, rest, reason string) {
	end := strings.IndexAny(text, `.[]"`)
	if end < 0 {
		end = len(text)
	}
	switch {
	case end == 0:
		return step, "", "has an empty key; write [\"\"] if that is its name"
	case end < len(text) && (text[end] == ']' || text[end] == '"'):
		return step, "", fmt.Sprintf("key %q holds a bracket or a quote; write it as [\"…\"]", text)
	}
	return pathStep{key: text[:end]}, text[end:], ""
}

func parseBracket(text string) (step pathStep, rest, reason string) {
	if strings.HasPrefix(text, `["`) {
		return parseQuoted(text)
	}
	inner, rest, closed := strings.Cut(text[1:], "]")
	if !closed {
		return step, "", fmt.Sprintf("bracket is not closed at %q", text)
	}
	if inner == "" || len(inner) > maxIndexDigits || strings.Trim(inner, "0123456789") != "" {
		return step, "", fmt.Sprintf("index [%s] is not a number from 0 on", inner)
	}
	index, err := strconv.Atoi(inner)
	if err != nil {
		return step, "", fmt.Sprintf("index [%s] is not a number from 0 on", inner)
	}
	return pathStep{index: index, isIndex: true}, rest, ""
}

// parseQuoted reads ["key"] with the key as a JSON string.
func parseQuoted(text string) (step pathStep, rest, reason string) {
	for end := 2; end < len(text); end++ {
		switch text[end] {
		case '\\':
			end++
		case '"':
			if err := json.Unmarshal([]byte(text[1:end+1]), &step.key); err != nil {
				return step, "", text[1:end+1] + " is not a JSON string"
			}
			if end+1 >= len(text) || text[end+1] != ']' {
				return step, "", fmt.Sprintf("bracket is not closed at %q", text)
			}
			return step, text[end+2:], ""
		}
	}
	return step, "", fmt.Sprintf("quote is not closed at %q", text)
}

// PathKey is the path of a member of the object at path, as an Assignment takes it. The event itself is at "".
func PathKey(path, key string) string { return path + pathStep{key: key}.after(path != "") }

// PathItem is the path of an element of the list at path.
func PathItem(path string, i int) string { return path + pathStep{index: i, isIndex: true}.after(true) }

// printPath writes steps the way parsePath reads them.
func printPath(steps []pathStep) string {
	var b strings.Builder
	for _, s := range steps {
		b.WriteString(s.after(b.Len() > 0))
	}
	return b.String()
}

// after prints one step, with a point before a plain key when something precedes it.
func (s pathStep) after(something bool) string {
	if s.isIndex {
		return "[" + strconv.Itoa(s.index) + "]"
	}
	if s.key == "" || strings.ContainsAny(s.key, `.[]"`) {
		quoted, err := json.Marshal(s.key)
		if err != nil {
			return "[" + strconv.Quote(s.key) + "]" // cannot happen: every string has a JSON form
		}
		return "[" + string(quoted) + "]"
	}
	if something {
		return "." + s.key
	}
	return s.key
}
