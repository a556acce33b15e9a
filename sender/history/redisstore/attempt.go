package redisstore

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/annohook/annohook/sender/history"
)

// claimCall is one call of Claim on its way.
type claimCall struct {
	ref   history.Ref
	claim history.Claim
	token string
}

// Claim implements history.Recorder in one round trip, shared with the claims that other goroutines make meanwhile. A body above 64 KiB takes a
// second one.
func (s *Store) Claim(ctx context.Context, ref history.Ref, claim history.Claim) (history.Claimed, error) {
	call := claimCall{ref: ref, claim: claim, token: s.newToken()}
	answer, err := s.claims.Do(ctx, call)
	if err != nil {
		return history.Claimed{}, err
	}
	answer, err = judge(answer)
	if err != nil && !errors.Is(err, history.ErrLater) {
		return history.Claimed{}, err
	}
	summary, errDecode := s.shown(ref.Delivery, answer)
	if errDecode != nil {
		return history.Claimed{}, errDecode
	}
	d := summary.Delivery
	if err != nil {
		return history.Claimed{Delivery: d, At: d.NextAt}, err
	}
	token := history.Token{Delivery: d.ID, SubscriptionID: d.SubscriptionID, Number: ref.Attempt, Value: call.token}
	content, err := s.content(ctx, token, claim.At, d.BodyBytes, text(nth(answer, 3)))
	if err != nil {
		return history.Claimed{}, err
	}
	return history.Claimed{Token: token, Delivery: d, Body: content, Number: ref.Attempt, Duplicate: d.Duplicate}, nil
}

// content is the body of a claimed delivery, read where the answer of the claim left it out. A claim whose body cannot be read is given back, for
// the sweep to find.
func (s *Store) content(ctx context.Context, token history.Token, at time.Time, size int, answered string) ([]byte, error) {
	if len(answered) == size {
		return []byte(answered), nil
	}
	content, err := s.Body(ctx, token.Delivery)
	if err != nil {
		_, errRelease := s.Release(context.WithoutCancel(ctx), token, at)
		return nil, errors.Join(err, errRelease)
	}
	return content, nil
}

// claimAll makes several claims in one script.
func (s *Store) claimAll(ctx context.Context, calls []claimCall) ([][]any, error) {
	args := make([]any, 0, 8*len(calls))
	for _, c := range calls {
		spacing := int64(0)
		if c.claim.Rate > 0 {
			spacing = history.Spacing(c.claim.Rate).Microseconds()
		}
		args = append(args, c.ref.Delivery, c.ref.Attempt, c.ref.Generation, c.token, oneLine(c.claim.Worker), micros(c.claim.At), c.claim.Limit, spacing)
	}
	return s.runAll(ctx, s.claimScript, args)
}

// oneLine is a worker's name as records take it: they begin with one line, and a state is divided by its separators.
func oneLine(worker string) string {
	return strings.NewReplacer("\n", " ", fieldSeparator, " ").Replace(worker)
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
	answer, err := s.finishes.Do(ctx, finishCall{subscription: token.SubscriptionID, values: [...]any{
		token.Delivery, token.Value, token.Number, micros(at), stamp(a.StartedAt), duration, a.Outcome, string(a.Failure), status, detail,
		follows, reason, micros(next), flag(charge),
	}})
	if err != nil {
		return nil, err
	}
	flat, err := judge(answer)
	if err != nil {
		return nil, err
	}
	return decodeDues(flat)
}

// finishCall is one end of an attempt on its way.
type finishCall struct {
	subscription string
	values       [14]any // of the script
}

// finishAll records several ends of attempts in one script.
func (s *Store) finishAll(ctx context.Context, calls []finishCall) ([][]any, error) {
	args := make([]any, 0, len(finishCall{}.values)*len(calls))
	for _, c := range calls {
		args = append(args, c.values[:]...)
	}
	return s.runAll(ctx, s.finishScript, args)
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
