package labelstudio

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// userAgent names the version of the library that the 1.22 server pins (poetry.lock of the fork, 32b43996).
const userAgent = "python-requests/2.32.4"

// sign returns the header of Python's requests. Nothing is signed: no secret, no time, no id stands in header or body. Custom fields
// follow the library's rule: one that the library has too takes its place, in the custom spelling; the content type is added at the end
// unless a custom one exists.
func sign(_ payloads.Message, stamp payloads.Stamp) (payloads.Signed, error) {
	h := payloads.H("User-Agent", userAgent, "Accept-Encoding", "gzip, deflate", "Accept", "*/*", "Connection", "keep-alive")
	for _, f := range customHeaders(stamp.Subscription) {
		name := http.CanonicalHeaderKey(f.Name)
		if name == "Host" || name == "Content-Length" {
			continue // the sender's own, as the length is the library's
		}
		h = h.With(payloads.Field{Name: f.Name, Value: f.Value, Secret: authenticates(name)})
	}
	if h.Get("Content-Type") == "" {
		h = h.With(payloads.Field{Name: "Content-Type", Value: "application/json"})
	}
	return payloads.Signed{Header: h}, nil
}

// customHeaders returns the custom fields in stored order: as given, or by length of the name where PostgreSQL keeps them as jsonb.
func customHeaders(s subscriptions.Subscription) subscriptions.Headers {
	if s.Profile == profileDocumented || !s.Quirk(quirkPostgreSQL, false) {
		return s.Headers
	}
	sorted := slices.Clone(s.Headers)
	slices.SortStableFunc(sorted, func(a, b subscriptions.Header) int { return byLength(a.Name, b.Name) })
	return sorted
}

// authenticates reports whether a field, by its canonical name, carries credentials.
func authenticates(name string) bool {
	return name == "Authorization" || name == "Proxy-Authorization" || name == "Cookie"
}

// newNativeID numbers webhooks as the database does: n is the count of webhooks there ever were, plus one.
func newNativeID(_ [16]byte, _ time.Time, n int64) string { return strconv.FormatInt(n, 10) }
