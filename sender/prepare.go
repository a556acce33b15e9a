package sender

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"golang.org/x/net/http/httpguts"

	"github.com/annohook/annohook/payloads"
)

// ErrPrepare is in the chain of every error of Sender.Prepare: the request could not be made, nothing was sent.
var ErrPrepare = errors.New("cannot prepare the request")

// Prepare stamps and signs one attempt of a message for the subscription in the stamp. It is pure: the same values give the same request.
// user:pass@ in the URL becomes a Basic Authorization field, at the end of the header or in the place of one that is there; where the
// platform's client is not known, the one that is there stays. The target itself is judged by Do, so that a subscription with an impossible
// URL ends as an attempt that was blocked.
func (s *Sender) Prepare(p payloads.Platform, m payloads.Message, stamp payloads.Stamp) (Request, error) {
	signed, err := p.Sign(m, stamp)
	if err != nil {
		return Request{}, fmt.Errorf("%w: sign: %w", ErrPrepare, err)
	}
	header := withUserinfo(markCredentials(signed.Header), p.Target, stamp.Subscription.URL)
	for _, f := range header {
		if !httpguts.ValidHeaderFieldName(f.Name) {
			return Request{}, fmt.Errorf("%w: header name %q is not a token of RFC 9110", ErrPrepare, f.Name)
		}
		if !httpguts.ValidHeaderFieldValue(f.Value) {
			return Request{}, fmt.Errorf("%w: the value of header %s holds control characters", ErrPrepare, f.Name)
		}
	}
	return Request{
		Method:    m.Method,
		URL:       stamp.Subscription.URL,
		Target:    p.Target,
		Header:    header,
		Body:      m.Body,
		Signature: signed.Signature,
		Policy:    p.Effective(stamp.Subscription),
	}, nil
}

// markCredentials marks the fields that carry a credential by their very definition, whoever put them there.
func markCredentials(h payloads.Header) payloads.Header {
	marked := slices.Clone(h)
	for i, f := range marked {
		switch http.CanonicalHeaderKey(f.Name) {
		case "Authorization", "Proxy-Authorization", "Cookie":
			marked[i].Secret = true
		}
	}
	return marked
}

// withUserinfo adds the Authorization field that clients make from user:pass@. It takes the place of one that the subscription has: all three
// clients that are known do so (requests auth.py, httpx _auth.py, axios lib/adapters/http.js; each tried).
func withUserinfo(h payloads.Header, rule payloads.TargetRule, raw string) payloads.Header {
	t, err := readTarget(rule, raw)
	if err != nil || t.basic == "" { // Do reports what is wrong with the URL
		return h
	}
	if rule == payloads.TargetAsWritten && h.Get("Authorization") != "" {
		return h
	}
	return h.With(payloads.Field{Name: "Authorization", Value: t.basic, Secret: true})
}

// Record returns the request as it may be shown: masked, with the URL, Host and Content-Length that go on the wire.
func (r Request) Record() RequestRecord {
	header := make(payloads.Header, 0, len(r.Header)+2)
	host, shown := r.Header.Get("Host"), MaskURL(r.URL)
	if t, err := readTarget(r.Target, r.URL); err == nil {
		shown = t.String()
		if host == "" {
			host = t.host
		}
	}
	if host != "" {
		header = append(header, payloads.Field{Name: "Host", Value: host})
	}
	for _, f := range maskHeader(r.Header) {
		if !framing(f.Name) {
			header = append(header, f)
		}
	}
	if len(r.Body) > 0 || expectsBody(r.Method) {
		header = append(header, payloads.Field{Name: "Content-Length", Value: strconv.Itoa(len(r.Body))})
	}
	return RequestRecord{Method: r.Method, URL: shown, Header: header}
}

// framing names the fields that belong to the connection: net/http writes them from the request itself. A second spelling of one of
// them would be a request-smuggling bug.
func framing(name string) bool {
	switch http.CanonicalHeaderKey(name) {
	case "Host", "Content-Length", "Transfer-Encoding", "Trailer":
		return true
	default:
		return false
	}
}

// expectsBody names the methods for which clients announce even an empty body.
func expectsBody(method string) bool {
	return method == http.MethodPost || method == http.MethodPut || method == http.MethodPatch
}

// headerMap prepares fields for net/http: as map keys, so that each keeps its spelling, and with nothing that net/http would add.
func headerMap(h payloads.Header) http.Header {
	out := make(http.Header, len(h)+1)
	// A present but empty User-Agent suppresses Go's own; a differently spelled one is then an ordinary field.
	out["User-Agent"] = nil
	for _, f := range h {
		if !framing(f.Name) {
			out[f.Name] = append(out[f.Name], f.Value)
		}
	}
	return out
}
