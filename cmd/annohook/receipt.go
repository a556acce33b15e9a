package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/listener"
	"github.com/annohook/annohook/web/client"
)

// receiptView is one received request as JSON.
type receiptView struct {
	At       time.Time   `json:"at"`
	Platform string      `json:"platform"`
	Method   string      `json:"method"`
	Path     string      `json:"path"`
	Event    string      `json:"event"`
	Verified bool        `json:"verified"`
	Error    string      `json:"error,omitempty"`
	Steps    []step      `json:"steps"`
	Headers  [][2]string `json:"headers"`
	Body     client.Body `json:"body"`
	Answered int         `json:"answered"`
}

func viewReceipt(p payloads.Platform, r listener.Receipt) receiptView {
	view := receiptView{
		At: r.At, Platform: p.ID, Method: r.Method, Path: r.Path, Event: eventOf(p, r.Body), Verified: r.Verified, Error: r.Err,
		Steps: []step{}, Headers: r.RawHeader, Body: bodyOf(r.Body), Answered: r.Answered,
	}
	for _, s := range r.Steps {
		view.Steps = append(view.Steps, step{s.Name, s.Value})
	}
	if view.Headers == nil {
		for name, list := range r.Header {
			for _, value := range list {
				view.Headers = append(view.Headers, [2]string{name, value})
			}
		}
	}
	return view
}

// verdict is one or two words on the signature.
func verdict(p payloads.Platform, r listener.Receipt) string {
	switch {
	case r.Err != "":
		return "refused: " + r.Err
	case r.Verified && p.Verify == nil:
		return "verified (nothing is signed)"
	case r.Verified:
		return "verified"
	default:
		return "not verified (no secret)"
	}
}

// answered is the status, or that there was none.
func answered(r listener.Receipt) string {
	if r.Answered == 0 {
		return "broken off"
	}
	return strconv.Itoa(r.Answered)
}

// print shows a request in full, for people.
func (v receiptView) print(w io.Writer, verdict, answered string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s %s  %s  %s  answered %s\n", clock(v.At), v.Method, v.Path, v.Event, verdict, answered)
	for _, h := range v.Headers {
		b.WriteString("  " + h[0] + ": " + h[1] + "\n")
	}
	b.WriteString("\n  " + bodyText(v.Body) + "\n")
	for _, s := range v.Steps {
		b.WriteString("  ✓ " + s.Name + ": " + s.Value + "\n")
	}
	if v.Error != "" {
		b.WriteString("  ✗ " + v.Error + "\n")
	}
	_, err := io.WriteString(w, visible(b.String())+"\n")
	return err
}

func bodyText(b client.Body) string {
	if b.Text != nil {
		return *b.Text
	}
	return fmt.Sprintf("(%d bytes that are no text)", b.Size)
}

// maxEventDepth is how deep event names are looked for in a body.
const maxEventDepth = 4

// eventOf tells which event types a body names, by looking for their wire names from the outside in. It is for display only.
func eventOf(p payloads.Platform, body []byte) string {
	root, err := payloads.ParseValue(body)
	if err != nil {
		return "-"
	}
	names := map[string]bool{}
	for _, e := range p.Events {
		if e.Name != "" {
			names[e.Name] = true
		}
	}
	level := []payloads.Value{root}
	for range maxEventDepth {
		var found []string
		var next []payloads.Value
		for _, v := range level {
			for _, child := range children(v) {
				if text, ok := child.(string); ok && names[text] {
					found = append(found, text)
				}
				next = append(next, child)
			}
		}
		if len(found) > 0 {
			return counted(found)
		}
		level = next
	}
	return "-"
}

func children(v payloads.Value) []payloads.Value {
	switch t := v.(type) {
	case *payloads.Object:
		list := make([]payloads.Value, 0, t.Len())
		for _, m := range t.Members() {
			list = append(list, m.Value)
		}
		return list
	case payloads.Array:
		return t
	default:
		return nil
	}
}

// counted lists names in order of appearance, with their number where it is not one.
func counted(names []string) string {
	count := map[string]int{}
	var order []string
	for _, name := range names {
		if count[name]++; count[name] == 1 {
			order = append(order, name)
		}
	}
	for i, name := range order {
		if n := count[name]; n > 1 {
			order[i] = fmt.Sprintf("%s ×%d", name, n)
		}
	}
	return strings.Join(order, ", ")
}
