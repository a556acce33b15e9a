package argilla_test

import (
	"fmt"
	"net"
	"net/http"
	"testing"

	"github.com/annohook/annohook/payloads"
)

// TestAFullOrAbsentCore: both are told as such, to be tried again, and nothing of the cause.
func TestAFullOrAbsentCore(t *testing.T) {
	for _, test := range []struct {
		fails  error
		status int
		body   string
	}{
		{fmt.Errorf("act: %w (7 wait)", payloads.ErrBusy), http.StatusTooManyRequests, `{"detail":"too much is waiting already; try again in a moment"}`},
		{fmt.Errorf("read: %w", payloads.ErrUnavailable), http.StatusServiceUnavailable, `{"detail":"the store does not answer; try again"}`},
		{&net.OpError{Op: "dial", Err: net.UnknownNetworkError("at user:pass@host")}, http.StatusServiceUnavailable, `{"detail":"the store does not answer; try again"}`},
	} {
		h := newHost()
		h.fails = test.fails
		w := newAPI(h).ask(t, http.MethodPost, webhooks, `{"url":"http://h","events":["record.created"]}`)
		if got := w.Header().Get("Retry-After"); got != "1" {
			t.Errorf("%v: Retry-After %q", test.fails, got)
		}
		want(t, w, test.status, test.body)
	}
}
