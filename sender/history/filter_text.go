package history

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// keyed matches a word that the search language would take for a key and its value.
var keyed = regexp.MustCompile(`^[a-zA-Z_]+:`)

// NoneWord stands for "has none" where a field may be empty.
const NoneWord = "none"

// String prints the filter in the search language, in one form for each meaning of a condition; package search reads it back.
func (f Filter) String() string {
	terms := make([]string, len(f))
	for i, c := range f {
		terms[i] = c.String()
	}
	return strings.Join(terms, " ")
}

// String prints one condition.
func (c Condition) String() string {
	var b strings.Builder
	if c.Not {
		b.WriteByte('-')
	}
	switch c.Field {
	case FieldText:
		for _, v := range c.Any {
			b.WriteString(quoteText(v.Text))
		}
		return b.String()
	case FieldCreated:
		for _, v := range c.Any {
			b.WriteString(v.moment())
		}
		return b.String()
	default:
	}
	b.WriteString(string(c.Field) + ":")
	for i, v := range c.Any {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(v.text(c.Field))
	}
	return b.String()
}

// moment prints the bound of a time of creation.
func (v Value) moment() string {
	if v.To == Highest {
		return "after:" + time.UnixMicro(v.From).UTC().Format(time.RFC3339Nano)
	}
	return "before:" + time.UnixMicro(v.To+1).UTC().Format(time.RFC3339Nano)
}

func (v Value) text(f Field) string {
	switch f {
	case FieldAttempt:
		return v.numbers(0, func(n int64) string { return strconv.FormatInt(n, 10) })
	case FieldCode:
		return v.numbers(1, func(n int64) string { return strconv.FormatInt(n, 10) })
	case FieldLatency:
		return v.numbers(1, func(n int64) string { return time.Duration(n).String() })
	default:
		return v.word(f)
	}
}

// numbers prints a range; floor is the lowest number that is not "none".
func (v Value) numbers(floor int64, number func(int64) string) string {
	switch {
	case floor > 0 && v.From == 0 && v.To == 0:
		return NoneWord
	case v.From == v.To:
		return number(v.From)
	case v.To == Highest:
		return ">=" + number(v.From)
	case v.From == floor:
		return "<=" + number(v.To)
	default:
		return number(v.From) + ".." + number(v.To)
	}
}

// word prints a word, in quotes where its bytes would mean something else.
func (v Value) word(f Field) string {
	if v.Glob == nil && v.Text == "" {
		return NoneWord
	}
	pieces := v.Glob
	if pieces == nil {
		pieces = []string{v.Text}
	}
	escaped := make([]string, len(pieces))
	quoted := v.Glob == nil && CanBeNone(f) && v.Text == NoneWord
	for i, p := range pieces {
		escaped[i] = strings.NewReplacer(`\`, `\\`, `"`, `\"`, `*`, `\*`).Replace(p)
		quoted = quoted || strings.Contains(p, ",") || strings.ContainsFunc(p, unicode.IsSpace)
	}
	text := strings.Join(escaped, "*")
	if quoted {
		return `"` + text + `"`
	}
	return text
}

// CanBeNone reports whether a field may be empty, so that the word none stands for that.
func CanBeNone(f Field) bool {
	switch f {
	case FieldError, FieldOutcome, FieldReason, FieldCode, FieldLatency:
		return true
	default:
		return false
	}
}

// quoteText prints free text, in quotes where it would be read as something else.
func quoteText(text string) string {
	first := strings.TrimPrefix(text, "-")
	bare := text != "" && first == text && text[0] != '"' && !strings.ContainsFunc(text, unicode.IsSpace) &&
		(!keyed.MatchString(text) || IsAddress(text))
	if bare || text == "-" {
		return text
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// IsAddress reports whether a word with a colon is an address ("http://…") and not a key with its value.
func IsAddress(word string) bool {
	_, rest, found := strings.Cut(word, ":")
	return found && strings.HasPrefix(rest, "//")
}
