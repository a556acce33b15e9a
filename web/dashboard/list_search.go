package dashboard

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/sender/history/search"
)

// searched is what the address of the list asks for.
type searched struct {
	Text   string         // as it stands in the box
	Shown  string         // what the list shows: Text, or what it showed before where Text cannot be read
	Wrong  *wrongTerm     // nil: Text can be read
	Terms  []term         // of Shown
	Filter history.Filter // of Shown
	Cursor string
	Open   string // delivery beside the list; empty: none
	Moved  bool   // the address still says what was shown before, though Text can be read
}

// term is one term of a search as it was typed, so that "after:10m" goes on to mean the last ten minutes.
type term struct {
	Text      string
	Condition history.Condition
}

// wrongTerm is what cannot be read of a search, with what stands before and behind it.
type wrongTerm struct {
	Before, Term, After string
	At                  int // its first character, counted from 1; 0: it is about all of the text
	Problem             string
	Without             string // link to the search without the term
}

// readSearch reads the address. Parameters it does not know are passed over, so that a link from elsewhere still leads somewhere.
func (d *dashboard) readSearch(v url.Values) searched {
	s := searched{Text: asked(v), Cursor: v.Get("cursor"), Open: v.Get("open")}
	var err error
	if s.Terms, err = d.terms(s.Text); err != nil {
		s.Wrong = newWrong(s.Text, err)
		if s.Terms, err = d.terms(v.Get("was")); err == nil {
			s.Shown = v.Get("was")
		}
	} else {
		s.Shown, s.Moved = s.Text, v.Has("was")
	}
	s.Filter = filterOf(s.Terms)
	return s
}

// asked is the search of an address: what was typed, and the filters by name of older links.
func asked(v url.Values) string {
	text := strings.TrimSpace(v.Get("q"))
	for _, c := range conditions(history.Query{
		Platform: v.Get("platform"), SubscriptionID: v.Get("subscription"), Type: v.Get("type"), Status: history.Status(v.Get("status")), EventID: v.Get("event"),
	}) {
		text = strings.TrimSpace(text + " " + c.String())
	}
	return text
}

// oldFilters are a query's own fields by the name of their parameter, which is that of their field.
func oldFilters(q history.Query) map[string]string {
	return map[string]string{
		"platform": q.Platform, "subscription": q.SubscriptionID, "type": q.Type, "status": string(q.Status), "event": q.EventID,
	}
}

// conditions are a query's own fields as conditions, in one order.
func conditions(q history.Query) history.Filter {
	var list history.Filter
	filters := oldFilters(q)
	for _, f := range []history.Field{history.FieldPlatform, history.FieldStatus, history.FieldType, history.FieldSubscription, history.FieldEvent} {
		if word := filters[string(f)]; word != "" {
			list = append(list, history.Condition{Field: f, Any: []history.Value{{Text: word}}})
		}
	}
	return list
}

// terms reads a search term by term. The shortest beginning that can be read is one term: what is cut within quotes cannot.
func (d *dashboard) terms(text string) ([]term, error) {
	parser, now := search.Parser{Platforms: d.registry.IDs()}, d.now()
	if _, err := parser.Parse(text, now); err != nil {
		return nil, err
	}
	var list []term
	for rest := skipSpace(text); rest != ""; {
		end := toSpace(rest, 0)
		filter, err := parser.Parse(rest[:end], now)
		for err != nil && end < len(rest) {
			end = toSpace(rest, end+len(rest[end:])-len(skipSpace(rest[end:])))
			filter, err = parser.Parse(rest[:end], now)
		}
		if err != nil {
			return nil, err
		}
		for _, c := range filter {
			list = append(list, term{Text: rest[:end], Condition: c})
		}
		rest = skipSpace(rest[end:])
	}
	return list, nil
}

func skipSpace(text string) string { return strings.TrimLeftFunc(text, unicode.IsSpace) }

// toSpace is where the first space from a place on is, or the end.
func toSpace(text string, from int) int {
	if i := strings.IndexFunc(text[from:], unicode.IsSpace); i >= 0 {
		return from + i
	}
	return len(text)
}

func filterOf(terms []term) history.Filter {
	var f history.Filter
	for _, t := range terms {
		f = append(f, t.Condition)
	}
	return f
}

// newWrong takes a search apart around what cannot be read.
func newWrong(text string, err error) *wrongTerm {
	w := &wrongTerm{Problem: err.Error()}
	fault, ok := errors.AsType[*search.Error](err)
	if !ok {
		return w
	}
	before, rest := text, ""
	at := 1
	for i := range text {
		if at == fault.At {
			before, rest = text[:i], text[i:]
			break
		}
		at++
	}
	after, found := strings.CutPrefix(rest, fault.Term)
	if !found {
		return w
	}
	w.Before, w.Term, w.After, w.At, w.Problem = before, fault.Term, after, fault.At, fault.Problem
	w.Without = searched{}.address(strings.TrimSpace(strings.TrimSpace(before)+" "+strings.TrimSpace(after)), "", "")
	return w
}

// replaced is the search with another term in the place of the one at index i; -1: behind the last; "": without it.
func (s searched) replaced(i int, text string) string {
	var texts []string
	for j, t := range s.Terms {
		switch {
		case j != i:
			texts = append(texts, t.Text)
		case text != "":
			texts = append(texts, text)
		}
	}
	if i < 0 && text != "" {
		texts = append(texts, text)
	}
	return strings.Join(texts, " ")
}

// first is the index of the first term that the test passes, or -1.
func (s searched) first(test func(history.Condition) bool) int {
	return slices.IndexFunc(s.Terms, func(t term) bool { return !t.Condition.Not && test(t.Condition) })
}

// address leads to the list with a search, at an older page and with a delivery beside it where these are not empty.
func (searched) address(text, cursor, open string) string {
	v := url.Values{}
	for name, value := range map[string]string{"q": text, "cursor": cursor, "open": open} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if len(v) == 0 {
		return "/deliveries"
	}
	return "/deliveries?" + v.Encode()
}
