package dashboard

import (
	"errors"
	"net/http"

	"github.com/annohook/annohook/scheduler"
)

// retryAfter is when a page that could not be shown is asked for again, in seconds.
const retryAfter = "3"

// troubled is the explanation of an error that the store's trouble caused.
func troubled(err error) (f failure, ok bool) {
	trouble, ok := errors.AsType[*scheduler.TroubleError](err)
	if !ok {
		return failure{}, false
	}
	return failure{Status: http.StatusServiceUnavailable, Text: sentence(trouble.Reason), Trouble: true}, true
}

// trouble is what every page tells while the store takes no events; "" while it does, and on pages that need no store.
func (d *dashboard) trouble(r *http.Request, page string) string {
	if page == "error" || page == "login" {
		return ""
	}
	return sentence(d.scheduler.Trouble(r.Context()))
}

// sentence gives a reason a capital letter; it has no full stop.
func sentence(reason string) string {
	if reason == "" || reason[0] < 'a' || reason[0] > 'z' {
		return reason
	}
	return string(reason[0]-'a'+'A') + reason[1:]
}

// again has a browser come back to a page that the store's trouble kept from being shown; only one that was asked for, not the answer to a form.
func again(w http.ResponseWriter, r *http.Request, f failure) {
	if !f.Trouble {
		return
	}
	w.Header().Set("Retry-After", retryAfter)
	if r.Method == http.MethodGet {
		w.Header().Set("Refresh", retryAfter)
	}
}
