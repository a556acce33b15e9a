package dashboard

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// maxSigned is how much of a body stands inside a signed string, in bytes; the whole body has its own place on the page.
const maxSigned = 2 << 10

// deliveryPage is what "/deliveries/{id}" shows.
type deliveryPage struct {
	Delivery history.Summary
	Problem  string // why the last action was refused
	Body     bodyView
	Attempts []attemptView // newest first
	Planned  []time.Duration
	Recipe   []string
	Name     string // of the platform
	Action   string // that raised its first event; empty: a trigger made that
	Target   bool   // the subscription still exists
	Modes    []replayMode
	Stream   string
}

// replayMode is one way to send a delivery again.
type replayMode struct {
	Mode, Title, Text string
	Why               string // why it cannot be used now; empty: it can
}

// attemptView is one attempt with its bodies prepared.
type attemptView struct {
	history.Attempt
	Latest    bool
	ReplyBody bodyView
	Signed    *signedView // nil where nothing is signed
}

// signedView is the string a signature was made of.
type signedView struct {
	payloads.Signature
	PrefixText string
	BodyText   string // empty where the body is not signed
	More       int    // bytes of the body that are left out
}

func (d *dashboard) showDelivery(w http.ResponseWriter, r *http.Request) error {
	return d.deliveryWith(w, r, http.StatusOK, "")
}

// deliveryWith shows a delivery together with the problem of an action that was refused.
func (d *dashboard) deliveryWith(w http.ResponseWriter, r *http.Request, status int, problem string) error {
	ctx, id := r.Context(), r.PathValue("id")
	delivery, err := d.history.Delivery(ctx, id)
	if err != nil {
		return err
	}
	body, err := d.history.Body(ctx, id)
	if err != nil {
		return fmt.Errorf("read body: %w", err)
	}
	attempts, err := d.history.Attempts(ctx, id)
	if err != nil {
		return fmt.Errorf("read attempts: %w", err)
	}
	sub, err := d.store.Get(ctx, delivery.SubscriptionID)
	if err != nil && !errors.Is(err, subscriptions.ErrNotFound) {
		return fmt.Errorf("read subscription: %w", err)
	}
	page := deliveryPage{
		Delivery: delivery, Problem: problem, Body: newBody(body, false), Attempts: viewAttempts(attempts, body), Target: err == nil,
		Name: delivery.Platform, Stream: follows(r, changesPath+"?delivery="+url.QueryEscape(delivery.ID)),
	}
	if p, err := d.registry.Platform(delivery.Platform, delivery.Profile); err == nil {
		page.Name, page.Recipe = p.Name, p.Recipe
		page.Planned = planned(delivery, p.Effective(sub))
	}
	if page.Action, err = d.actionOf(ctx, delivery); err != nil {
		return err
	}
	page.Modes = replayModes(delivery, attempts, page.Target)
	return d.render(w, r, status, "delivery", "Delivery "+short(id), page)
}

// actionOf is the action that raised the delivery's first event. An event may be trimmed before its delivery is.
func (d *dashboard) actionOf(ctx context.Context, delivery history.Summary) (string, error) {
	if len(delivery.EventIDs) == 0 {
		return "", nil
	}
	event, err := d.history.Event(ctx, delivery.EventIDs[0])
	if err != nil && !errors.Is(err, history.ErrNotFound) {
		return "", fmt.Errorf("read event: %w", err)
	}
	return event.Action, nil
}

// planned are the waits after the attempt that comes next.
func planned(s history.Summary, policy payloads.Policy) []time.Duration {
	if s.Status.Settled() || s.Once || s.Failures >= len(policy.Retry) {
		return nil
	}
	return policy.Retry[s.Failures:]
}

func viewAttempts(attempts []history.Attempt, body []byte) []attemptView {
	views := make([]attemptView, 0, len(attempts))
	for i, a := range slices.Backward(attempts) {
		v := attemptView{Attempt: a, Latest: i == len(attempts)-1}
		if a.Reply != nil {
			v.ReplyBody = newBody(a.Reply.Body, a.Reply.Truncated)
		}
		if a.Signature != nil {
			v.Signed = viewSignature(*a.Signature, body)
		}
		views = append(views, v)
	}
	return views
}

func viewSignature(s payloads.Signature, body []byte) *signedView {
	v := &signedView{Signature: s, PrefixText: visible(s.Prefix)}
	if s.Body {
		shown := body[:min(len(body), maxSigned)]
		v.BodyText, v.More = visible(string(shown)), len(body)-len(shown)
	}
	return v
}

func replayModes(s history.Summary, attempts []history.Attempt, target bool) []replayMode {
	sent := slices.ContainsFunc(attempts, func(a history.Attempt) bool { return a.Request != nil })
	modes := []replayMode{
		{Mode: scheduler.ReplayRetry, Title: "Send again", Text: "same body, fresh time and signature"},
		{Mode: scheduler.ReplayNew, Title: "Send as new", Text: "same content with new ids and times"},
		{Mode: scheduler.ReplayVerbatim, Title: "Repeat verbatim", Text: "the identical request, old time and signature"},
	}
	for i := range modes {
		switch {
		case !target:
			modes[i].Why = "its subscription does not exist any more"
		case s.Status == history.Collecting:
			modes[i].Why = "it is still collecting events"
		case modes[i].Mode == scheduler.ReplayVerbatim && !sent:
			modes[i].Why = "nothing was sent yet"
		}
	}
	return modes
}

func (d *dashboard) replayDelivery(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	again, err := d.scheduler.Replay(r.Context(), r.PathValue("id"), r.PostForm.Get("mode"))
	if err != nil {
		return d.refuse(w, r, err)
	}
	http.Redirect(w, r, "/deliveries/"+url.PathEscape(again.ID), http.StatusSeeOther)
	return nil
}

func (d *dashboard) cancelDelivery(w http.ResponseWriter, r *http.Request) error {
	if err := d.scheduler.Cancel(r.Context(), r.PathValue("id")); err != nil {
		return d.refuse(w, r, err)
	}
	http.Redirect(w, r, "/deliveries/"+url.PathEscape(r.PathValue("id")), http.StatusSeeOther)
	return nil
}

// refuse shows the delivery with the reason why an action did not happen; what is no refusal stays an error.
func (d *dashboard) refuse(w http.ResponseWriter, r *http.Request, err error) error {
	f := explain(err, d.bodyLimit)
	if f.Status != http.StatusConflict && f.Status != http.StatusUnprocessableEntity {
		return err
	}
	return d.deliveryWith(w, r, f.Status, f.Text)
}
