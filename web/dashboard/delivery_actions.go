package dashboard

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
)

// replayMode is one way to send a delivery again.
type replayMode struct {
	Mode, Title, Text string
	Why               string // why it cannot be used now; empty: it can
}

// replayModes explains the ways to send a delivery again and why some cannot be used.
func replayModes(s story) []replayMode {
	modes := []replayMode{
		{
			Mode: scheduler.ReplayRetry, Title: "Send again",
			Text: "the same body bytes as a new delivery; time, message id and signature are made fresh, as in a retry of the platform",
		},
		{
			Mode: scheduler.ReplayNew, Title: "Send as new",
			Text: "the event happens once more: same content with new ids and times, so that a listener that knows repetitions takes it for another one",
		},
		{
			Mode: scheduler.ReplayVerbatim, Title: "Repeat verbatim",
			Text: "the identical request with its old time and signature, as somebody would who recorded it; a listener that looks at the age refuses it",
		},
	}
	for i := range modes {
		switch {
		case !s.Found:
			modes[i].Why = "its subscription does not exist any more"
		case s.Status == history.Collecting:
			modes[i].Why = "it is still collecting events"
		case modes[i].Mode == scheduler.ReplayVerbatim && !s.sent():
			modes[i].Why = "nothing was sent yet"
		}
	}
	return modes
}

// exportLink is one format for other tools.
type exportLink struct{ Format, Title, URL string }

func exports(s story) []exportLink {
	if !s.sent() {
		return nil
	}
	list := []exportLink{
		{Format: "curl", Title: "cURL"},
		{Format: "http", Title: "raw HTTP"},
		{Format: "har", Title: "HAR"},
		{Format: "go", Title: "Go test"},
		{Format: "pytest", Title: "pytest"},
	}
	for i, e := range list {
		list[i].URL = "/api/v1/deliveries/" + url.PathEscape(s.ID) + "/export?format=" + e.Format
	}
	return list
}

// maxLinkedBody bounds a body that travels in a link, in bytes; longer ones meet bounds of browsers and proxies.
const maxLinkedBody = 16 << 10

// editLink opens compose with what was sent. A body that cannot travel in a link is left out: the event is then chosen, and its content begins
// from the example.
func editLink(s story) string {
	if s.Status == history.Collecting {
		return ""
	}
	v := url.Values{"platform": {s.Summary.Platform}, "profile": {s.Profile}, "type": {s.EventType}}
	if s.Found {
		v.Set("subscription", s.SubscriptionID)
	}
	if len(s.Body) <= maxLinkedBody && utf8.Valid(s.Body) && !strings.ContainsRune(string(s.Body), '\r') {
		v.Set("body", string(s.Body))
	}
	return "/compose?" + v.Encode()
}

func (d *dashboard) replayDelivery(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	again, err := d.scheduler.Replay(r.Context(), r.PathValue("id"), r.PostForm.Get("mode"))
	if err != nil {
		return d.refuse(w, r, err)
	}
	http.Redirect(w, r, "/deliveries/"+url.PathEscape(again.ID), http.StatusSeeOther)
	return nil
}

func (d *dashboard) cancelDelivery(w http.ResponseWriter, r *http.Request) error {
	if err := d.scheduler.Cancel(r.Context(), r.PathValue("id")); err != nil {
		return d.refuse(w, r, err)
	}
	http.Redirect(w, r, "/deliveries/"+url.PathEscape(r.PathValue("id")), http.StatusSeeOther)
	return nil
}

// refuse shows the delivery with the reason why an action did not happen; what is no refusal stays an error.
func (d *dashboard) refuse(w http.ResponseWriter, r *http.Request, err error) error {
	f := explain(err, d.bodyLimit)
	if f.Status != http.StatusConflict && f.Status != http.StatusUnprocessableEntity {
		return err
	}
	return d.deliveryWith(w, r, f.Status, f.Text)
}
