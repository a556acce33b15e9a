package labelstudio_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
)

// exchange is a request and what the real server answered.
type exchange struct {
	Method  string             `json:"method"`
	Path    string             `json:"path"`
	Headers map[string]*string `json:"headers"` // beside the usual ones; null takes one away; a character is a byte
	Body    *string            `json:"body"`
	Bytes   []byte             `json:"bytes"` // instead of Body

	Status       int     `json:"status"`
	Allow        string  `json:"allow"`
	Location     string  `json:"location"`
	Authenticate string  `json:"authenticate"`
	Type         *string `json:"type"` // application/json if nil
	Text         string  `json:"text"`
	Detail       string  `json:"detail"` // of an envelope, whose validation errors are Errors
	Errors       string  `json:"errors"`
}

// TestCapturedAnswers asks what the real server was asked, in the same order, and compares status, headers and every byte of the bodies.
func TestCapturedAnswers(t *testing.T) {
	t.Parallel()
	f, err := os.Open("testdata/captured/webhook-api.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h := newHost(t, "1.22")
	h.key = "KEY"
	c := newClient(t, h)
	lines := bufio.NewScanner(f)
	lines.Scan() // says what the file is
	n := 0
	for lines.Scan() {
		var e exchange
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		n++
		if diff := cmp.Diff(e.answer(t), e.ask(c)); diff != "" {
			t.Errorf("line %d, %s %s %.120s %v (-want +got):\n%s", n+1, e.Method, e.Path, e.body(), e.Headers, diff)
		}
	}
	if lines.Err() != nil || n < 500 {
		t.Errorf("%d exchanges, %v", n, lines.Err())
	}
}

func (e exchange) body() string {
	if e.Body != nil {
		return *e.Body
	}
	return string(e.Bytes)
}

// ask makes the request as the real server got it.
func (e exchange) ask(c *client) map[string]string {
	c = c.with("Authorization", "Token KEY", "Content-Type", "application/json")
	if e.Body == nil && e.Bytes == nil {
		c.header["Content-Type"] = nil
	}
	for name, value := range e.Headers {
		c.header[http.CanonicalHeaderKey(name)] = nil
		if value != nil {
			c.header.Set(name, latin(*value))
		} else if name == "Authorization" {
			c.header.Del(name)
		}
	}
	a := c.do(e.Method, e.Path, e.body())
	if e.Method == http.MethodHead {
		a.body = "" // which the HTTP server sees to
	}
	return seen(a.status, a.header.Get("Allow"), a.header.Get("Location"), a.header.Get("WWW-Authenticate"), a.header.Get("Content-Type"), a.body)
}

// answer is what the real server said.
func (e exchange) answer(t *testing.T) map[string]string {
	t.Helper()
	text, kind := e.Text, "application/json"
	if e.Type != nil {
		kind = *e.Type
	}
	if e.Errors != "" && e.Detail == "" {
		e.Detail = "Validation error"
	}
	if e.Detail != "" {
		text = `{"id":"U","status_code":` + strconv.Itoa(e.Status) + `,"version":"V","detail":` + quoted(t, e.Detail) + `,"exc_info":null`
		if e.Errors != "" {
			text += `,"validation_errors":` + e.Errors
		}
		text += "}"
	}
	return seen(e.Status, e.Allow, latin(e.Location), e.Authenticate, kind, text)
}

// quoted prints a string as the framework does, which is not quite as Go does.
func quoted(t *testing.T, s string) string {
	t.Helper()
	data, err := payloads.JSON(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// The parts of an answer that no two servers share.
var (
	envelopeID  = regexp.MustCompile(`"id":"[0-9a-f-]{36}"`)
	hookID      = regexp.MustCompile(`"id":[0-9]+`)
	answerTime  = regexp.MustCompile(`"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z"`)
	ourVersion  = regexp.MustCompile(`"version":"1\.22\.0"`)
	isErrorPage = regexp.MustCompile(`^text/html`)
)

// seen is an answer without what no two servers share, the text of a page of errors among it.
func seen(status int, allow, location, authenticate, kind, text string) map[string]string {
	for pattern, word := range map[*regexp.Regexp]string{envelopeID: `"id":"U"`, hookID: `"id":0`, answerTime: `"T"`, ourVersion: `"version":"V"`} {
		text = pattern.ReplaceAllLiteralString(text, word)
	}
	if isErrorPage.MatchString(kind) {
		text = "a page"
	}
	return map[string]string{
		"status": strconv.Itoa(status), "allow": allow, "location": location, "authenticate": authenticate, "type": kind, "text": text,
	}
}

// latin makes a byte of each character.
func latin(s string) string {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		out = append(out, byte(r))
	}
	return string(out)
}
