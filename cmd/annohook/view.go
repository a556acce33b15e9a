package main

import (
	"encoding/base64"
	"time"
	"unicode/utf8"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/web/client"
)

// deliveryOf shows a delivery of this process in the shape that the API has.
func deliveryOf(d history.Summary, attempts []history.Attempt, body []byte) client.Delivery {
	view := client.Delivery{
		ID: d.ID, Status: string(d.Status), Reason: d.Reason, Platform: d.Platform, Profile: d.Profile, EventType: d.EventType,
		Fidelity: string(d.Fidelity), Method: d.Method, SubscriptionID: d.SubscriptionID, EventIDs: append([]string{}, d.EventIDs...), OtherTypes: append([]string{}, d.OtherTypes...),
		URL: sender.MaskURL(d.URL), Attempts: []client.Attempt{}, BodySize: len(body), CreatedAt: d.CreatedAt.UTC(),
	}
	if !d.SettledAt.IsZero() {
		at := d.SettledAt.UTC()
		view.SettledAt = &at
	}
	for _, at := range attempts {
		view.Attempts = append(view.Attempts, attemptOf(at, body))
	}
	return view
}

func attemptOf(at history.Attempt, body []byte) client.Attempt {
	view := client.Attempt{
		Number: at.Number, ScheduledAt: at.ScheduledAt.UTC(), StartedAt: at.StartedAt.UTC(), Duplicate: at.Duplicate, Why: at.Why,
		Redirects: []client.Hop{}, Signature: signatureOf(at.Signature, body),
	}
	if at.Outcome != "" {
		took := float64(at.Duration) / float64(time.Millisecond)
		view.DurationMS, view.Outcome = &took, &at.Outcome
	}
	if at.Failure != payloads.FailureNone {
		view.Error = &client.AttemptError{Kind: string(at.Failure), Message: at.Message}
	}
	if at.Request != nil {
		request := requestOf(*at.Request, body)
		view.Request = &request
	}
	if at.Reply != nil && at.Reply.Status != 0 {
		view.Response = &client.Response{Status: at.Reply.Status, Headers: headersOf(at.Reply.Header), Body: bodyOf(at.Reply.Body)}
		view.Response.Body.Truncated = at.Reply.Truncated
	}
	for _, h := range at.Hops {
		view.Redirects = append(view.Redirects, client.Hop{Status: h.Status, URL: h.URL, Method: h.Method})
	}
	return view
}

func requestOf(r sender.RequestRecord, body []byte) client.Request {
	return client.Request{Method: r.Method, URL: r.URL, Headers: headersOf(r.Header), Body: bodyOf(body)}
}

func headersOf(h payloads.Header) [][2]string {
	list := make([][2]string, len(h))
	for i, f := range h.Masked() {
		list[i] = [2]string{f.Name, f.Value}
	}
	return list
}

// bodyOf shows bytes as text where they are text.
func bodyOf(b []byte) client.Body {
	text := string(b)
	if utf8.ValidString(text) {
		return client.Body{Text: &text, Size: len(b)}
	}
	encoded := base64.StdEncoding.EncodeToString(b)
	return client.Body{Base64: &encoded, Size: len(b)}
}

func signatureOf(s *payloads.Signature, body []byte) *client.Signature {
	if s == nil {
		return nil
	}
	signed := []byte(s.Prefix)
	if s.Body {
		signed = append(signed, body...)
	}
	view := &client.Signature{Scheme: s.Scheme, Header: s.Header, KeyFingerprint: s.KeyFingerprint, Value: s.Value}
	shown := bodyOf(signed)
	if shown.Text != nil {
		view.SignedString = *shown.Text
	}
	view.SignedStringBase64 = shown.Base64
	return view
}
