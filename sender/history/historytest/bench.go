package historytest

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
)

// Trip measures what one delivery costs a history from its event to its success: Append, Claim, Finish, with a body of 1 kB and headers as
// real listeners send them.
func Trip(b *testing.B, h history.History) {
	b.Helper()
	start := time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)
	body := bytes.Repeat([]byte(`{"key": "value 12"},`), 50)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := trip(b, h, fmt.Sprintf("01994b3c-7d2e-7a10-8f00-%012d", i), start.Add(time.Duration(i)*time.Millisecond), body); err != nil {
			b.Fatal(err)
		}
	}
}

// crowdWidth is how many goroutines make attempts at the same time, and crowdAppend how many deliveries one Append makes.
const (
	crowdWidth  = 100
	crowdAppend = 50
)

// Crowd makes n deliveries, as Trip does, from many goroutines at the same time, and returns how many it made.
func Crowd(b *testing.B, h history.History, n int, body []byte) int {
	b.Helper()
	at := time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)
	made := make(chan history.Delivery, n)
	var all sync.WaitGroup
	for range crowdWidth {
		all.Go(func() {
			for d := range made {
				if err := attempt(b.Context(), h, d, at); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for from := 0; from < n; from += crowdAppend {
		var events []history.Event
		var deliveries []history.New
		for range min(crowdAppend, n-from) {
			event, d := sample(rand.Text(), at)
			events, deliveries = append(events, event), append(deliveries, history.New{Delivery: d, Body: body})
		}
		if err := h.Append(b.Context(), events, deliveries); err != nil {
			b.Error(err)
			break
		}
		for _, d := range deliveries {
			made <- d.Delivery
		}
	}
	close(made)
	all.Wait()
	return n
}

func trip(b *testing.B, h history.History, id string, at time.Time, body []byte) error {
	b.Helper()
	event, d := sample(id, at)
	if err := h.Append(b.Context(), []history.Event{event}, []history.New{{Delivery: d, Body: body}}); err != nil {
		return err
	}
	return attempt(b.Context(), h, d, at)
}

// sample is an event and its delivery.
func sample(id string, at time.Time) (history.Event, history.Delivery) {
	event := history.Event{ID: "e" + id, Platform: platform, Type: "record.completed", Seed: 17, IDSeed: 19, Now: at, CreatedAt: at}
	return event, history.Delivery{
		ID: id, Platform: platform, Profile: "v1", EventType: "record.completed", Fidelity: payloads.FromSource, Method: "POST",
		SubscriptionID: "01994b3c-7d2e-7a10-8f00-aaaaaaaaaaaa", EventIDs: []string{event.ID}, URL: "http://127.0.0.1:9000/hooks/records",
		NextAt: at, CreatedAt: at,
	}
}

// attempt claims a delivery and records a success.
func attempt(ctx context.Context, h history.History, d history.Delivery, at time.Time) error {
	id := d.ID
	c, err := h.Claim(ctx, d.Ref(), history.Claim{Worker: "host-1234-1", At: at, Limit: crowdWidth})
	if err != nil {
		return err
	}
	_, err = h.Finish(ctx, c.Token, history.Result{
		Settle: history.Succeeded, At: at.Add(3 * time.Millisecond),
		Attempt: history.Attempt{
			StartedAt: at, Duration: 3 * time.Millisecond, Outcome: payloads.OutcomeSucceeded, Why: "status 200 is in 200 to 299",
			Request: &sender.RequestRecord{Method: "POST", URL: d.URL, Header: payloads.H(
				"Host", "127.0.0.1:9000", "User-Agent", "python-httpx/0.27.2", "Accept", "*/*", "Accept-Encoding", "gzip, deflate",
				"Content-Type", "application/json", "webhook-id", "msg_"+id, "webhook-timestamp", "1795253400",
				"webhook-signature", "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=", "Content-Length", "1000",
			)},
			Reply: &payloads.Reply{Status: 200, Body: []byte(`{"ok":true}`), Header: payloads.H(
				"Content-Type", "application/json", "Date", "Sat, 21 Nov 2026 09:30:00 GMT", "Content-Length", "11", "Server", "uvicorn",
			)},
			Signature: &payloads.Signature{
				Scheme: "standard-webhooks v1", Header: "webhook-signature", Prefix: "msg_" + id + ".1795253400.", Body: true,
				KeyFingerprint: "3f9a1c22", Value: "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
			},
		},
	})
	return err
}
