package payloads_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"

	"github.com/annohook/annohook/payloads"
)

func TestProves(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		key, credential string
		want            bool
	}{
		{"", "", true}, {"", "any", true}, {"key", "key", true}, {"key", "", false}, {"key", "ke", false}, {"key", "keyy", false}, {"key", "KEY", false},
	} {
		if got := payloads.Proves(c.key, c.credential); got != c.want {
			t.Errorf("%q proves %q: %t", c.credential, c.key, got)
		}
	}
}

func TestUnavailable(t *testing.T) {
	t.Parallel()
	for _, err := range []error{payloads.ErrUnavailable, &net.OpError{Op: "dial", Err: errors.New("refused")}, context.DeadlineExceeded, net.ErrClosed} {
		if !payloads.Unavailable(fmt.Errorf("read: %w", err)) {
			t.Errorf("%v is not held for an absent store", err)
		}
	}
	for _, err := range []error{nil, errors.New("nonsense"), payloads.ErrBusy, context.Canceled} {
		if payloads.Unavailable(err) {
			t.Errorf("%v is held for an absent store", err)
		}
	}
}
