package scheduler

import (
	"context"
	"errors"
	"time"
)

// TroubleError is why the store cannot do its part now. It may be told to users: Reason names no host, path or secret. What was asked may have been
// done all the same, when only the answer was lost.
type TroubleError struct {
	Reason string // without a full stop: "Redis does not answer"
	Err    error  // for the log
}

// Error is the reason and the cause.
func (e *TroubleError) Error() string {
	if e.Err == nil {
		return e.Reason
	}
	return e.Reason + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *TroubleError) Unwrap() error { return e.Err }

// troubleWithin bounds the question what is wrong: who asks wants to show something now.
const troubleWithin = time.Second

// Trouble says for users why the store takes no events now, or "" when it does. It asks the store and takes a second at the most.
func (s *Scheduler) Trouble(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, troubleWithin)
	defer cancel()
	err := s.full(ctx)
	if trouble, ok := errors.AsType[*TroubleError](err); ok {
		return trouble.Reason
	}
	if err != nil {
		return err.Error()
	}
	return ""
}
