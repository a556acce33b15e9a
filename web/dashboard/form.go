package dashboard

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/annohook/annohook/payloads"
)

// errForm is a form or query that no page of ours makes.
var errForm = errors.New("the form cannot be read")

// readForm parses a posted form. Only the form encoding is taken: no page of ours sends files.
func readForm(r *http.Request) error {
	err := r.ParseForm()
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return err
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errForm, err)
	}
	return nil
}

// form is what stands in the fields of a form and what is wrong with it.
type form struct {
	Values   url.Values
	Problems []payloads.Problem
	Editing  bool // of something that exists; false: creating it
}

func (f *form) add(field, format string, args ...any) {
	f.Problems = append(f.Problems, payloads.Problem{Field: field, Message: fmt.Sprintf(format, args...)})
}

// text is the value of a field without the spaces around it.
func (f *form) text(name string) string { return strings.TrimSpace(f.Values.Get(name)) }

// Get is the value of a field as it was given.
func (f *form) Get(name string) string { return f.Values.Get(name) }

// Has reports whether a field has this value among its values.
func (f *form) Has(name, value string) bool { return slices.Contains(f.Values[name], value) }

// Wrong lists the messages about a field and everything below it: "retry.delays[1]" belongs to "retry".
func (f *form) Wrong(name string) []string {
	var list []string
	for _, p := range f.Problems {
		if baseField(p.Field) != name {
			continue
		}
		text := p.Message
		if p.Field != name {
			text = p.Field + ": " + text
		}
		list = append(list, text)
	}
	return list
}

// baseField is the first part of a path like "options.batch.window" or "events[0]".
func baseField(field string) string {
	if i := strings.IndexAny(field, ".["); i >= 0 {
		return field[:i]
	}
	return field
}

// input is one field of a form for the shared templates.
type input struct {
	Name, Label, Hint string
	Type              string // of the input element; empty: text
	Value             string
	Wrong             []string
	Rows              int // of a text area
	Optional          bool
}

// Input describes a line of text.
func (f *form) Input(name, label, hint string) input {
	return input{Name: name, Label: label, Hint: hint, Type: "text", Value: f.Get(name), Wrong: f.Wrong(name)}
}

// Hidden describes a line of text that is not readable while it is typed and never printed back.
func (f *form) Hidden(name, label, hint string) input {
	return input{Name: name, Label: label, Hint: hint, Type: "password", Wrong: f.Wrong(name)}
}

// Area describes several lines of text.
func (f *form) Area(name, label, hint string, rows int) input {
	return input{Name: name, Label: label, Hint: hint, Value: f.Get(name), Wrong: f.Wrong(name), Rows: rows}
}
