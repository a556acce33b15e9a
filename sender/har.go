package sender

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/annohook/annohook/payloads"
)

// Exchange is one finished attempt as an export shows it.
type Exchange struct {
	StartedAt time.Time
	Duration  time.Duration
	Request   RequestRecord
	Body      []byte         // of the request
	Reply     payloads.Reply // Status 0: none came
	Comment   string         // for example "attempt 2 of delivery …"
}

// HAR returns an HTTP archive, version 1.2 (w3c.github.io/web-performance/specs/HAR), of attempts in the order given. creator and version
// name the program that made it. A failure of the exchange is in the field _error of the response, where browsers look for it.
func HAR(creator, version string, exchanges ...Exchange) ([]byte, error) {
	entries := make([]harEntry, len(exchanges))
	for i, x := range exchanges {
		entries[i] = newHAREntry(x)
	}
	return json.MarshalIndent(harFile{Log: harLog{
		Version: "1.2",
		Creator: harCreator{Name: creator, Version: version},
		Entries: entries,
	}}, "", "  ")
}

type harFile struct {
	Log harLog `json:"log"`
}

type harLog struct {
	Version string     `json:"version"`
	Creator harCreator `json:"creator"`
	Entries []harEntry `json:"entries"`
}

type harCreator struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type harEntry struct {
	Started  string      `json:"startedDateTime"`
	Time     float64     `json:"time"` // milliseconds
	Request  harRequest  `json:"request"`
	Response harResponse `json:"response"`
	Cache    struct{}    `json:"cache"`
	Timings  harTimings  `json:"timings"`
	Comment  string      `json:"comment,omitempty"`
}

type harRequest struct {
	Method      string       `json:"method"`
	URL         string       `json:"url"`
	HTTPVersion string       `json:"httpVersion"`
	Cookies     []harField   `json:"cookies"`
	Headers     []harField   `json:"headers"`
	Query       []harField   `json:"queryString"`
	PostData    *harPostData `json:"postData,omitempty"`
	HeadersSize int          `json:"headersSize"`
	BodySize    int          `json:"bodySize"`
}

type harResponse struct {
	Status      int        `json:"status"`
	StatusText  string     `json:"statusText"`
	HTTPVersion string     `json:"httpVersion"`
	Cookies     []harField `json:"cookies"`
	Headers     []harField `json:"headers"`
	Content     harContent `json:"content"`
	RedirectURL string     `json:"redirectURL"`
	HeadersSize int        `json:"headersSize"`
	BodySize    int        `json:"bodySize"`
	Error       string     `json:"_error,omitempty"`
}

type harField struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type harPostData struct {
	MimeType string `json:"mimeType"`
	Text     string `json:"text"`
	Encoding string `json:"encoding,omitempty"`
}

type harContent struct {
	Size     int    `json:"size"`
	MimeType string `json:"mimeType"`
	Text     string `json:"text,omitempty"`
	Encoding string `json:"encoding,omitempty"`
	Comment  string `json:"comment,omitempty"`
}

type harTimings struct {
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

func newHAREntry(x Exchange) harEntry {
	millis := float64(x.Duration) / float64(time.Millisecond)
	return harEntry{
		Started:  x.StartedAt.UTC().Format(time.RFC3339Nano),
		Time:     millis,
		Request:  newHARRequest(x.Request, x.Body),
		Response: newHARResponse(x.Reply),
		Timings:  harTimings{Wait: millis}, // one number is measured, the whole; the format wants its parts
		Comment:  x.Comment,
	}
}

// The sizes of headers and of bodies on the wire are not measured; -1 says so in this format.
const harUnknown = -1

func newHARRequest(r RequestRecord, body []byte) harRequest {
	out := harRequest{
		Method:      r.Method,
		URL:         r.URL,
		HTTPVersion: "HTTP/1.1",
		Cookies:     []harField{},
		Headers:     harFields(r.Header),
		Query:       harQuery(r.URL),
		HeadersSize: harUnknown,
		BodySize:    len(body),
	}
	if len(body) > 0 {
		text, encoding := harText(body)
		out.PostData = &harPostData{MimeType: r.Header.Get("Content-Type"), Text: text, Encoding: encoding}
	}
	return out
}

func newHARResponse(r payloads.Reply) harResponse {
	content := harContent{Size: len(r.Body), MimeType: r.Header.Get("Content-Type")}
	content.Text, content.Encoding = harText(r.Body)
	if r.Truncated {
		content.Comment = "only the beginning was kept"
	}
	return harResponse{
		Status:      r.Status,
		StatusText:  http.StatusText(r.Status),
		HTTPVersion: "HTTP/1.1",
		Cookies:     []harField{},
		Headers:     harFields(r.Header),
		Content:     content,
		RedirectURL: r.Header.Get("Location"),
		HeadersSize: harUnknown,
		BodySize:    harUnknown,
		Error:       r.Message,
	}
}

func harFields(h payloads.Header) []harField {
	out := make([]harField, len(h))
	for i, f := range h {
		out[i] = harField{Name: f.Name, Value: f.Value}
	}
	return out
}

func harQuery(raw string) []harField {
	out := []harField{}
	p, err := splitURL(raw)
	if err != nil {
		return out
	}
	for pair := range strings.SplitSeq(p.query, "&") { // not url.Values, which loses the order
		name, value, _ := strings.Cut(pair, "=")
		if name, err := url.QueryUnescape(name); err == nil && name != "" {
			if plain, err := url.QueryUnescape(value); err == nil {
				value = plain
			}
			out = append(out, harField{Name: name, Value: value})
		}
	}
	return out
}

// harText prints a body as text, or as base64 where it is none.
func harText(body []byte) (text, encoding string) {
	if utf8.Valid(body) {
		return string(body), ""
	}
	return base64.StdEncoding.EncodeToString(body), "base64"
}
