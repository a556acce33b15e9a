package labelstudio_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/annohook/annohook/payloads"
)

// TestAFullOrAbsentCore: both are told as such, to be tried again, and nothing of the cause.
func TestAFullOrAbsentCore(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		broken error
		want   string
	}{
		{fmt.Errorf("act: %w", payloads.ErrBusy), "429 Request was throttled. Expected available in 1 second."},
		{fmt.Errorf("dial user:pass@host: %w", payloads.ErrUnavailable), "503 Service temporarily unavailable, try again later."},
		{fmt.Errorf("dial user:pass@host: %w", context.DeadlineExceeded), "503 Service temporarily unavailable, try again later."},
	} {
		h := newHost(t, "1.22")
		h.broken = test.broken
		c := newClient(t, h)
		for _, request := range [][2]string{{"GET", hooks}, {"POST", hooks}, {"GET", projects}, {"POST", projects}} {
			a := c.do(request[0], request[1], `{"url":"http://localhost/x","project":1,"title":"xxx"}`)
			if got := told(c, a); got != test.want || a.header.Get("Retry-After") != "1" {
				t.Errorf("%v %v: %s, Retry-After %q; want %s", test.broken, request, got, a.header.Get("Retry-After"), test.want)
			}
		}
	}
}
