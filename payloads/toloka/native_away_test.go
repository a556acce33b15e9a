package toloka_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/annohook/annohook/payloads"
)

// TestAFullOrAbsentCore: both are told in words that toloka-kit tries again at, and nothing of the cause.
func TestAFullOrAbsentCore(t *testing.T) {
	for _, test := range []struct {
		fail   error
		status int
		code   string
	}{
		{fmt.Errorf("act: %w", payloads.ErrBusy), http.StatusTooManyRequests, "TOO_MANY_REQUESTS"},
		{fmt.Errorf("redis: %w", payloads.ErrUnavailable), http.StatusServiceUnavailable, "REMOTE_SERVICE_UNAVAILABLE"},
		{fmt.Errorf("redis: %w", io.EOF), http.StatusServiceUnavailable, "REMOTE_SERVICE_UNAVAILABLE"},
	} {
		for _, path := range []string{hooks, "/api/v1/pools/1", "/api/v1/assignments/1"} {
			r := newRig(t)
			r.host.fail = test.fail
			answer := r.want(test.status, "GET", path, "")
			wellFormed(t, answer)
			if at(answer, "code") != test.code || strings.Contains(show(answer), "redis") {
				t.Errorf("%v at %s: %s", test.fail, path, show(answer))
			}
		}
	}
}
