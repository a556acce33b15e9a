package redisstore

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// Bounds of an append that travels with others. A larger one goes alone: it fills a round trip by itself.
const (
	sharedDeliveries = 4
	sharedEvents     = 4
	sharedBytes      = 32 << 10 // of bodies and events
)

// appendCall is one call of Append on its way.
type appendCall struct {
	values []any // of the script
	shared bool  // small enough to travel with others
}

// Append implements history.Recorder in one round trip, however many deliveries there are, shared with the small appends that other goroutines
// make meanwhile. ErrExists and ErrChain as in package history.
func (s *Store) Append(ctx context.Context, events []history.Event, deliveries []history.New) error {
	if err := history.CheckAppend(deliveries); err != nil {
		return err
	}
	call, err := s.appendCall(events, deliveries)
	if err != nil {
		return err
	}
	var answer []any
	if call.shared {
		answer, err = s.appends.Do(ctx, call)
	} else {
		var all [][]any
		all, err = s.appendAll(ctx, []appendCall{call})
		answer = slices.Concat(all...)
	}
	if err != nil {
		return err
	}
	parked, err := judge(answer)
	if err != nil || len(parked) == 0 {
		return err
	}
	in := make(map[string]bool, len(parked))
	for _, id := range parked {
		in[text(id)] = true
	}
	for i := range deliveries {
		deliveries[i].Parked = in[deliveries[i].Delivery.ID]
	}
	return nil
}

func (s *Store) appendCall(events []history.Event, deliveries []history.New) (appendCall, error) {
	args, size := make([]any, 0, 3+4*len(events)+12*len(deliveries)), 0
	args = append(args, s.newToken(), len(events), len(deliveries))
	for _, e := range events {
		size += len(e.Body) + len(e.Data) + len(e.Set) + len(e.Subject)
		args = append(args, s.eventArgs(e)...)
	}
	for _, n := range deliveries {
		d := history.Fresh(n.Delivery, history.Pending, len(n.Body))
		st, errStatic := s.statics.encode(staticOf(d))
		verbatim, errHeader := encodeHeader(d.Verbatim)
		pinned, errPinned := encodePinned(d.Pinned)
		if err := cmp.Or(errStatic, errHeader, errPinned); err != nil {
			return appendCall{}, err
		}
		size += len(n.Body)
		args = append(args, d.ID, member(d.CreatedAt, d.ID), d.SubscriptionID, d.Platform, d.WaitsFor, micros(d.NextAt), st,
			encodeEvents(d), d.Method, body(n.Body), verbatim, pinned)
	}
	return appendCall{values: args, shared: len(events) <= sharedEvents && len(deliveries) <= sharedDeliveries && size <= sharedBytes}, nil
}

// appendAll makes several appends in one script.
func (s *Store) appendAll(ctx context.Context, calls []appendCall) ([][]any, error) {
	var args []any
	for _, c := range calls {
		args = append(args, c.values...)
	}
	return s.runAll(ctx, s.appendScript, args)
}

// body is never nil, which the client would refuse.
func body(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// Collect implements history.Recorder. ErrExists when a batch has to be opened and the id of fresh is taken.
func (s *Store) Collect(
	ctx context.Context, event history.Event, part payloads.Message, fresh history.Delivery, limit int, at time.Time,
) (history.Collected, error) {
	d := history.Fresh(fresh, history.Collecting, 0)
	st, errStatic := s.statics.encode(staticOf(d))
	verbatim, errHeader := encodeHeader(d.Verbatim)
	if err := cmp.Or(errStatic, errHeader); err != nil {
		return history.Collected{}, err
	}
	args := append([]any{s.newToken()}, s.eventArgs(event)...)
	args = append(args, part.Method+"\n"+string(part.Body), d.ID, member(d.CreatedAt, d.ID), d.SubscriptionID, d.Platform, micros(d.NextAt),
		st, d.Method, verbatim, limit, micros(at), d.Part, event.Type)
	reply, err := s.run(ctx, s.collectScript, args...)
	if err != nil {
		return history.Collected{}, err
	}
	if text(nth(reply, 0)) == "held" {
		return history.Collected{DeliveryID: text(nth(reply, 1)), Held: true}, nil
	}
	due, err := oneDue(reply[1:])
	return history.Collected{DeliveryID: due.Delivery, Opened: text(reply[0]) != "", Flush: due}, err
}

// oneDue reads an answer that must be exactly one reference.
func oneDue(flat []any) (history.Due, error) {
	dues, err := decodeDues(flat)
	if err != nil {
		return history.Due{}, err
	}
	if len(dues) != 1 {
		return history.Due{}, errReply
	}
	return dues[0], nil
}

// CloseBatch implements history.Recorder.
func (s *Store) CloseBatch(
	ctx context.Context, subscriptionID string, pinned *subscriptions.Subscription, at time.Time,
) (history.Due, bool, error) {
	data, err := encodePinned(pinned)
	if err != nil {
		return history.Due{}, false, err
	}
	reply, err := s.run(ctx, s.closeScript, subscriptionID, data, micros(at))
	if err != nil || len(reply) == 0 {
		return history.Due{}, false, err
	}
	due, err := oneDue(reply)
	return due, err == nil, err
}

// Parts implements history.Recorder.
func (s *Store) Parts(ctx context.Context, ref history.Ref) (history.Delivery, []payloads.Message, error) {
	reply, err := s.run(ctx, s.partsScript, ref.Delivery, ref.Attempt, ref.Generation)
	if err != nil {
		return history.Delivery{}, nil, err
	}
	summary, err := s.shown(ref.Delivery, reply)
	if err != nil {
		return history.Delivery{}, nil, err
	}
	list, _ := nth(reply, 3).([]any)
	messages := make([]payloads.Message, len(list))
	for i, v := range list {
		method, rest, _ := strings.Cut(text(v), "\n")
		messages[i] = payloads.Message{Method: method, Body: []byte(rest)}
	}
	return summary.Delivery, messages, nil
}

// Seal implements history.Recorder.
func (s *Store) Seal(ctx context.Context, ref history.Ref, message payloads.Message, at time.Time) (history.Due, error) {
	reply, err := s.run(ctx, s.sealScript, ref.Delivery, ref.Attempt, ref.Generation, message.Method, body(message.Body), micros(at))
	if err != nil {
		return history.Due{}, err
	}
	return oneDue(reply)
}
