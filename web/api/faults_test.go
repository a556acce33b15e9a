package api_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/annohook/annohook/subscriptions"
	"github.com/annohook/annohook/web/api"
)

// broken is a store whose reads fail.
type broken struct {
	subscriptions.Store
	err error
}

func (b broken) List(context.Context) ([]subscriptions.Subscription, error) { return nil, b.err }

func TestAStoreThatDoesNotAnswerIsA503AndOtherFaultsA500(t *testing.T) {
	t.Parallel()
	refused := &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(10, 0, 0, 7), Port: 6379}, Err: errors.New("refused")}
	for _, c := range []struct {
		name     string
		err      error
		notReady bool
		want     int
	}{
		{"network", refused, false, http.StatusServiceUnavailable},
		{"own words of a store", errors.New("LOADING dataset of 10.0.0.7"), true, http.StatusServiceUnavailable},
		{"a fault", errors.New("index of 10.0.0.7 out of range"), false, http.StatusInternalServerError},
	} {
		r := newRig(t, func(o *api.Options) { o.Subscriptions = broken{o.Subscriptions, c.err} })
		if c.notReady {
			r.ready.Store(&c.err)
		}
		a := r.call("GET", "/api/v1/subscriptions", "")
		a.problem(c.want)
		if (a.header.Get("Retry-After") != "") != (c.want == http.StatusServiceUnavailable) || strings.Contains(string(a.body), "10.0.0.7") {
			t.Errorf("%s: %v %s", c.name, a.header, a.body)
		}
	}
}
