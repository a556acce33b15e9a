package redisstore

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/annohook/annohook/sender/history"
)

// Claim implements history.Recorder in one round trip, the body included.
func (s *Store) Claim(ctx context.Context, ref history.Ref, claim history.Claim) (history.Claimed, error) {
	spacing := int64(0)
	if claim.Rate > 0 {
		spacing = history.Spacing(claim.Rate).Microseconds()
	}
	token := s.newToken()
	worker := strings.ReplaceAll(claim.Worker, "\n", " ") // the record of an attempt begins with one line
	reply, err := s.run(ctx, s.claimScript, ref.Delivery, ref.Attempt, ref.Generation, token, worker, micros(claim.At), claim.Limit, spacing)
	if err != nil && !errors.Is(err, history.ErrLater) {
		return history.Claimed{}, err
	}
	summary, errDecode := decodeDelivery(ref.Delivery, fields(nth(reply, 0)))
	if errDecode != nil {
		return history.Claimed{}, errDecode
	}
	d := summary.Delivery
	if err != nil {
		return history.Claimed{Delivery: d, At: d.NextAt}, err
	}
	return history.Claimed{
		Token:    history.Token{Delivery: d.ID, SubscriptionID: d.SubscriptionID, Number: ref.Attempt, Value: token},
		Delivery: d, Body: []byte(text(nth(reply, 1))), Number: ref.Attempt, Duplicate: d.Duplicate,
	}, nil
}

// Finish implements history.Recorder in one round trip. ErrResult for a status that does not settle.
func (s *Store) Finish(ctx context.Context, token history.Token, result history.Result) ([]history.Due, error) {
	if err := result.Check(); err != nil {
		return nil, err
	}
	follows := string(result.Settle)
	if follows == "" {
		follows = "retry"
	}
	a := result.Attempt
	duration := strconv.FormatInt(int64(a.Duration), 10)
	return s.end(ctx, token, a, duration, follows, result.Reason, result.At, result.Next, result.Charge)
}

// Interrupt implements history.Recorder.
func (s *Store) Interrupt(ctx context.Context, token history.Token, why string, at time.Time) ([]history.Due, error) {
	return s.end(ctx, token, history.Interrupted(why), "", "interrupted", why, at, at, false)
}

// end records the end of an attempt. An empty duration is counted from the start that the claim recorded.
func (s *Store) end(
	ctx context.Context, token history.Token, a history.Attempt, duration, follows, reason string, at, next time.Time, charge bool,
) ([]history.Due, error) {
	a.Number = token.Number
	detail, err := s.encodeDetail(a)
	if err != nil {
		return nil, err
	}
	status := ""
	if a.Reply != nil && a.Reply.Status != 0 {
		status = strconv.Itoa(a.Reply.Status)
	}
	reply, err := s.run(ctx, s.finishScript, token.Delivery, token.Value, token.Number, micros(at), stamp(a.StartedAt), duration, a.Outcome,
		string(a.Failure), status, detail, follows, reason, micros(next), flag(charge))
	if err != nil {
		return nil, err
	}
	return decodeDues(reply)
}

// Release implements history.Recorder.
func (s *Store) Release(ctx context.Context, token history.Token, at time.Time) ([]history.Due, error) {
	reply, err := s.run(ctx, s.releaseScript, token.Delivery, token.Value, token.Number, micros(at))
	if err != nil {
		return nil, err
	}
	return decodeDues(reply)
}

// Cancel implements history.Recorder. ErrNotFound for an unknown delivery.
func (s *Store) Cancel(ctx context.Context, deliveryID, reason string, at time.Time) ([]history.Due, error) {
	reply, err := s.run(ctx, s.cancelScript, deliveryID, reason, micros(at))
	if err != nil {
		return nil, err
	}
	return decodeDues(reply)
}

// Redispatch implements history.Recorder.
func (s *Store) Redispatch(ctx context.Context, ref history.Ref) (history.Due, error) {
	reply, err := s.run(ctx, s.redispatchScript, ref.Delivery, ref.Attempt, ref.Generation)
	if err != nil {
		return history.Due{}, err
	}
	return oneDue(reply)
}
