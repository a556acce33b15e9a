package dashboard

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/annohook/annohook/sender/history"
)

// downloadRequest answers with the body bytes of a delivery.
func (d *dashboard) downloadRequest(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	s, err := d.history.Delivery(r.Context(), id)
	if err != nil {
		return err
	}
	if s.Status == history.Collecting {
		return errNoPage
	}
	body, err := d.history.Body(r.Context(), id)
	if err != nil {
		return fmt.Errorf("read body: %w", err)
	}
	download(w, "request.txt", body)
	return nil
}

// downloadReply answers with what was kept of the body of a reply.
func (d *dashboard) downloadReply(w http.ResponseWriter, r *http.Request) error {
	attempts, err := d.history.Attempts(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	for _, a := range attempts {
		if strconv.Itoa(a.Number) == r.PathValue("number") && a.Reply != nil {
			download(w, "reply-"+strconv.Itoa(a.Number)+".txt", a.Reply.Body)
			return nil
		}
	}
	return errNoPage
}

// download sends bytes that others wrote: as text to be kept, never as something a browser opens.
func download(w http.ResponseWriter, name string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", contentPolicy+"; sandbox")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) //nolint:gosec // plain text to be kept, in a sandbox; a reader that left is no fault of ours
}
