package sender

import (
	"bytes"
	"embed"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"unicode"
	"unicode/utf8"

	"github.com/annohook/annohook/payloads"
)

//go:embed exports
var exportFiles embed.FS

// GoTest returns a Go test file that sends the request again to a listener and wants a status from 200 to 299: the standard library alone,
// same method, path, header fields and body bytes. LISTENER_URL in its environment takes the place of the URL. about is one line that says
// where the request comes from. Masked values stay stars; the file says so where there are any.
func GoTest(about string, req RequestRecord, body []byte) ([]byte, error) {
	return exportTest("go.tmpl", about, req, goFields(req.Header), goBytes(body))
}

// Pytest returns a Python test of the same kind, for pytest or on its own: the standard library alone, Python 3.8 or later.
func Pytest(about string, req RequestRecord, body []byte) ([]byte, error) {
	return exportTest("pytest.tmpl", about, req, pythonFields(req.Header), pythonBytes(body))
}

// testFile is what the two templates print. All but About, Masked and NoAgent are literals of the language.
type testFile struct {
	About, Method, URL string
	Host               string // empty: that of the URL
	NoAgent            bool   // no field is spelled like the one that the library adds
	Fields             []testField
	Body               string
	Masked             []string // names of the fields whose values are stars
}

type testField struct{ Name, Value string }

func exportTest(name, about string, req RequestRecord, fields []testField, body string) ([]byte, error) {
	t := testFile{
		About: oneLine(about), Method: textLiteral(req.Method), URL: textLiteral(wireURL(req.URL)),
		NoAgent: !slices.ContainsFunc(req.Header, func(f payloads.Field) bool { return f.Name == "User-Agent" }),
		Fields:  fields, Body: body,
	}
	if host := req.Header.Get("Host"); host != "" && host != hostOf(req.URL) {
		t.Host = textLiteral(host)
	}
	for _, f := range req.Header {
		if f.Value != "" && strings.Trim(f.Value, "*") == "" {
			t.Masked = append(t.Masked, oneLine(f.Name))
		}
	}
	file, err := template.ParseFS(exportFiles, "exports/"+name)
	if err != nil {
		return nil, fmt.Errorf("read template: %w", err)
	}
	var buf bytes.Buffer
	if err := file.Execute(&buf, t); err != nil {
		return nil, fmt.Errorf("print test: %w", err)
	}
	return buf.Bytes(), nil
}

// wireURL is a URL as it goes over the wire, without user:pass@. A percent sign that begins no escape is escaped, because Go's library refuses
// it.
func wireURL(raw string) string {
	t, err := recordedTarget(raw)
	if err != nil {
		return MaskURL(raw)
	}
	return t.scheme + "://" + t.host + escapeStray(t.uri)
}

// textLiteral is a string literal that means the same in Go and in Python: no bytes that are not UTF-8, which the two escape differently.
func textLiteral(s string) string { return strconv.QuoteToASCII(strings.ToValidUTF8(s, "?")) }

// oneLine makes text fit into a comment.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f {
			return '?'
		}
		return r
	}, s)
}

// ownField reports fields that the HTTP library of either language writes itself.
func ownField(name string) bool {
	return strings.EqualFold(name, "Host") || strings.EqualFold(name, "Content-Length")
}

// goFields are the fields in their exact spelling; the values of one name stand together.
func goFields(header payloads.Header) []testField {
	var fields []testField
	at := map[string]int{}
	for _, f := range header {
		if ownField(f.Name) {
			continue
		}
		value := strconv.QuoteToASCII(f.Value)
		if i, ok := at[f.Name]; ok {
			fields[i].Value += ", " + value
			continue
		}
		at[f.Name] = len(fields)
		fields = append(fields, testField{strconv.QuoteToASCII(f.Name), value})
	}
	return fields
}

func pythonFields(header payloads.Header) []testField {
	var fields []testField
	for _, f := range header {
		if !ownField(f.Name) {
			fields = append(fields, testField{pythonBytes([]byte(f.Name)), pythonBytes([]byte(f.Value))})
		}
	}
	return fields
}

// goBytes is a string literal of the bytes: as they are between back quotes where that changes nothing and nothing in it acts on the reader.
func goBytes(body []byte) string {
	if plainBody(body) && !bytes.ContainsFunc(body, func(r rune) bool { return r == '`' || unicode.Is(unicode.Cf, r) }) {
		return "`" + string(body) + "`"
	}
	return strconv.QuoteToASCII(string(body))
}

// pythonBytes is a bytes literal.
func pythonBytes(body []byte) string {
	var b strings.Builder
	b.WriteString(`b"`)
	for _, c := range body {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c >= ' ' && c < utf8.RuneSelf && c != 0x7f:
			b.WriteByte(c)
		default:
			b.WriteString(`\x` + hex.EncodeToString([]byte{c}))
		}
	}
	return b.String() + `"`
}
