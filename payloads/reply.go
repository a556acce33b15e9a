package payloads

import "fmt"

// Failure is why an attempt did not end in success; a closed list.
type Failure string

// The failures.
const (
	FailureNone        Failure = ""
	FailureDNS         Failure = "dns"         // the host name has no address
	FailureRefused     Failure = "refused"     // nothing listens there
	FailureUnreachable Failure = "unreachable" // no route, network or host down
	FailureTLS         Failure = "tls"         // handshake or certificate
	FailureReset       Failure = "reset"       // the connection broke before the reply was complete
	FailureTimeout     Failure = "timeout"     // timeout or deadline of the attempt
	FailureProtocol    Failure = "protocol"    // not HTTP, cut body, bad encoding
	FailureRedirect    Failure = "redirect"    // a redirect not followed, too many, or one without target
	FailureStatus      Failure = "status"      // a complete reply whose status the platform does not accept
	FailureTooLarge    Failure = "too_large"   // header of the reply beyond its bound
	FailureBlocked     Failure = "blocked"     // the target is refused by this program's own safety rules
	FailureCancelled   Failure = "cancelled"   // cancelled by the user
	FailureInterrupted Failure = "interrupted" // the program stopped or died during the attempt
)

// Failures lists every failure but FailureNone, in the order above.
func Failures() []Failure {
	return []Failure{
		FailureDNS, FailureRefused, FailureUnreachable, FailureTLS, FailureReset, FailureTimeout, FailureProtocol, FailureRedirect,
		FailureStatus, FailureTooLarge, FailureBlocked, FailureCancelled, FailureInterrupted,
	}
}

// Reply is what came back from one attempt.
type Reply struct {
	Status    int     // 0: no complete header came back
	Header    Header  // in the order and case net/http keeps
	Body      []byte  // decompressed, cut at the capture bound
	Truncated bool    // Body is not all of it
	Failure   Failure // of the exchange itself; FailureNone for every complete reply, whatever its status
	Message   string  // what went wrong, without secrets
}

// Verdict is the platform's judgement of a reply.
type Verdict struct {
	Success bool
	Retry   bool   // worth another attempt, if the schedule has one
	Counts  bool   // counts towards DisableAfter; successes reset the count whatever this says
	Outcome string // one or two words for lists: "succeeded", "failed", or the platform's own
	Why     string // one sentence: which rule of the platform led here
}

// JudgeStatus is the rule most platforms share: any 2xx is success, everything else a failure worth another attempt.
func JudgeStatus(r Reply) Verdict {
	switch {
	case r.Failure != FailureNone:
		return Verdict{Retry: true, Counts: true, Outcome: OutcomeFailed, Why: "no complete reply: " + string(r.Failure)}
	case r.Status >= 200 && r.Status <= 299:
		return Verdict{Success: true, Outcome: OutcomeSucceeded, Why: fmt.Sprintf("status %d is in 200 to 299", r.Status)}
	default:
		return Verdict{Retry: true, Counts: true, Outcome: OutcomeFailed, Why: fmt.Sprintf("status %d is outside 200 to 299", r.Status)}
	}
}

// The outcomes that are not a platform's own words.
const (
	OutcomeSucceeded   = "succeeded"
	OutcomeFailed      = "failed"
	OutcomeInterrupted = "interrupted"
	OutcomeCancelled   = "cancelled"
)
