package historytest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
)

func feedTests() []test {
	return []test{
		{"changes are told in order, with the state after each", feedTells},
		{"a reader resumes behind any entry", feedResumes},
		{"a reader is told when its place is gone", feedGap},
		{"a waiting reader is woken and ends with its context", feedWakes},
		{"a reader sees everything written at the same time exactly once", feedConcurrent},
		{"an error of the reader ends the tail", feedError},
	}
}

func feedTells(w world) {
	w.same("empty", w.last(), "")
	w.append(w.fresh("d1"))
	c := w.claim(ref("d1", 1, 0), history.Claim{At: w.at(2)})
	w.finish(c.Token, history.Result{Attempt: w.report(503), Next: w.at(90), Reason: "busy", At: w.at(5)})
	c = w.claim(ref("d1", 2, 0), history.Claim{At: w.at(90)})
	w.finish(c.Token, history.Result{Attempt: w.report(500), Next: w.at(190), At: w.at(95)})
	c = w.claim(ref("d1", 3, 0), history.Claim{At: w.at(190)})
	_, err := w.h.Interrupt(w.Context(), c.Token, "died", w.at(200))
	w.must(err)
	c = w.claim(ref("d1", 4, 0), history.Claim{At: w.at(200)})
	_, err = w.h.Release(w.Context(), c.Token, w.at(201))
	w.must(err)
	_, err = w.h.Cancel(w.Context(), "d1", "user", w.at(210))
	w.must(err)
	w.same("feed", w.told(""), []string{
		"delivery d1 pending",
		"attempt d1 pending", "attempt d1 retrying", "delivery d1 retrying",
		"attempt d1 retrying", "attempt d1 retrying",
		"attempt d1 retrying", "attempt d1 retrying",
		"attempt d1 retrying", "delivery d1 retrying",
		"delivery d1 cancelled",
	})
	entries := w.entries("")
	w.same("started", entries[1].Attempt, &history.Attempt{Number: 1, ScheduledAt: w.start, StartedAt: w.at(2)})
	w.same("ended", entries[2].Attempt, &history.Attempt{
		Number: 1, ScheduledAt: w.start, StartedAt: w.at(3), Duration: 1234567 * time.Nanosecond, Outcome: payloads.OutcomeFailed,
		Failure: payloads.FailureStatus, Reply: &payloads.Reply{Status: 503},
	})
	s := entries[2].Summary
	w.same("state then", line(s.Reason, s.NextAt.Equal(w.at(90)), s.LastStatus, s.InFlight, s.EventIDs), "busy true 503 false [event-d1]")
	if entries[0].Attempt != nil || entries[3].Attempt != nil {
		w.Fatal("an entry about a delivery carries an attempt")
	}
	w.same("state now", entries[len(entries)-1].Summary, w.delivery("d1"))
	w.collect("b1", "e1", 9)
	w.collect("b1", "e2", 9)
	end := w.last()
	_, err = w.h.Seal(w.Context(), ref("b1", 0, 0), payloads.Message{Method: "POST"}, w.at(30))
	w.must(err)
	w.same("sealed", w.told(end), []string{"delivery b1 pending"})
}

func feedResumes(w world) {
	w.appendIDs("d1", "d2", "d3", "d4")
	all := w.entries("")
	w.same("entries", len(all), 4)
	for i, e := range all {
		if i > 0 && history.CompareIDs(all[i-1].ID, e.ID) >= 0 {
			w.Fatalf("ids do not grow: %s, %s", all[i-1].ID, e.ID)
		}
		w.same("rest", w.entries(e.ID), append([]history.Entry(nil), all[i+1:]...))
	}
	w.same("last", w.last(), all[3].ID)
}

func feedGap(w world) {
	w.appendIDs("d1", "d2")
	old := w.entries("")[0].ID
	var deliveries []history.New
	for i := range FeedLength + 400 {
		deliveries = append(deliveries, w.fresh(fmt.Sprintf("x%05d", i)))
	}
	w.must(w.h.Append(w.Context(), nil, deliveries))
	never := func([]history.Entry) error { return errors.New("entries behind a gap") }
	ctx, cancel := w.withTimeout()
	defer cancel()
	for _, after := range []string{old, "9999999999999-0", "0-0", "nonsense", "1-x", "1"} {
		if err := w.h.Tail(ctx, after, never); !errors.Is(err, history.ErrGap) {
			w.Fatalf("tail after %q ended with %v, want a gap", after, err)
		}
	}
	if kept := len(w.entries("")); kept < FeedLength || kept > FeedLength+300 {
		w.Fatalf("the feed keeps %d entries, want about %d", kept, FeedLength)
	}
}

func feedWakes(w world) {
	w.appendIDs("d1")
	ctx, cancel := w.withTimeout()
	defer cancel()
	got := make(chan string, 10)
	ended := make(chan error, 1)
	after := w.last()
	go func() {
		ended <- w.h.Tail(ctx, after, func(list []history.Entry) error {
			for _, e := range list {
				got <- e.Summary.ID
			}
			return nil
		})
	}()
	for _, id := range []string{"d2", "d3"} {
		w.append(w.fresh(id))
		select {
		case told := <-got:
			w.same("told", told, id)
		case <-ctx.Done():
			w.Fatalf("nothing told of %s", id)
		}
	}
	cancel()
	w.wantErr(<-ended, context.Canceled)
	w.wantErr(w.h.Tail(ctx, "", func([]history.Entry) error { return nil }), context.Canceled)
}

func feedConcurrent(w world) {
	const writers, each = 8, 40
	ctx, cancel := w.withTimeout()
	defer cancel()
	seen := map[string]int{}
	ended := make(chan error, 1)
	go func() {
		after := ""
		read := 0
		ended <- w.h.Tail(ctx, "", func(list []history.Entry) error {
			for _, e := range list {
				if after != "" && history.CompareIDs(after, e.ID) >= 0 {
					return fmt.Errorf("entry %s came after %s", e.ID, after)
				}
				after = e.ID
				seen[e.Summary.ID]++
				read++
			}
			if read >= writers*each {
				return errEnough
			}
			return nil
		})
	}()
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			for j := range each {
				id := fmt.Sprintf("w%d-%d", i, j)
				if err := w.h.Append(ctx, nil, []history.New{w.fresh(id)}); err != nil {
					w.Error(err)
				}
			}
		})
	}
	wg.Wait()
	w.wantErr(<-ended, errEnough)
	w.same("deliveries told", len(seen), writers*each)
	for id, n := range seen {
		if n != 1 {
			w.Fatalf("delivery %s was told %d times", id, n)
		}
	}
}

func feedError(w world) {
	w.appendIDs("d1", "d2")
	calls := 0
	err := w.h.Tail(w.Context(), "", func([]history.Entry) error {
		calls++
		return errEnough
	})
	w.wantErr(err, errEnough)
	w.same("calls", calls, 1)
}
