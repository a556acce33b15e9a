package historytest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
)

// Shape of what Fill makes.
const (
	keptSubscriptions = 20
	keptPlatforms     = 5
	keptFailed        = 50 // one of so many fails
	keptRare          = 10_000
)

// keptStart is when the first delivery of Fill was made; each of the others a millisecond after the one before.
func keptStart() time.Time { return time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC) }

// Fill makes the deliveries with the numbers from first to before last, from many goroutines and with the full trip of each: of 20 subscriptions
// on 5 platforms, one of 50 failed, the others succeeded. One of 10,000 has the word "rare" and its number at the end of its body.
func Fill(b *testing.B, h history.History, first, last int, body []byte) {
	b.Helper()
	made := make(chan history.Delivery, crowdAppend)
	var all sync.WaitGroup
	for range crowdWidth {
		all.Go(func() {
			for d := range made {
				if err := settle(b.Context(), h, d); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for from := first; from < last && !b.Failed(); from += crowdAppend {
		var events []history.Event
		var deliveries []history.New
		for i := from; i < min(last, from+crowdAppend); i++ {
			event, n := kept(i, body)
			events, deliveries = append(events, event), append(deliveries, n)
		}
		if err := h.Append(b.Context(), events, deliveries); err != nil {
			b.Error(err)
			break
		}
		for _, n := range deliveries {
			made <- n.Delivery
		}
	}
	close(made)
	all.Wait()
}

// kept is the delivery of that number, with its event.
func kept(i int, body []byte) (history.Event, history.New) {
	at := keptStart().Add(time.Duration(i) * time.Millisecond)
	event, d := sample(fmt.Sprintf("01994b3c-7d2e-7a10-8f00-%012d", i), at)
	sub := i % keptSubscriptions
	d.Platform = fmt.Sprint("platform-", sub%keptPlatforms)
	d.SubscriptionID = fmt.Sprintf("01994b3c-7d2e-7a10-8f00-aaaaaaaaaa%02d", sub)
	event.Platform = d.Platform
	if i%keptRare == 0 {
		body = fmt.Appendf(append([]byte{}, body...), "rare%d", i)
	}
	return event, history.New{Delivery: d, Body: body}
}

// settle makes the one attempt of a delivery of Fill.
func settle(ctx context.Context, h history.History, d history.Delivery) error {
	if d.CreatedAt.UnixMilli()%keptFailed != 0 {
		return attempt(ctx, h, d, d.CreatedAt)
	}
	c, err := h.Claim(ctx, d.Ref(), history.Claim{Worker: "host-1234-1", At: d.CreatedAt, Limit: crowdWidth})
	if err != nil {
		return err
	}
	_, err = h.Finish(ctx, c.Token, history.Result{
		Settle: history.Failed, Reason: "no attempt left", At: d.CreatedAt.Add(2 * time.Second),
		Attempt: history.Attempt{
			StartedAt: d.CreatedAt, Duration: 2 * time.Second, Outcome: payloads.OutcomeFailed, Why: "no complete reply: timeout",
			Failure: payloads.FailureTimeout, Message: "no answer within 2s",
		},
	})
	return err
}

// Asked is one way to read a list of n deliveries of Fill.
type Asked struct {
	Name  string
	Query history.Query
	Least int // rows the first page must have
}

// Questions are the ways in which people read n deliveries of Fill, the ones that find nothing included.
func Questions(n int) []Asked {
	sub, middle := "01994b3c-7d2e-7a10-8f00-aaaaaaaaaa07", keptStart().Add(time.Duration(n/2)*time.Millisecond)
	with := func(c ...history.Condition) history.Query { return history.Query{Filter: c} }
	return []Asked{
		{"newest", history.Query{}, 50},
		{"deep", history.Query{Cursor: history.Cursor{At: middle, ID: "x"}.String()}, 50},
		{"platform", history.Query{Platform: "platform-3"}, 50},
		{"subscription", history.Query{SubscriptionID: sub}, 50},
		{"succeeded", history.Query{Status: history.Succeeded}, 50},
		{"failed", history.Query{Status: history.Failed}, 10},
		{"pending", history.Query{Status: history.Pending}, 0},
		{"failed of a subscription", history.Query{Status: history.Failed, SubscriptionID: sub}, 0},
		{"time", with(history.After(middle), history.Before(middle.Add(time.Second))), 50},
		{"two statuses", with(words(history.FieldStatus, "failed", "cancelled")), 10},
		{"two platforms", with(words(history.FieldPlatform, "platform-1", "platform-2")), 50},
		{"error", with(words(history.FieldError, "timeout")), 10},
		{"no such code", with(span(history.FieldCode, 418, 418)), 0},
		{"common text", history.Query{Text: "records"}, 50},
		{"rare text", history.Query{Text: "rare0"}, 0},
		{"without a text", with(not(words(history.FieldText, "value"))), 0},
	}
}

// Read reads the first page of a question several times and returns the time that the median took.
func (a Asked) Read(b *testing.B, h history.History) time.Duration {
	b.Helper()
	const times = 5
	var took []time.Duration
	for range times {
		began := time.Now()
		page, err := h.List(b.Context(), a.Query)
		took = append(took, time.Since(began))
		if err != nil || len(page.Items) < a.Least {
			b.Fatalf("%s: %d rows, %v", a.Name, len(page.Items), err)
		}
	}
	return median(took)
}

func median(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)/2]
}
