package scheduler

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// attemptRun is one claimed attempt on its way.
type attemptRun struct {
	scheduler *Scheduler
	platform  payloads.Platform
	sub       subscriptions.Subscription
	claimed   history.Claimed
	due       history.Due
	span      attemptSpan
}

func (r attemptRun) do(ctx context.Context) error {
	s := r.scheduler
	request, err := r.prepare()
	if err != nil {
		return r.refused(ctx, err)
	}
	report := s.sender.Do(ctx, request)
	r.span.requested(request, report)
	if report.Reply.Failure == payloads.FailureInterrupted {
		return r.interrupted(ctx, report)
	}
	return r.judge(ctx, report)
}

func (r attemptRun) prepare() (sender.Request, error) {
	s := r.scheduler
	d := r.claimed.Delivery
	stamp := payloads.Stamp{Subscription: r.sub, DeliveryID: d.ID, Attempt: r.claimed.Number, Time: s.now()}
	if err := s.randomBytes(stamp.Random[:]); err != nil {
		return sender.Request{}, err
	}
	request, err := s.sender.Prepare(r.platform, payloads.Message{Method: d.Method, Body: r.claimed.Body}, stamp)
	if err != nil {
		return sender.Request{}, err
	}
	if d.Verbatim != nil {
		request.Header = repeatHeader(d.Verbatim, request.Header)
		request.Signature = nil
	}
	return request, nil
}

// repeatHeader is an earlier attempt's header with its masked values filled in from a fresh one.
func repeatHeader(earlier, fresh payloads.Header) payloads.Header {
	header := make(payloads.Header, 0, len(earlier))
	for _, f := range earlier {
		if f.Secret {
			f.Value = fresh.Get(f.Name)
		}
		header = append(header, f)
	}
	return header
}

// refused records an attempt that could not even be signed. Another try would end the same way, so the delivery fails.
func (r attemptRun) refused(ctx context.Context, cause error) error {
	now := r.scheduler.now()
	attempt := r.record(sender.Report{StartedAt: now})
	attempt.Request = nil
	attempt.Outcome = payloads.OutcomeFailed
	attempt.Failure = payloads.FailureBlocked
	attempt.Message = cause.Error()
	attempt.Why = "the request could not be made"
	return r.finish(ctx, history.Result{Attempt: attempt, Settle: history.Failed, Reason: "the request could not be made: " + cause.Error(), At: now})
}

// interrupted gives back an attempt that a shutdown cut short: unmade when nothing reached the target, otherwise kept and repeated.
func (r attemptRun) interrupted(ctx context.Context, report sender.Report) error {
	s := r.scheduler
	ctx = context.WithoutCancel(ctx)
	r.span.interrupted()
	var dues []history.Due
	var err error
	if report.Wrote {
		dues, err = s.history.Interrupt(ctx, r.claimed.Token, "the program stopped during the attempt", s.now())
	} else {
		dues, err = s.history.Release(ctx, r.claimed.Token, s.now())
	}
	s.enqueue(ctx, dues...)
	return err
}

// judge records a finished attempt with what the platform's rule makes of it.
func (r attemptRun) judge(ctx context.Context, report sender.Report) error {
	s := r.scheduler
	verdict := r.platform.Verdict(report.Reply)
	attempt := r.record(report)
	attempt.Outcome, attempt.Why = verdict.Outcome, verdict.Why
	attempt.Failure, attempt.Message = sender.Failure(report.Reply, verdict)
	result := history.Result{Attempt: attempt, At: report.StartedAt.Add(report.Duration)}
	retries := r.platform.Effective(r.sub).Retry
	d := r.claimed.Delivery
	switch {
	case verdict.Success:
		result.Settle = history.Succeeded
	case !verdict.Retry || d.Once || d.Failures >= len(retries):
		result.Settle = history.Failed
		result.Reason = failureReason(verdict, d, len(retries))
	default:
		result.Charge = true
		result.Next = result.At.Add(s.Scaled(retries[d.Failures]))
		result.Reason = fmt.Sprintf("%s; retry %d of %d follows", verdict.Why, d.Failures+1, len(retries))
	}
	if result.Settle == history.Failed {
		result.Charge = true
	}
	s.reach.note(r.sub.ID, report.Reply.Failure, report.Duration)
	if err := r.finish(ctx, result); err != nil {
		return err
	}
	return r.count(ctx, verdict)
}

func failureReason(v payloads.Verdict, d history.Delivery, retries int) string {
	switch {
	case !v.Retry:
		return v.Why
	case d.Once:
		return v.Why + "; this event is sent once"
	case retries == 0:
		return v.Why + "; there are no retries"
	default:
		return fmt.Sprintf("%s; all %d retries are used up", v.Why, retries)
	}
}

func (r attemptRun) record(report sender.Report) history.Attempt {
	a := history.Attempt{
		Number: r.claimed.Number, ScheduledAt: r.due.At, StartedAt: report.StartedAt, Duration: report.Duration,
		Duplicate: r.claimed.Duplicate, Worker: r.scheduler.worker.ID, Hops: report.Hops, Signature: report.Signature,
	}
	request := report.Request
	a.Request = &request
	if report.Reply.Status != 0 || report.Reply.Failure != payloads.FailureNone {
		reply := report.Reply
		a.Reply = &reply
	}
	return a
}

// finish stores the result even when the worker is stopping: the attempt was made.
func (r attemptRun) finish(ctx context.Context, result history.Result) error {
	s := r.scheduler
	dues, err := r.persist(ctx, result)
	if err != nil {
		if !errors.Is(err, history.ErrStale) && !errors.Is(err, history.ErrNotFound) {
			s.mine.giveUp(r.claimed.Token)
		}
		return fmt.Errorf("record attempt: %w", err)
	}
	ctx = context.WithoutCancel(ctx)
	s.enqueue(ctx, dues...)
	a := result.Attempt
	r.span.finished(result)
	r.observe(a)
	s.log.InfoContext(ctx, "attempt", "delivery_id", r.claimed.Delivery.ID, "attempt", a.Number, "platform", r.platform.ID, "outcome", a.Outcome,
		"error_kind", string(a.Failure), "duration_ms", a.Duration.Milliseconds())
	return nil
}

// persist stores the result, again and again: while the store is in trouble for as long as the program goes on, and a few times where it fails
// otherwise. What it gives up is found by the sweep and made again.
func (r attemptRun) persist(ctx context.Context, result history.Result) ([]history.Due, error) {
	for tries := 1; ; {
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordWithin)
		dues, err := r.scheduler.history.Finish(within, r.claimed.Token, result)
		cancel()
		if _, trouble := errors.AsType[*TroubleError](err); !trouble {
			tries++
		}
		if err == nil || tries > recordTries || errors.Is(err, history.ErrStale) || errors.Is(err, history.ErrNotFound) {
			return dues, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(recordAgain):
		}
	}
}

// How a worker tries to record an attempt.
const (
	recordWithin = 5 * time.Second // one try
	recordAgain  = 250 * time.Millisecond
	recordTries  = 8
)

func (r attemptRun) observe(a history.Attempt) {
	r.scheduler.observe(Observation{
		Platform: r.platform.ID, Profile: r.platform.Profile, Outcome: a.Outcome, Failure: a.Failure, Duration: a.Duration,
		Lag: max(0, a.StartedAt.Sub(a.ScheduledAt)),
	})
}

// count keeps the consecutive failures of platforms that switch a subscription off. As on the real server, a success resets the counter only
// when the subscription read at the start of the attempt had one.
func (r attemptRun) count(ctx context.Context, v payloads.Verdict) error {
	if r.platform.DisableAfter <= 0 || r.claimed.Delivery.Pinned != nil {
		return nil
	}
	if v.Success && r.sub.ConsecutiveFailures == 0 || !v.Success && !v.Counts {
		return nil
	}
	_, err := r.scheduler.store.Update(context.WithoutCancel(ctx), r.sub.ID, func(sub *subscriptions.Subscription) error {
		if v.Success {
			sub.ConsecutiveFailures = 0
			return nil
		}
		sub.ConsecutiveFailures++
		if sub.Enabled && sub.ConsecutiveFailures >= r.platform.DisableAfter {
			sub.Enabled = false
			sub.DisabledReason = fmt.Sprintf("%d consecutive failures", sub.ConsecutiveFailures)
		}
		return nil
	})
	if errors.Is(err, subscriptions.ErrNotFound) {
		return nil
	}
	return err
}
