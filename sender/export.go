package sender

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/annohook/annohook/payloads"
)

// maxInlineBody is how long a body may be to stand in a command line; Linux takes 128 KiB per argument.
const maxInlineBody = 64 << 10

// Curl returns a POSIX shell command that sends the same request with curl: same method, header and body, and none of the fields curl would
// add by itself. Whatever the record holds is quoted, so the command is safe to paste. Masked values stay stars and must be filled in by
// the reader. Bodies that are not plain text, and very long ones, are piped in as base64.
func Curl(req RequestRecord, body []byte) string {
	var b strings.Builder
	inline := len(body) <= maxInlineBody && plainBody(body)
	if !inline {
		b.WriteString("printf %s " + shellQuote(base64.StdEncoding.EncodeToString(body)) + " | base64 -d | ")
	}
	// --globoff and --path-as-is keep curl from reading meaning into the URL.
	b.WriteString("curl --http1.1 --globoff --path-as-is -X " + shellQuote(req.Method) + " " + shellQuote(req.URL))
	option := func(s string) { b.WriteString(" \\\n  " + s) }
	for _, f := range req.Header {
		switch {
		case strings.EqualFold(f.Name, "Content-Length"):
		case strings.EqualFold(f.Name, "Host") && f.Value == hostOf(req.URL):
		case f.Value == "":
			option("-H " + shellQuote(f.Name+";")) // curl's way to say: present and empty
		default:
			option("-H " + shellQuote(f.Name+": "+f.Value))
		}
	}
	for _, name := range []string{"User-Agent", "Accept", "Content-Type", "Expect"} {
		if !hasField(req, name) {
			option("-H " + shellQuote(name+":")) // curl's way to say: absent
		}
	}
	switch {
	case !inline:
		option("--data-binary @-")
	case len(body) > 0 || expectsBody(req.Method):
		// --data-raw: a body that begins with @ names no file.
		option("--data-raw " + shellQuote(string(body)))
	}
	return b.String()
}

func hasField(req RequestRecord, name string) bool {
	return slices.ContainsFunc(req.Header, func(f payloads.Field) bool { return strings.EqualFold(f.Name, name) })
}

// hostOf is the Host field that programs send for the URL of a record; "" where it is none.
func hostOf(raw string) string {
	t, err := recordedTarget(raw)
	if err != nil {
		return ""
	}
	return t.host
}

// recordedTarget reads the URL of a record, which shows what went over the wire: path and query are taken as they are.
func recordedTarget(raw string) (target, error) {
	p, err := splitURL(raw)
	if err != nil {
		return target{}, err
	}
	t, err := writtenTarget(p)
	t.uri = originForm(payloads.PercentEncode(p.path, ""), payloads.PercentEncode(p.query, ""), p.hasQuery)
	return t, err
}

// plainBody reports text that survives a terminal and a shell argument: UTF-8 without control characters but tab and line feed.
func plainBody(body []byte) bool {
	if !utf8.Valid(body) {
		return false
	}
	return !bytes.ContainsFunc(body, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f })
}

// shellQuote makes one POSIX shell word of any text without NUL. Control characters other than tab and line feed cannot be part of the
// fields and URLs it is used for; should one be, it is dropped, since a terminal would act on it when the command is shown.
func shellQuote(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, s)
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// RawHTTP returns the request as an HTTP/1.1 message: request line, header, empty line, body. Masked values stay stars. Line breaks inside
// a value, which no request that was sent can hold, become spaces.
func RawHTTP(req RequestRecord, body []byte) []byte {
	var b bytes.Buffer
	line := func(parts ...string) {
		for _, p := range parts {
			b.WriteString(strings.NewReplacer("\r", " ", "\n", " ").Replace(p))
		}
		b.WriteString("\r\n")
	}
	uri := "/"
	if t, err := recordedTarget(req.URL); err == nil {
		uri = t.uri
	}
	line(req.Method, " ", uri, " HTTP/1.1")
	if host := hostOf(req.URL); host != "" && !hasField(req, "Host") {
		line("Host: ", host)
	}
	for _, f := range req.Header {
		line(f.Name, ": ", f.Value)
	}
	if !hasField(req, "Content-Length") && (len(body) > 0 || expectsBody(req.Method)) {
		line("Content-Length: ", strconv.Itoa(len(body)))
	}
	b.WriteString("\r\n")
	b.Write(body)
	return b.Bytes()
}
