package scheduler

import (
	"context"
	"errors"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/subscriptions"
)

// MaxPreviews bounds the subscriptions that one Preview composes for.
const MaxPreviews = 20

// Preview is what one subscription would be sent for an event that were published now.
type Preview struct {
	Subscription subscriptions.Subscription
	Platform     payloads.Platform // in the profile of the subscription
	Type         payloads.EventType
	Window       time.Duration // how long the event would wait for others to share a request with, scaled; 0: it goes out by itself
	Requests     []PreviewRequest
}

// PreviewRequest is one request as its first attempt would be made. Its body is what would be sent, byte for byte; of the header, what Fresh
// names is another at each attempt.
type PreviewRequest struct {
	sender.RequestRecord

	Body      []byte
	Signature *payloads.Signature // nil where nothing is signed
	Fresh     []string            // names of the header fields that are made anew for each attempt, in their order
}

// Previewed is what a trigger would lead to.
type Previewed struct {
	Items   []Preview // oldest subscription first, at most MaxPreviews
	More    int       // subscriptions that may get it, too, and were not composed for
	Reasons []Reason  // why others do not get it
}

// Preview composes and signs the first event of a trigger as Publish would, and stores nothing. Without a seed it is one example of many. An
// event that nobody wants is no error here. It returns *InvalidError for input that Publish would not accept.
func (s *Scheduler) Preview(ctx context.Context, t Trigger) (Previewed, error) {
	if err := s.checkTrigger(&t); err != nil {
		return Previewed{}, err
	}
	candidates, err := s.candidates(ctx, t.Platform, t.SubscriptionIDs)
	if err != nil {
		return Previewed{}, err
	}
	var out Previewed
	var subs []subscriptions.Subscription
	subs, out.Reasons = s.audience(candidates, t)
	for i, sub := range subs {
		if len(out.Items) == MaxPreviews {
			out.More = len(subs) - i
			break
		}
		item, why, err := s.preview(t, sub)
		if err != nil {
			return Previewed{}, err
		}
		if why != "" {
			out.Reasons = append(out.Reasons, Reason{SubscriptionID: sub.ID, Why: why})
			continue
		}
		out.Items = append(out.Items, item)
	}
	return out, nil
}

// PreviewFor is Preview for one subscription, which needs not exist and gets the event whatever it wants.
func (s *Scheduler) PreviewFor(t Trigger, sub subscriptions.Subscription) (Preview, error) {
	if err := s.checkTrigger(&t); err != nil {
		return Preview{}, err
	}
	t.direct = true
	item, why, err := s.preview(t, sub)
	if err == nil && why != "" {
		err = invalid("profile", why)
	}
	return item, err
}

// preview composes one event for one subscription; a reason instead of an error means that its scope does not hold it.
func (s *Scheduler) preview(t Trigger, sub subscriptions.Subscription) (Preview, string, error) {
	p := plan{scheduler: s, at: s.now()}
	seed, err := s.seedOr(t.Seed)
	if err != nil {
		return Preview{}, "", err
	}
	event, err := p.newEvent(t, seed)
	if err != nil {
		return Preview{}, "", err
	}
	c, why, err := s.compose(event, t, sub)
	if err != nil || why != "" {
		return Preview{}, why, err
	}
	item := Preview{Subscription: sub, Platform: c.platform, Type: c.etype}
	if (occurrence{trigger: t, event: event}).holds(c) {
		window, _ := c.platform.Batch.Settings(sub)
		item.Window = s.Scaled(window)
	}
	for _, m := range c.messages {
		if m, err = c.alone(m, t); err != nil {
			return Preview{}, "", err
		}
		request, err := s.previewRequest(c, m)
		if err != nil {
			return Preview{}, "", err
		}
		item.Requests = append(item.Requests, request)
	}
	return item, "", nil
}

// previewRequest stamps and signs a message twice: what the two have in common is fixed.
func (s *Scheduler) previewRequest(c composed, m payloads.Message) (PreviewRequest, error) {
	stamp := payloads.Stamp{Subscription: c.sub, DeliveryID: "preview", Attempt: 1, Time: s.now().UTC()}
	first, err := s.sender.Prepare(c.platform, m, stamp)
	if err != nil {
		return PreviewRequest{}, unsigned(err)
	}
	stamp.DeliveryID, stamp.Attempt, stamp.Time = "preview again", 2, stamp.Time.Add(time.Hour+time.Minute+time.Second)
	for i := range stamp.Random {
		stamp.Random[i] = byte(i) + 1
	}
	again, err := s.sender.Prepare(c.platform, m, stamp)
	if err != nil {
		return PreviewRequest{}, unsigned(err)
	}
	out := PreviewRequest{RequestRecord: first.Record(), Body: m.Body, Signature: first.Signature}
	for _, f := range first.Header {
		if again.Header.Get(f.Name) != f.Value {
			out.Fresh = append(out.Fresh, f.Name)
		}
	}
	return out, nil
}

// unsigned words a request that cannot be made: what is wrong stands in the subscription.
func unsigned(err error) error {
	if errors.Is(err, sender.ErrPrepare) {
		return invalid("subscription_ids", err.Error())
	}
	return err
}
