package labelstudio

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
)

// acceptable refuses a request whose client wants no JSON, before anything else is looked at, credentials included.
func (c *call) acceptable() *problem {
	if format := c.query("format"); format != "" && format != "json" {
		return notFound("Not found.")
	}
	wanted, there := c.r.Header["Accept"]
	if !there {
		return nil
	}
	for kind := range strings.SplitSeq(strings.Join(wanted, ","), ",") {
		if isJSON(kind) {
			return nil
		}
	}
	return &problem{status: http.StatusNotAcceptable, detail: "Could not satisfy the request Accept header."}
}

// isJSON reports whether a media type, or a range of them, takes JSON in. Parameters do not matter.
func isJSON(kind string) bool {
	kind, _, _ = strings.Cut(kind, ";")
	whole, part, _ := strings.Cut(strings.ToLower(pythonStrip(kind)), "/")
	return (whole == "application" || whole == "*") && (part == "json" || part == "*")
}

// query returns the last value of a parameter of the query, "" without it.
func (c *call) query(name string) string {
	values := c.queryAll(name)
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// queryAll returns every value of a parameter. Python splits a query at & alone, and keeps a percent sign that escapes nothing.
func (c *call) queryAll(name string) []string {
	var values []string
	for pair := range strings.SplitSeq(c.r.URL.RawQuery, "&") {
		key, value, _ := strings.Cut(pair, "=")
		if pair != "" && unescape(strings.ReplaceAll(key, "+", " ")) == name {
			values = append(values, unescape(strings.ReplaceAll(value, "+", " ")))
		}
	}
	return values
}

func unescape(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if plain, err := url.PathUnescape(text[i:min(i+3, len(text))]); text[i] == '%' && err == nil {
			b.WriteString(plain)
			i += 2
			continue
		}
		b.WriteByte(text[i])
	}
	return strings.ToValidUTF8(b.String(), "\ufffd")
}

// location is the header that names what was created. Django writes it in Latin-1, and what Latin-1 lacks as an encoded word of RFC 2047.
func location(target string) string {
	latin := make([]byte, 0, len(target))
	for _, r := range target {
		if r < 0 || r > 0xff {
			return encodedWord(target)
		}
		latin = append(latin, byte(r))
	}
	return string(latin)
}

// encodedWord takes the shorter of both encodings and never folds.
func encodedWord(text string) string {
	encoded := "=?utf-8?b?" + base64.StdEncoding.EncodeToString([]byte(text)) + "?="
	if quoted := quotedWord(text); len(quoted) <= len(encoded) {
		return quoted
	}
	return encoded
}

func quotedWord(text string) string {
	const safe = "-!*+/ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	b.WriteString("=?utf-8?q?")
	for _, octet := range []byte(text) {
		switch {
		case octet == ' ':
			b.WriteByte('_')
		case strings.IndexByte(safe, octet) >= 0:
			b.WriteByte(octet)
		default:
			b.Write([]byte{'=', digits[octet>>4], digits[octet&0xf]})
		}
	}
	b.WriteString("?=")
	return b.String()
}

// encodedBody returns how the server calls the type of the request's body, and whether it reads it. A request that names none has
// text/plain, which is what the server of `label-studio start` puts there.
func encodedBody(h http.Header) (kind string, ok bool) {
	if kind = h.Get("Content-Type"); kind == "" && len(h["Content-Type"]) == 0 {
		kind = "text/plain"
	}
	return kind, isJSON(kind)
}
