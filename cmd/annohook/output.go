package main

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode"
	"unicode/utf8"
)

// The output formats.
const (
	formatText  = "text"
	formatJSON  = "json"
	formatJSONL = "jsonl"
)

func formats() []string { return []string{formatText, formatJSON, formatJSONL} }

func checkFormat(format string) error {
	if !slices.Contains(formats(), format) {
		return &usageError{fmt.Sprintf("--output: %q is not one of: %s", format, strings.Join(formats(), ", "))}
	}
	return nil
}

// show prints one value: as JSON, or by text.
func (p *process) show(v any, text func(w io.Writer) error) error {
	if p.output == formatText {
		return text(p.out)
	}
	return p.encode(v, p.output == formatJSON)
}

// encode prints v as JSON, spread over lines or in one.
func (p *process) encode(v any, indent bool) error {
	enc := json.NewEncoder(p.out)
	enc.SetEscapeHTML(false)
	if indent {
		enc.SetIndent("", "  ")
	}
	return enc.Encode(v)
}

// showList prints items: a table, one JSON array, or one JSON value a line.
func showList[T any](p *process, items []T, header []string, row func(T) []string) error {
	switch p.output {
	case formatJSON:
		if items == nil {
			items = []T{}
		}
		return p.encode(items, true)
	case formatJSONL:
		for _, item := range items {
			if err := p.encode(item, false); err != nil {
				return err
			}
		}
		return nil
	default:
		rows := make([][]string, 0, len(items))
		for _, item := range items {
			rows = append(rows, row(item))
		}
		return table(p.out, header, rows)
	}
}

// table prints aligned columns; no rows print nothing but the header. Every row gets a cell for every column, the empty ones too, because a
// tabwriter begins to align anew where a row is shorter; the spaces at the ends of lines that come of it are cut off.
func table(w io.Writer, header []string, rows [][]string) error {
	columns := len(header)
	for _, row := range rows {
		columns = max(columns, len(row))
	}
	var b strings.Builder
	tw := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	line := func(cells []string) {
		_, _ = fmt.Fprint(tw, strings.Join(cells, "\t"), strings.Repeat("\t", columns-len(cells)), "\n") // a Builder takes everything
	}
	if header != nil {
		line(header)
	}
	for _, row := range rows {
		for i := range row {
			row[i] = visibleLine(row[i])
		}
		line(row)
	}
	_ = tw.Flush() // as above
	_, err := io.WriteString(w, trailing().ReplaceAllString(b.String(), ""))
	return err
}

// trailing are the spaces at the ends of lines.
func trailing() *regexp.Regexp { return regexp.MustCompile(`(?m) +$`) }

// visible shows control characters of text from outside instead of sending them to the terminal; line feeds and tabs stay.
func visible(text string) string {
	return escape(text, func(r rune) bool { return r == '\n' || r == '\t' })
}

// visibleLine is visible for one cell or line: line feeds and tabs are shown too.
func visibleLine(text string) string { return escape(text, func(rune) bool { return false }) }

func escape(text string, keep func(rune) bool) string {
	var b strings.Builder
	for i, r := range text {
		switch {
		case keep(r):
			b.WriteRune(r)
		case r == utf8.RuneError && !utf8.ValidString(text[i:i+1]):
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029':
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// plural is "1 attempt", "2 attempts".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if stem, ok := strings.CutSuffix(noun, "y"); ok {
		return fmt.Sprintf("%d %sies", n, stem)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
