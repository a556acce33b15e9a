package sender

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/annohook/annohook/payloads"
)

// ErrPrepare is in the chain of every error of Sender.Prepare: the request could not be made, nothing was sent.
var ErrPrepare = errors.New("cannot prepare the request")

// Prepare stamps and signs one attempt of a message for the subscription in the stamp. It is pure: the same values give the same request.
// user:pass@ in the URL becomes a Basic Authorization field at the end of the header, unless the header has one. The target itself is
// judged by Do, so that a subscription with an impossible URL ends as an attempt that was blocked.
func (s *Sender) Prepare(p payloads.Platform, m payloads.Message, stamp payloads.Stamp) (Request, error) {
	signed, err := p.Sign(m, stamp)
	if err != nil {
		return Request{}, fmt.Errorf("%w: sign: %w", ErrPrepare, err)
	}
	header := withUserinfo(markCredentials(signed.Header), stamp.Subscription.URL)
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

// withUserinfo appends the Authorization field that the platforms' clients make from user:pass@.
func withUserinfo(h payloads.Header, raw string) payloads.Header {
	u, err := url.Parse(raw)
	if err != nil || u.User == nil || u.User.String() == "" {
		return h
	}
	for _, f := range h {
		if strings.EqualFold(f.Name, "Authorization") {
			return h
		}
	}
	password, _ := u.User.Password()
	credential := base64.StdEncoding.EncodeToString([]byte(u.User.Username() + ":" + password))
	return append(slices.Clip(h), payloads.Field{Name: "Authorization", Value: "Basic " + credential, Secret: true})
}

// Record returns the request as it may be shown: masked, and with the Host and Content-Length that go on the wire.
func (r Request) Record() RequestRecord {
	header := make(payloads.Header, 0, len(r.Header)+2)
	host := r.Header.Get("Host")
	if u, err := url.Parse(r.URL); err == nil && host == "" {
		host = wireHost(u)
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
	return RequestRecord{Method: r.Method, URL: MaskURL(r.URL), Header: header}
}

// wireHost is the Host field for a URL: net/http prints the host as it stands, without an empty port and without an IPv6 zone.
func wireHost(u *url.URL) string {
	host := strings.TrimSuffix(u.Host, ":")
	if i := strings.LastIndexByte(host, '%'); i >= 0 && strings.HasPrefix(host, "[") {
		if j := strings.LastIndexByte(host, ']'); j > i {
			host = host[:i] + host[j:]
		}
	}
	return host
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
