package redisstore_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/sender/history/redisstore"
	"github.com/annohook/annohook/subscriptions"
)

// TestModel plays long random stories on the Redis store and on the memory, which is the specification, and compares every answer and the
// state after each step.
func TestModel(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			client := redis.NewClient(&redis.Options{Addr: miniredis.RunT(t).Addr()})
			t.Cleanup(func() { _ = client.Close() })
			play(t, redisstore.New(client, redisstore.Options{}), seed, 200)
		})
	}
}

// TestModelRedis is TestModel on a real server, with longer stories.
func TestModelOnRedis(t *testing.T) {
	t.Parallel()
	client := realRedis(t)
	for seed := range uint64(10) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			play(t, redisstore.New(client, redisstore.Options{Prefix: prefix(t, client)}), 1000+seed, 500)
		})
	}
}

// story is one random sequence of calls on two histories.
type story struct {
	*testing.T
	both   [2]history.History
	random *rand.Rand
	now    time.Time
	ids    []string
	refs   []history.Ref      // seen so far, current or not
	tokens [][2]history.Token // the same claims on both sides
	log    []string
}

func play(t *testing.T, store history.History, seed uint64, steps int) {
	t.Helper()
	s := &story{
		T: t, both: [2]history.History{history.NewMemory(history.Options{}), store}, random: rand.New(rand.NewPCG(seed, 7)),
		now: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC),
	}
	for i := range steps {
		s.now = s.now.Add(time.Duration(s.random.IntN(200)) * time.Millisecond)
		s.step()
		s.compareOne()
		if i%5 == 0 {
			s.compare()
		}
	}
	s.compare()
	s.compareFeeds()
}

func (s *story) step() {
	switch n := s.random.IntN(100); {
	case n < 16:
		s.append()
	case n < 26:
		s.collect()
	case n < 56:
		s.claim()
	case n < 74:
		s.end()
	case n < 80:
		s.cancel()
	case n < 87:
		s.flush()
	case n < 91:
		s.closeBatch()
	case n < 95:
		s.redispatch()
	default:
		s.trim()
	}
}

// same runs one call on both sides and compares what the caller sees. Its dues become references to play with.
func (s *story) same(what string, call func(side int, h history.History) (any, []history.Due, error)) error {
	s.Helper()
	s.log = append(s.log, what)
	wantValue, wantDues, wantErr := call(0, s.both[0])
	gotValue, gotDues, gotErr := call(1, s.both[1])
	if !errors.Is(gotErr, kind(wantErr)) {
		s.fail("error of "+what, fmt.Sprintf("got %v, want %v", gotErr, wantErr))
	}
	s.diff("value of "+what, gotValue, wantValue)
	s.diff("dues of "+what, gotDues, wantDues)
	for _, due := range wantDues {
		s.refs = append(s.refs, due.Ref)
	}
	return wantErr
}

// kind returns the sentinel within an error, or the error itself.
func kind(err error) error {
	for _, sentinel := range []error{
		history.ErrNotFound, history.ErrStale, history.ErrParked, history.ErrLater, history.ErrSettled, history.ErrExists, history.ErrChain,
	} {
		if errors.Is(err, sentinel) {
			return sentinel
		}
	}
	return err
}

func (s *story) diff(what string, got, want any) {
	s.Helper()
	if !reflect.DeepEqual(got, want) { // cmp alone would take most of the time
		s.fail(what, cmp.Diff(want, got))
	}
}

func (s *story) fail(what, why string) {
	s.Helper()
	s.Fatalf("%s (-memory +redis): %s\nafter %q", what, why, s.log[max(0, len(s.log)-15):])
}

func (s *story) sub() string { return fmt.Sprint("sub", s.random.IntN(3)) }

func (s *story) pick(list []string) string {
	if len(list) == 0 || s.random.IntN(12) == 0 {
		return "unknown"
	}
	return list[s.random.IntN(len(list))]
}

func (s *story) fresh() history.Delivery {
	id := fmt.Sprintf("d%04d", len(s.ids))
	s.ids = append(s.ids, id)
	return history.Delivery{
		ID: id, Platform: fmt.Sprint("p", s.random.IntN(2)), EventType: "made", Method: "POST", SubscriptionID: s.sub(), EventIDs: []string{"e" + id},
		URL: "http://x.test/", NextAt: s.now.Add(time.Duration(s.random.IntN(3)) * time.Second), CreatedAt: s.now,
	}
}

func (s *story) append() {
	var events []history.Event
	var deliveries []history.New
	for range 1 + s.random.IntN(3) {
		d := s.fresh()
		events = append(events, history.Event{ID: "e" + d.ID, Platform: d.Platform, CreatedAt: s.now})
		switch s.random.IntN(4) {
		case 0:
			d.WaitsFor = s.pick(s.ids[:len(s.ids)-1])
		case 1:
			d.EventIDs = append(d.EventIDs, "e"+s.pick(s.ids), "e"+s.pick(s.ids)+"-bare")
		}
		deliveries = append(deliveries, history.New{Delivery: d, Body: []byte(d.ID)})
	}
	if s.random.IntN(3) == 0 { // one that nobody wanted, unless a later delivery names it
		events = append(events, history.Event{
			ID: fmt.Sprintf("e%s", s.pick(s.ids)) + "-bare", Platform: events[0].Platform, CreatedAt: s.now, Action: "act", Subject: []byte(`{"a":1}`),
		})
	}
	err := s.same("append", func(_ int, h history.History) (any, []history.Due, error) {
		news := slices.Clone(deliveries)
		err := h.Append(s.Context(), events, news)
		return news, nil, err
	})
	if err == nil {
		for _, n := range deliveries {
			s.refs = append(s.refs, n.Delivery.Ref())
		}
	}
}

func (s *story) collect() {
	d, limit := s.fresh(), s.random.IntN(4)
	event := history.Event{
		ID: "e" + s.pick(s.ids), Platform: d.Platform, Type: []string{"made", "gone", "moved"}[s.random.IntN(3)], CreatedAt: s.now,
	}
	d.Part = s.random.IntN(3)
	part := payloads.Message{Method: "POST", Body: []byte(d.ID)}
	_ = s.same("collect", func(_ int, h history.History) (any, []history.Due, error) {
		c, err := h.Collect(s.Context(), event, part, d, limit, s.now)
		if c.Held {
			return c, nil, err
		}
		return c, []history.Due{c.Flush}, err
	})
}

// ref returns a reference that was current once, most often a late one.
func (s *story) ref() history.Ref {
	if len(s.refs) == 0 {
		return history.Ref{Delivery: "unknown", Attempt: 1}
	}
	n := len(s.refs)
	if s.random.IntN(3) > 0 {
		return s.refs[n-1-s.random.IntN(min(n, 12))]
	}
	return s.refs[s.random.IntN(n)]
}

func (s *story) claim() {
	r := s.ref()
	c := history.Claim{Worker: "w 1", At: s.now, Limit: s.random.IntN(4), Rate: []float64{0, 0, 0, 3, 0.7}[s.random.IntN(5)]}
	var tokens [2]history.Token
	err := s.same(fmt.Sprint("claim ", r, c.Limit, c.Rate), func(side int, h history.History) (any, []history.Due, error) {
		claimed, err := h.Claim(s.Context(), r, c)
		tokens[side], claimed.Token.Value = claimed.Token, ""
		return claimed, nil, err
	})
	if err == nil {
		s.tokens = append(s.tokens, tokens)
	}
}

func (s *story) end() {
	if len(s.tokens) == 0 {
		return
	}
	i := s.random.IntN(len(s.tokens))
	tokens := s.tokens[i]
	if s.random.IntN(8) > 0 {
		s.tokens = slices.Delete(s.tokens, i, i+1)
	}
	result := history.Result{
		At: s.now, Charge: s.random.IntN(2) == 0, Reason: "because", Next: s.now.Add(time.Second),
		Settle: []history.Status{"", history.Succeeded, history.Failed}[s.random.IntN(3)],
		Attempt: history.Attempt{
			Duration: time.Duration(s.random.IntN(1e9)), Outcome: "ended", Failure: payloads.FailureStatus, Reply: &payloads.Reply{Status: 500},
		},
	}
	way := s.random.IntN(6)
	_ = s.same(fmt.Sprint("end ", tokens[0].Delivery, " ", way), func(side int, h history.History) (any, []history.Due, error) {
		var dues []history.Due
		var err error
		switch way {
		case 0:
			dues, err = h.Interrupt(s.Context(), tokens[side], "died", s.now)
		case 1:
			dues, err = h.Release(s.Context(), tokens[side], s.now)
		default:
			dues, err = h.Finish(s.Context(), tokens[side], result)
		}
		return nil, dues, err
	})
}

func (s *story) cancel() {
	id := s.pick(s.ids)
	_ = s.same("cancel "+id, func(_ int, h history.History) (any, []history.Due, error) {
		dues, err := h.Cancel(s.Context(), id, "user", s.now)
		return nil, dues, err
	})
}

func (s *story) flush() {
	dues, err := s.both[0].Overdue(s.Context(), s.now.Add(time.Minute), 100)
	if err != nil {
		s.Fatal(err)
	}
	r := s.ref()
	for _, due := range dues {
		if due.Attempt == 0 {
			r = due.Ref
		}
	}
	_ = s.same(fmt.Sprint("parts ", r), func(_ int, h history.History) (any, []history.Due, error) {
		d, messages, err := h.Parts(s.Context(), r)
		return []any{d, messages}, nil, err
	})
	if s.random.IntN(3) == 0 {
		return
	}
	_ = s.same(fmt.Sprint("seal ", r), func(_ int, h history.History) (any, []history.Due, error) {
		due, err := h.Seal(s.Context(), r, payloads.Message{Method: "PUT", Body: []byte("joined")}, s.now)
		return nil, []history.Due{due}, err
	})
}

func (s *story) closeBatch() {
	sub := s.sub()
	var pinned *subscriptions.Subscription
	if s.random.IntN(2) == 0 {
		pinned = &subscriptions.Subscription{ID: sub, Secret: "old", CreatedAt: s.now}
	}
	_ = s.same("close "+sub, func(_ int, h history.History) (any, []history.Due, error) {
		due, open, err := h.CloseBatch(s.Context(), sub, pinned, s.now)
		return open, []history.Due{due}, err
	})
}

func (s *story) redispatch() {
	r := s.ref()
	_ = s.same(fmt.Sprint("redispatch ", r), func(_ int, h history.History) (any, []history.Due, error) {
		due, err := h.Redispatch(s.Context(), r)
		return nil, []history.Due{due}, err
	})
}

func (s *story) trim() {
	keep := s.random.IntN(12) - 1
	before := s.now.Add(-time.Duration(s.random.IntN(20)) * time.Second)
	_ = s.same(fmt.Sprint("trim ", keep), func(_ int, h history.History) (any, []history.Due, error) {
		n, err := h.Trim(s.Context(), keep, before)
		return n, nil, err
	})
}

// compare compares everything that can be read.
func (s *story) compare() {
	s.Helper()
	var states [2][]any
	for side, h := range s.both {
		counts, errCounts := h.Counts(s.Context())
		slices.Sort(counts.Durations)
		overdue, errOverdue := h.Overdue(s.Context(), s.now.Add(time.Hour), 1000)
		flights, errFlights := h.InFlight(s.Context())
		for i := range flights {
			flights[i].Token.Value = ""
		}
		page, errPage := h.List(s.Context(), history.Query{Limit: 500})
		events, errEvents := h.Events(s.Context(), "", "", 500)
		unsettled, errUnsettled := h.Unsettled(s.Context(), "sub1", 100)
		if err := errors.Join(errCounts, errOverdue, errFlights, errPage, errEvents, errUnsettled); err != nil {
			s.Fatal(err)
		}
		states[side] = []any{counts, overdue, flights, page, events, unsettled}
	}
	for i, name := range []string{"counts", "overdue", "flights", "list", "events", "unsettled"} {
		s.diff(name, states[1][i], states[0][i])
	}
}

// compareOne compares what is read of a single delivery and of a filtered list.
func (s *story) compareOne() {
	s.Helper()
	if len(s.ids) == 0 {
		return
	}
	id := s.ids[len(s.ids)-1-s.random.IntN(min(len(s.ids), 15))]
	query := history.Query{
		Status: history.Statuses()[s.random.IntN(6)], Platform: "p0", EventID: []string{"", "e" + id}[s.random.IntN(2)],
		SubscriptionID: []string{"", "sub2"}[s.random.IntN(2)], Text: []string{"", "D00"}[s.random.IntN(2)], Limit: 500,
	}
	var states [2][]any
	for side, h := range s.both {
		d, errDelivery := h.Delivery(s.Context(), id)
		body, errBody := h.Body(s.Context(), id)
		attempts, errAttempts := h.Attempts(s.Context(), id)
		page, errPage := h.List(s.Context(), query)
		states[side] = []any{d, errDelivery == nil, body, errBody == nil, attempts, errAttempts == nil, page, errPage == nil}
	}
	s.diff("delivery "+id+fmt.Sprintf(" and query %+v", query), states[1], states[0])
}

// compareFeeds compares the two feeds entry by entry.
func (s *story) compareFeeds() {
	s.Helper()
	var feeds [2][]history.Entry
	for side, h := range s.both {
		last, err := h.Last(s.Context())
		if err != nil {
			s.Fatal(err)
		}
		errEnd := errors.New("end")
		err = h.Tail(s.Context(), "", func(list []history.Entry) error {
			for _, e := range list {
				id := e.ID
				e.ID = ""
				feeds[side] = append(feeds[side], e)
				if id == last {
					return errEnd
				}
			}
			return nil
		})
		if !errors.Is(err, errEnd) {
			s.Fatal(err)
		}
	}
	s.diff("feed", feeds[1], feeds[0])
}
