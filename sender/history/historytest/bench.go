package historytest

import (
	"bytes"
	"fmt"
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

func trip(b *testing.B, h history.History, id string, at time.Time, body []byte) error {
	b.Helper()
	event := history.Event{ID: "e" + id, Platform: platform, Type: "record.completed", Seed: 17, IDSeed: 19, Now: at, CreatedAt: at}
	d := history.Delivery{
		ID: id, Platform: platform, Profile: "v1", EventType: "record.completed", Fidelity: payloads.FromSource, Method: "POST",
		SubscriptionID: "01994b3c-7d2e-7a10-8f00-aaaaaaaaaaaa", EventIDs: []string{event.ID}, URL: "http://127.0.0.1:9000/hooks/records",
		NextAt: at, CreatedAt: at,
	}
	if err := h.Append(b.Context(), []history.Event{event}, []history.New{{Delivery: d, Body: body}}); err != nil {
		return err
	}
	c, err := h.Claim(b.Context(), d.Ref(), history.Claim{Worker: "host-1234-1", At: at, Limit: 10})
	if err != nil {
		return err
	}
	_, err = h.Finish(b.Context(), c.Token, history.Result{
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
