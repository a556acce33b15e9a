package search

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/annohook/annohook/sender/history"
)

// Bounds of one query.
const (
	MaxBytes  = 1000 // of the text
	MaxTerms  = 40
	MaxValues = 40 // of one term
)

// Error says what is wrong with one term of a query.
type Error struct {
	Term    string // as it was given
	At      int    // its first character, counted from 1
	Problem string // what is wrong, and what is allowed
}

// Error implements error.
func (e *Error) Error() string {
	return fmt.Sprintf("%q at character %d: %s", e.Term, e.At, e.Problem)
}

// Parser reads queries. The zero Parser takes any word for a platform.
type Parser struct {
	Platforms []string // known ids; nil: not checked
}

// Parse reads a query with the zero Parser.
func Parse(text string, now time.Time) (history.Filter, error) { return Parser{}.Parse(text, now) }

// Parse reads a query; durations in it count back from now. An empty query is an empty filter. Its error is an [*Error], or one without a
// place for a query beyond the bounds.
func (p Parser) Parse(text string, now time.Time) (history.Filter, error) {
	if len(text) > MaxBytes {
		return nil, fmt.Errorf("a query of %d bytes is too long; at most %d are allowed", len(text), MaxBytes)
	}
	r := &reader{parser: p, text: text, now: now}
	var filter history.Filter
	for r.skipSpace(); r.at < len(r.text); r.skipSpace() {
		if len(filter) == MaxTerms {
			return nil, fmt.Errorf("at most %d terms are allowed", MaxTerms)
		}
		c, err := r.term()
		if err != nil {
			return nil, err
		}
		filter = append(filter, c)
	}
	return filter, nil
}

// reader walks over a query.
type reader struct {
	parser Parser
	text   string
	at     int
	start  int // of the present term
	now    time.Time
}

func (r *reader) rest() string { return r.text[r.at:] }

func (r *reader) skipSpace() {
	r.at = len(r.text) - len(strings.TrimLeftFunc(r.rest(), unicode.IsSpace))
}

// toSpace is the length of what lies before the next space.
func toSpace(text string) int {
	if end := strings.IndexFunc(text, unicode.IsSpace); end >= 0 {
		return end
	}
	return len(text)
}

// keyed matches a word with a key.
var keyed = regexp.MustCompile(`^([a-zA-Z_]+):`)

// term reads one term; there is at least one character.
func (r *reader) term() (history.Condition, error) {
	r.start = r.at
	var c history.Condition
	if word := r.rest()[:toSpace(r.rest())]; len(word) > 1 && word[0] == '-' {
		c.Not = true
		r.at++
	}
	word := r.rest()[:toSpace(r.rest())]
	key := keyed.FindStringSubmatch(word)
	switch {
	case word[0] == '"':
		text, err := r.quotedText()
		if err != nil {
			return c, err
		}
		c.Field, c.Any = history.FieldText, []history.Value{{Text: text}}
		return c, nil
	case key != nil && !history.IsAddress(word):
		r.at += len(key[0])
		err := r.condition(&c, strings.ToLower(key[1]))
		return c, err
	default:
		r.at += len(word)
		c.Field, c.Any = history.FieldText, []history.Value{{Text: word}}
		return c, nil
	}
}

// quotedText reads free text in quotes.
func (r *reader) quotedText() (string, error) {
	v, err := r.quoted(`\"`)
	if err != nil {
		return "", err
	}
	text := strings.Join(v.pieces, "*")
	if text == "" {
		return "", r.fault("there is nothing between the quotes")
	}
	if toSpace(r.rest()) > 0 {
		return "", r.fault(`a space must follow the closing quote; a quote within the text is written \"`)
	}
	return text, nil
}

// condition reads the values behind a key.
func (r *reader) condition(c *history.Condition, key string) error {
	read, ok := r.values(key, c)
	if !ok {
		return r.fault(fmt.Sprintf("unknown key %q%s; to look for this text, put it in quotes", key, r.allowed(key, keys())))
	}
	for {
		v, err := r.value()
		if err != nil {
			return err
		}
		if v.empty() {
			return r.fault(key + ": needs a value" + noneHint(c.Field))
		}
		value, err := read(v)
		if err != nil {
			return err
		}
		c.Any = append(c.Any, value)
		if !strings.HasPrefix(r.rest(), ",") {
			break
		}
		r.at++
		if c.Field == history.FieldCreated {
			return r.fault(key + ": takes one value")
		}
		if len(c.Any) == MaxValues {
			return r.fault(fmt.Sprintf("at most %d values are allowed", MaxValues))
		}
	}
	if toSpace(r.rest()) > 0 {
		return r.fault("a space or a comma must follow the closing quote")
	}
	return nil
}

func noneHint(f history.Field) string {
	if history.CanBeNone(f) {
		return "; " + history.NoneWord + " stands for none"
	}
	return ""
}

// raw is a value as it was given.
type raw struct {
	pieces []string // between stars; one piece: no star
	quoted bool
}

func (v raw) empty() bool { return len(v.pieces) == 1 && v.pieces[0] == "" }

// plain is the value where a star has no meaning.
func (v raw) plain() string { return strings.Join(v.pieces, "*") }

// value reads one value, up to a comma or a space where it is not in quotes.
func (r *reader) value() (raw, error) {
	if strings.HasPrefix(r.rest(), `"`) {
		return r.quoted(`\"*,`)
	}
	v := splitter{}
	for r.at < len(r.text) {
		char, size := utf8.DecodeRuneInString(r.rest())
		if char == ',' || unicode.IsSpace(char) {
			break
		}
		r.at += v.take(r.rest(), size, `\"*,`)
	}
	return raw{pieces: v.pieces()}, nil
}

// quoted reads what stands in quotes; a backslash before one of the escapes stands for that character.
func (r *reader) quoted(escapes string) (raw, error) {
	v := splitter{}
	r.at++
	for r.at < len(r.text) {
		if r.text[r.at] == '"' {
			r.at++
			return raw{pieces: v.pieces(), quoted: true}, nil
		}
		_, size := utf8.DecodeRuneInString(r.rest())
		r.at += v.take(r.rest(), size, escapes)
	}
	return raw{}, r.fault("the closing quote is missing")
}

// splitter collects characters and splits at stars that are not escaped; several in a row are one.
type splitter struct {
	done []string
	last strings.Builder
}

// take takes the next character of a text, size bytes long, or the escape that begins there, and returns how long it was.
func (s *splitter) take(text string, size int, escapes string) int {
	switch {
	case text[0] == '\\' && len(text) > 1 && strings.IndexByte(escapes, text[1]) >= 0:
		s.last.WriteByte(text[1])
		return 2
	case text[0] == '*' && strings.Contains(escapes, "*"):
		if s.last.Len() > 0 || len(s.done) == 0 {
			s.done = append(s.done, s.last.String())
			s.last.Reset()
		}
	default:
		s.last.WriteString(text[:size])
	}
	return size
}

func (s *splitter) pieces() []string { return append(s.done, s.last.String()) }

// fault is an error about the present term, which reaches to the next space at least.
func (r *reader) fault(problem string) error {
	end := max(r.at, r.start+toSpace(r.text[r.start:]))
	return &Error{Term: r.text[r.start:min(end, len(r.text))], At: utf8.RuneCountInString(r.text[:r.start]) + 1, Problem: problem}
}
