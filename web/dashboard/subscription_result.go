package dashboard

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
)

// testView is what became of a test send.
type testView struct {
	Delivery  history.Summary
	Elsewhere bool             // the page is not the subscription's own
	Attempt   *history.Attempt // nil: none ended yet
	Status    int              // of the reply; 0: none came
	Header    payloads.Header  // of the reply
	Body      bodyView         // of the reply
	Good      bool
	Look      []string // what to look at, where it failed
	Listen    string   // the command of a listener that would take it; empty: that would not help
	Port      string
}

// testResult reads the test send that the URL names; nil without one, or without one that belongs to this subscription ("" is any).
func (d *dashboard) testResult(r *http.Request, subscription string) (*testView, error) {
	id := r.URL.Query().Get("test")
	if id == "" || r.Method == http.MethodPost {
		return nil, nil //nolint:nilnil // no test, nothing to show
	}
	s, err := d.storyOf(r.Context(), id)
	if errors.Is(err, history.ErrNotFound) || err == nil && subscription != "" && s.SubscriptionID != subscription {
		return nil, nil //nolint:nilnil // a stale link; the page itself is right
	}
	if err != nil {
		return nil, fmt.Errorf("read test delivery: %w", err)
	}
	v := &testView{Delivery: s.Summary, Elsewhere: subscription == "", Good: s.Status == history.Succeeded}
	for i := range s.Attempts {
		if s.Attempts[i].Outcome != "" {
			v.Attempt = &s.Attempts[i]
		}
	}
	if v.Attempt == nil {
		return v, nil
	}
	v.Good = v.Good || v.Attempt.Outcome == payloads.OutcomeSucceeded
	if reply := v.Attempt.Reply; reply != nil && reply.Status != 0 {
		v.Status, v.Header, v.Body = reply.Status, reply.Header, newBody(reply.Body, reply.Truncated)
	}
	if !v.Good {
		v.advise(s)
	}
	return v, nil
}

// advise says what to look at after an attempt that failed.
func (v *testView) advise(s story) {
	a := *v.Attempt
	target, err := url.Parse(s.URL)
	if err != nil {
		target = &url.URL{}
	}
	switch {
	case a.Failure == payloads.FailureRefused:
		v.Look = append(v.Look, "Nothing accepts connections at "+target.Host+": is the listener running, and on this port?")
		v.listenAt(s, target)
	case v.Status == http.StatusUnauthorized || v.Status == http.StatusForbidden:
		v.Look = append(v.Look, refusedText(a))
	case v.Status == http.StatusNotFound || v.Status == http.StatusMethodNotAllowed:
		v.Look = append(v.Look, fmt.Sprintf("The listener runs, but does not take %s %s: compare path and method with its routes.", s.Method, orRoot(target.Path)))
	case v.Status >= http.StatusInternalServerError:
		v.Look = append(v.Look, "The listener got the request and failed itself: its own log says why. The answer below may, too.")
	case v.Status == http.StatusRequestEntityTooLarge:
		v.Look = append(v.Look, "The listener takes no body of "+size(s.BodyBytes)+": raise its limit.")
	case v.Status == http.StatusUnsupportedMediaType:
		v.Look = append(v.Look, "The listener does not take this content type: it must accept what the platform sends.")
	default:
		if text := hint(s, a); text != "" {
			v.Look = append(v.Look, text)
		}
	}
}

// refusedText explains a listener that wants another credential.
func refusedText(a history.Attempt) string {
	if a.Signature == nil {
		return "The listener wants a credential, and this request has no signature: add the header it looks for, or switch its check off."
	}
	text := "The listener did not accept the signature. Does it know the secret with fingerprint " + a.Signature.KeyFingerprint
	return text + ", and does it check the body as it came, before anything parses it? The delivery's page shows the exact signed string, and what common mistakes compute."
}

func orRoot(path string) string {
	if path == "" {
		return "/"
	}
	return path
}

// listenAt offers a listener of our own where the target is this machine.
func (v *testView) listenAt(s story, target *url.URL) {
	ip := net.ParseIP(target.Hostname())
	if target.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) || target.Scheme != "http" {
		return
	}
	v.Port = target.Port()
	if v.Port == "" {
		v.Port = "80"
	}
	v.Listen = "annohook listen --platform " + s.Summary.Platform + " --addr 127.0.0.1:" + v.Port
	if s.Sub.Secret != "" {
		v.Listen += ` --secret "$SECRET"`
	}
}
