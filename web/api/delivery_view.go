package api

import (
	"context"
	"encoding/base64"
	"unicode/utf8"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/web/client"
)

// maxShownBytes bounds each body that a delivery shows.
const maxShownBytes = 1 << 20

func summaryView(d history.Summary) client.DeliverySummary {
	view := client.DeliverySummary{
		ID: d.ID, Status: string(d.Status), Reason: d.Reason, Platform: d.Platform, Profile: d.Profile, EventType: d.EventType,
		Fidelity: string(d.Fidelity), Method: d.Method, SubscriptionID: d.SubscriptionID, EventIDs: nonNil(d.EventIDs), OtherTypes: nonNil(d.OtherTypes),
		URL: sender.MaskURL(d.URL), AttemptCount: d.Attempts, InFlight: d.InFlight, LastOutcome: orNull(d.LastOutcome),
		LastError: orNull(string(d.LastFailure)), NextAttemptAt: timeOrNull(d.NextAt), WaitsFor: orNull(d.WaitsFor),
		ReplayOf: orNull(d.ReplayOf), BodySize: d.BodyBytes, CreatedAt: d.CreatedAt.UTC(), SettledAt: timeOrNull(d.SettledAt),
	}
	if d.LastStatus != 0 {
		view.LastStatus = &d.LastStatus
	}
	if d.LastOutcome != "" {
		ms := millis(d.LastDuration)
		view.LastDurationMS = &ms
	}
	return view
}

// deliveryView reads the attempts of a delivery and shows all of it.
func (a *API) deliveryView(ctx context.Context, d history.Summary) (client.Delivery, error) {
	attempts, err := a.history.Attempts(ctx, d.ID)
	if err != nil {
		return client.Delivery{}, err
	}
	body, err := a.history.Body(ctx, d.ID)
	if err != nil {
		return client.Delivery{}, err
	}
	view := client.Delivery{
		ID: d.ID, Status: string(d.Status), Reason: d.Reason, Platform: d.Platform, Profile: d.Profile, EventType: d.EventType,
		Fidelity: string(d.Fidelity), Method: d.Method, SubscriptionID: d.SubscriptionID, EventIDs: nonNil(d.EventIDs), OtherTypes: nonNil(d.OtherTypes),
		URL: sender.MaskURL(d.URL), Attempts: make([]client.Attempt, len(attempts)), NextAttemptAt: timeOrNull(d.NextAt),
		WaitsFor: orNull(d.WaitsFor), ReplayOf: orNull(d.ReplayOf), ReplayMode: orNull(d.ReplayMode), BodySize: d.BodyBytes,
		CreatedAt: d.CreatedAt.UTC(), SettledAt: timeOrNull(d.SettledAt),
	}
	for i, at := range attempts {
		view.Attempts[i] = attemptView(at, body)
	}
	return view, nil
}

func attemptView(at history.Attempt, body []byte) client.Attempt {
	view := client.Attempt{
		Number: at.Number, ScheduledAt: at.ScheduledAt.UTC(), StartedAt: at.StartedAt.UTC(), DurationMS: durationView(at),
		Duplicate: at.Duplicate, Outcome: orNull(at.Outcome), Why: at.Why, Redirects: make([]client.Hop, len(at.Hops)),
		Error: errorView(at), Signature: signatureView(at.Signature, body),
	}
	if at.Request != nil {
		view.Request = &client.Request{
			Method: at.Request.Method, URL: sender.MaskURL(at.Request.URL), Headers: headerView(at.Request.Header), Body: bodyView(body, false),
		}
	}
	if at.Reply != nil && at.Reply.Status != 0 {
		view.Response = &client.Response{
			Status: at.Reply.Status, Headers: headerView(at.Reply.Header), Body: bodyView(at.Reply.Body, at.Reply.Truncated),
		}
	}
	for i, h := range at.Hops {
		view.Redirects[i] = client.Hop{Status: h.Status, URL: sender.MaskURL(h.URL), Method: h.Method}
	}
	return view
}

// attemptSummaryView is an attempt as the feed tells it.
func attemptSummaryView(at history.Attempt) client.AttemptSummary {
	view := client.AttemptSummary{
		Number: at.Number, ScheduledAt: at.ScheduledAt.UTC(), StartedAt: at.StartedAt.UTC(), DurationMS: durationView(at),
		Duplicate: at.Duplicate, Outcome: orNull(at.Outcome), Error: errorView(at),
	}
	if at.Reply != nil && at.Reply.Status != 0 {
		status := at.Reply.Status
		view.Status = &status
	}
	return view
}

// durationView is null while the attempt runs.
func durationView(at history.Attempt) *float64 {
	if at.Outcome == "" {
		return nil
	}
	ms := millis(at.Duration)
	return &ms
}

func errorView(at history.Attempt) *client.AttemptError {
	if at.Failure == payloads.FailureNone {
		return nil
	}
	message := at.Message
	if message == "" {
		message = at.Why
	}
	return &client.AttemptError{Kind: string(at.Failure), Message: message}
}

func headerView(h payloads.Header) [][2]string {
	list := make([][2]string, len(h))
	for i, f := range h.Masked() {
		list[i] = [2]string{f.Name, f.Value}
	}
	return list
}

// bodyView shows a body as text where it is one. cut tells that what is given is not all there was.
func bodyView(body []byte, cut bool) client.Body {
	view := client.Body{Size: len(body), Truncated: cut}
	shown := body
	if len(shown) > maxShownBytes {
		shown, view.Truncated = shown[:maxShownBytes], true
		for len(shown) > 0 && utf8.Valid(body) && !utf8.Valid(shown) {
			shown = shown[:len(shown)-1] // not in the middle of a character
		}
	}
	view.Text, view.Base64 = textOrBase64(shown)
	return view
}

func textOrBase64(b []byte) (text, encoded *string) {
	s := string(b)
	if utf8.ValidString(s) {
		return &s, nil
	}
	s = base64.StdEncoding.EncodeToString(b)
	return nil, &s
}

func signatureView(s *payloads.Signature, body []byte) *client.Signature {
	if s == nil {
		return nil
	}
	signed := []byte(s.Prefix)
	if s.Body {
		signed = append(signed, body[:min(len(body), maxShownBytes)]...)
	}
	view := &client.Signature{Scheme: s.Scheme, Header: s.Header, KeyFingerprint: s.KeyFingerprint, Value: s.Value}
	text, encoded := textOrBase64(signed)
	if text != nil {
		view.SignedString = *text
	}
	view.SignedStringBase64 = encoded
	return view
}

func nonNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
