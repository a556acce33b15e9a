package dashboard

import (
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
)

// exchangeView is the request and the reply of one attempt, side by side.
type exchangeView struct {
	history.Attempt
	Made     bool // there is an attempt; otherwise the body alone is shown, as it will be sent
	Follows  bool // the newest is shown and will be replaced by the next
	Newest   string
	Tab      string
	Tabs     []tabLink
	Request  *messageView
	Reply    *messageView // nil: none came
	Before   int          // number of the attempt whose request is compared with; 0: none
	Differs  []string     // names of the fields that are not as they were then
	BodyLink string
	Stars    bool // values of the request are hidden
}

// messageView is a request or reply as the page shows it.
type messageView struct {
	Tab    string
	Line   string // method and URL, or the status
	Status int
	Fields []fieldView
	Body   bodyView
	Head   string // raw: everything before the body
	Hex    string // of the first bytes
	HexCut int    // bytes that Hex leaves out
	Link   string // where the whole body is
}

// fieldView is one header field.
type fieldView struct {
	Name, Value string
	Differs     bool // from the attempt before
}

// exchange prepares the attempt at index at; -1 is the body alone.
func exchange(s story, view choice, at int) exchangeView {
	v := exchangeView{
		Tab: view.Tab, Tabs: view.tabLinks(), Follows: view.Number == 0, Newest: view.link(0, ""),
		BodyLink: "/deliveries/" + url.PathEscape(s.ID) + "/body",
	}
	if at < 0 {
		v.Request = &messageView{Tab: view.Tab, Line: s.Method + " " + sender.MaskURL(s.URL), Body: newBody(s.Body, false), Link: v.BodyLink}
		v.Request.dump(s.Body)
		return v
	}
	v.Made, v.Attempt = true, s.Attempts[at]
	if r := v.Attempt.Request; r != nil {
		before := sentBefore(s.Attempts[:at])
		v.Request = requestView(*r, before, s.Body)
		v.Request.Link, v.Request.Tab = v.BodyLink, view.Tab
		if before != nil {
			v.Before = before.Number
		}
		for _, f := range v.Request.Fields {
			if f.Differs {
				v.Differs = append(v.Differs, f.Name)
			}
		}
		v.Stars = slices.ContainsFunc(r.Header, payloads.Field.Hidden)
	}
	if r := v.Attempt.Reply; r != nil && r.Status != 0 {
		v.Reply = replyView(*r)
		v.Reply.Tab = view.Tab
		v.Reply.Link = v.BodyLink + "/" + strconv.Itoa(v.Number)
	}
	return v
}

// sentBefore is the last attempt that went out; nil without one.
func sentBefore(attempts []history.Attempt) *history.Attempt {
	for i := range slices.Backward(attempts) {
		if attempts[i].Request != nil {
			return &attempts[i]
		}
	}
	return nil
}

func requestView(r sender.RequestRecord, before *history.Attempt, body []byte) *messageView {
	v := &messageView{Line: r.Method + " " + sender.MaskURL(r.URL), Body: newBody(body, false)}
	target := "/"
	if u, err := url.Parse(r.URL); err == nil {
		target = u.RequestURI()
	}
	head := []string{r.Method + " " + target + " HTTP/1.1"}
	for _, f := range r.Header {
		field := fieldView{Name: visible(f.Name), Value: fieldValue(f)}
		field.Differs = before != nil && before.Request.Header.Get(f.Name) != f.Value
		v.Fields = append(v.Fields, field)
		head = append(head, f.Name+": "+fieldValue(f))
	}
	v.Head = visible(strings.Join(head, "\n"))
	v.dump(body)
	return v
}

func replyView(r payloads.Reply) *messageView {
	v := &messageView{Line: strconv.Itoa(r.Status) + " " + http.StatusText(r.Status), Status: r.Status, Body: newBody(r.Body, r.Truncated)}
	head := []string{strings.TrimSpace(v.Line)}
	for _, f := range r.Header {
		v.Fields = append(v.Fields, fieldView{Name: visible(f.Name), Value: fieldValue(f)})
		head = append(head, f.Name+": "+fieldValue(f))
	}
	v.Head = visible(strings.Join(head, "\n"))
	v.dump(r.Body)
	return v
}

// dump adds the first bytes in hex.
func (v *messageView) dump(body []byte) {
	shown := body[:min(len(body), maxHexShown)]
	v.Hex, v.HexCut = hex.Dump(shown), len(body)-len(shown)
}
