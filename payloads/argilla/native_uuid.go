package argilla

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// parseUUID reads an id of a path as pydantic 2.9.2 does: with or without hyphens, in braces or behind urn:uuid:, in any case. It returns
// the usual form, or what is wrong in pydantic's words.
func parseUUID(text string) (id, wrong string) {
	inner, simple := text, true
	switch {
	case len(text) > 1 && strings.HasPrefix(text, "{") && strings.HasSuffix(text, "}"):
		inner, simple = text[1:len(text)-1], false
	case strings.HasPrefix(text, urnPrefix):
		inner, simple = text[len(urnPrefix):], false
	}
	const plain, hyphens = 32, 36
	if len(inner) == hyphens || (len(inner) == plain && simple) {
		if parsed, err := uuid.Parse(inner); err == nil {
			return parsed.String(), ""
		}
	}
	return "", "Input should be a valid UUID, " + wrongUUID(text, inner, simple)
}

const urnPrefix = "urn:uuid:"

// wrongUUID says what is wrong, first about characters, then about groups.
func wrongUUID(text, inner string, simple bool) string {
	offset := strings.Index(text, inner)
	var hyphens []int
	for i, c := range inner {
		switch {
		case c == '-':
			hyphens = append(hyphens, i)
		case !strings.ContainsRune("0123456789abcdefABCDEF", c):
			return fmt.Sprintf("invalid character: expected an optional prefix of `urn:uuid:` followed by [0-9a-fA-F-], found `%c` at %d", c, i+offset+1)
		}
	}
	groups := [...]int{8, 4, 4, 4, 12}
	switch {
	case len(hyphens) == 0 && simple:
		return fmt.Sprintf("invalid length: expected length 32 for simple format, found %d", len(text))
	case len(hyphens) != len(groups)-1:
		return fmt.Sprintf("invalid group count: expected %d, found %d", len(groups), len(hyphens)+1)
	}
	start := 0
	for i, length := range groups {
		end := len(inner)
		if i < len(hyphens) {
			end = hyphens[i]
		}
		if end-start != length || i == len(groups)-1 {
			return fmt.Sprintf("invalid group length in group %d: expected %d, found %d", i, length, end-start)
		}
		start = end + 1
	}
	return ""
}
