package dashboard

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of what is shown of a body. Sizes are in bytes.
const (
	maxShown       = 64 << 10
	maxHexShown    = 4 << 10
	maxPretty      = 1 << 20 // of the indented form
	maxPrettyDepth = 32      // deeper nesting is shown as it is; its indentation would outgrow it
)

// visible prints text so that every character can be seen and none acts on the page: control characters as their pictures or code
// points, direction and other invisible format characters as code points, broken UTF-8 as its bytes. Line feeds and tabs stay.
func visible(s string) string {
	if !strings.ContainsFunc(s, hidden) && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, "⟨%02X⟩", s[i])
		case !hidden(r):
			b.WriteRune(r)
		case r < ' ':
			b.WriteRune('\u2400' + r)
		case r == 0x7f:
			b.WriteRune('\u2421')
		default:
			fmt.Fprintf(&b, "⟨U+%04X⟩", r)
		}
		i += n
	}
	return b.String()
}

// hidden reports characters that cannot be seen or that change how others are shown.
func hidden(r rune) bool {
	switch r {
	case '\n', '\t', 0x200c, 0x200d: // the joiners are part of ordinary words and emoji
		return false
	case 0x2028, 0x2029:
		return true
	}
	return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r)
}

// bodyView is a body of a request or reply as a page shows it.
type bodyView struct {
	Size   int    // of the whole body as far as it is known
	Shown  int    // bytes of it that stand in Raw
	Raw    string // text, or a hex dump of a body that is no text
	Pretty string // indented JSON; empty: the body is none, or not all of it is there
	Binary bool
	Cut    bool // not all of it is shown
	Part   bool // not all of it was kept
}

// newBody prepares a body. part says that the body itself is only the beginning of what was received.
func newBody(body []byte, part bool) bodyView {
	v := bodyView{Size: len(body), Part: part}
	if !textual(body) {
		v.Binary = true
		v.Shown = min(len(body), maxHexShown)
		v.Raw = hex.Dump(body[:v.Shown])
		v.Cut = v.Shown < len(body)
		return v
	}
	shown := body
	if len(shown) > maxShown {
		shown = shown[:maxShown]
		for len(shown) > 0 && !utf8.RuneStart(body[len(shown)]) {
			shown = shown[:len(shown)-1]
		}
		v.Cut = true
	}
	v.Shown = len(shown)
	v.Raw = visible(string(shown))
	if !v.Cut && !part {
		v.Pretty = pretty(body)
	}
	return v
}

// textual reports UTF-8, or something with so few broken bytes that marks tell more than a hex dump.
func textual(body []byte) bool {
	if utf8.Valid(body) {
		return bytes.Count(body, []byte{0})*20 <= len(body)
	}
	broken := 0
	sample := body[:min(len(body), maxHexShown)]
	for i := 0; i < len(sample); {
		r, n := utf8.DecodeRune(sample[i:])
		if r == utf8.RuneError && n == 1 {
			broken++
		}
		i += n
	}
	return broken*20 <= len(sample)
}

// pretty indents JSON without touching its numbers, texts and key order; "" for anything else and for what would grow out of bounds.
func pretty(body []byte) string {
	trimmed := bytes.TrimSpace(body)
	if len(trimmed) == 0 || trimmed[0] != '{' && trimmed[0] != '[' || depth(trimmed) > maxPrettyDepth {
		return ""
	}
	var buf bytes.Buffer
	if err := json.Indent(&buf, trimmed, "", "  "); err != nil || buf.Len() > maxPretty {
		return ""
	}
	return visible(buf.String())
}

// depth is how deep brackets nest outside of texts.
func depth(body []byte) int {
	deepest, now, inText := 0, 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case inText && c == '\\':
			i++
		case c == '"':
			inText = !inText
		case inText:
		case c == '{' || c == '[':
			now++
			deepest = max(deepest, now)
		case c == '}' || c == ']':
			now--
		}
	}
	return deepest
}

// size prints a number of bytes.
func size(n int) string {
	switch {
	case n == 1:
		return "1 byte"
	case n < 1<<10:
		return fmt.Sprintf("%d bytes", n)
	case n < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	default:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
}
