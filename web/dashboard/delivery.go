package dashboard

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// deliveryPage is what "/deliveries/{id}" shows.
type deliveryPage struct {
	Delivery  history.Summary
	Problem   string // why the last action was refused
	Name      string // of the platform
	Action    string // that raised its first event; empty: a trigger made that
	Target    bool   // the subscription still exists
	About     string // what people call it; empty: it has no description
	Why       whyView
	Timeline  timelineView
	Exchange  exchangeView
	Signature *signatureView // nil where nothing is signed, or nothing was sent
	Unsigned  string         // why there is no signature
	Modes     []replayMode
	Replays   []history.Summary // deliveries that repeat this one, newest first
	Edit      string            // link that opens compose with this body; empty: there is no body yet
	Exports   []exportLink      // none before something was sent
	Stream    string
}

// story is all that is known about one delivery.
type story struct {
	history.Summary
	Body     []byte
	Attempts []history.Attempt // by number
	Sub      subscriptions.Subscription
	Found    bool // Sub exists
	Platform payloads.Platform
	Known    bool // Platform does
}

func (d *dashboard) showDelivery(w http.ResponseWriter, r *http.Request) error {
	return d.deliveryWith(w, r, http.StatusOK, "")
}

// deliveryWith shows a delivery together with the problem of an action that was refused.
func (d *dashboard) deliveryWith(w http.ResponseWriter, r *http.Request, status int, problem string) error {
	view := chosen(r)
	page, err := d.deliveryOf(r.Context(), r.PathValue("id"), view)
	if err != nil {
		return err
	}
	view.remember(w, r)
	page.Problem = problem
	page.Stream = follows(r, changesPath+"?delivery="+url.QueryEscape(page.Delivery.ID))
	return d.render(w, r, status, "delivery", "Delivery "+short(page.Delivery.ID), page)
}

// deliveryOf prepares a delivery for the page of its own, or for any other that shows the same parts.
func (d *dashboard) deliveryOf(ctx context.Context, id string, view choice) (deliveryPage, error) {
	s, err := d.storyOf(ctx, id)
	if err != nil {
		return deliveryPage{}, err
	}
	view.Delivery = id
	at := view.attempt(s.Attempts)
	page := deliveryPage{
		Delivery: s.Summary, Name: s.Summary.Platform, Target: s.Found, About: s.Sub.Description, Why: explainOutcome(s, at), Timeline: d.timeline(s, view, at),
		Exchange: exchange(s, view, at), Modes: replayModes(s), Edit: editLink(s), Exports: exports(s),
	}
	if s.Known {
		page.Name = s.Platform.Name
	}
	page.Signature, page.Unsigned = d.signaturePanel(s, at)
	if page.Action, err = d.actionOf(ctx, s.Summary); err != nil {
		return deliveryPage{}, err
	}
	if page.Replays, err = d.replaysOf(ctx, s.Summary); err != nil {
		return deliveryPage{}, err
	}
	return page, nil
}

// storyOf reads a delivery with everything that belongs to it.
func (d *dashboard) storyOf(ctx context.Context, id string) (s story, err error) {
	if s.Summary, err = d.history.Delivery(ctx, id); err != nil {
		return s, err
	}
	if s.Body, err = d.history.Body(ctx, id); err != nil {
		return s, fmt.Errorf("read body: %w", err)
	}
	if s.Attempts, err = d.history.Attempts(ctx, id); err != nil {
		return s, fmt.Errorf("read attempts: %w", err)
	}
	s.Sub, err = d.store.Get(ctx, s.SubscriptionID)
	if err != nil && !errors.Is(err, subscriptions.ErrNotFound) {
		return s, fmt.Errorf("read subscription: %w", err)
	}
	s.Found = err == nil
	s.Platform, err = d.registry.Platform(s.Summary.Platform, s.Profile)
	s.Known = err == nil
	return s, nil
}

// target is the subscription that attempts use, and whether there is one.
func (s story) target() (subscriptions.Subscription, bool) {
	if s.Pinned != nil {
		return *s.Pinned, true
	}
	return s.Sub, s.Found
}

// policy is how the delivery is tried.
func (s story) policy() payloads.Policy {
	sub, _ := s.target()
	return s.Platform.Effective(sub)
}

// sent reports whether any request went out.
func (s story) sent() bool {
	return slices.ContainsFunc(s.Attempts, func(a history.Attempt) bool { return a.Request != nil })
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

// maxReplays bounds how far back repetitions of a delivery are looked for, and how many are shown.
const maxReplays = 50

// replaysOf are the deliveries that repeat this one: those of the same events, and those of events that were made again.
func (d *dashboard) replaysOf(ctx context.Context, s history.Summary) ([]history.Summary, error) {
	if len(s.EventIDs) == 0 || s.Status == history.Collecting {
		return nil, nil
	}
	same, err := d.history.List(ctx, history.Query{EventID: s.EventIDs[0], Limit: maxReplays})
	if err != nil {
		return nil, fmt.Errorf("list deliveries of the event: %w", err)
	}
	events, err := d.history.Events(ctx, s.Platform, "", maxReplays)
	if err != nil {
		return nil, fmt.Errorf("list events: %w", err)
	}
	var ids []string
	for _, e := range events.Items {
		if e.ReplayOf == s.ID {
			for _, made := range e.Deliveries {
				ids = append(ids, made.ID)
			}
		}
	}
	again, err := d.history.Deliveries(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read deliveries: %w", err)
	}
	list := slices.DeleteFunc(append(again, same.Items...), func(other history.Summary) bool { return other.ReplayOf != s.ID })
	slices.SortFunc(list, func(a, b history.Summary) int { return b.CreatedAt.Compare(a.CreatedAt) })
	list = slices.CompactFunc(list, func(a, b history.Summary) bool { return a.ID == b.ID })
	return list[:min(len(list), maxReplays)], nil
}
